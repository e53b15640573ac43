"""How a sentence about an unknown word ends."""

from harness.text import nearest, plain


def test_the_nearest_word_is_offered_and_all_words_where_none_is_near() -> None:
    assert nearest("minilmm", ["wordllama", "minilm"]) == ", did you mean 'minilm'?"
    assert nearest("xyz", ["wordllama", "minilm"]) == "; choose one of wordllama, minilm."
    assert nearest("xyz", ["wordllama", "minilm"], "; `ttc` lists them.") == "; `ttc` lists them."


def test_a_line_break_is_a_space_and_what_moves_the_cursor_is_told() -> None:
    assert plain("two\r\nlines\tand\x1b[2J more\u202e") == "two lines and?[2J more?"
