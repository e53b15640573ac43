"""Level weak, for systems without the means of Linux: a fresh interpreter per run, watched and killed by its parent.

A program starts with a clean environment and is ended at its limits of time and output. It can read and write this
user's files, use the network and start processes. Nothing here is used on Linux.
"""
