"""Lines of a source as Python's parser counts them."""


def source_lines(source: str) -> list[str]:
    """The lines of a source, so that `ast` line number n is at n - 1; no line ends, and one empty line after the last.

    `str.splitlines` also splits at form feeds and other separators, which are part of a line to the parser.
    """
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def text_lines(text: str) -> list[str]:
    """The same without the empty line after a last line end, as `str.splitlines` has it."""
    lines = source_lines(text)
    return lines if lines[-1] else lines[:-1]
