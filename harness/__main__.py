"""`python -m harness` is `ttc`."""

from harness.cli import main

main()
