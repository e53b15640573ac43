"""What `ttc` and `python -m harness` run: our packages are found before a person's own of the same names."""

from harness.neighbours import find_own_first


def main() -> None:
    """Run the command line."""
    find_own_first()
    from harness.cli import main as run

    run()


if __name__ == "__main__":
    main()
