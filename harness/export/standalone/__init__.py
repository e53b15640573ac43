"""The part of an exported package that is the same for every program; its files are copied as they stand.

They import nothing but numpy, sentence-transformers' models by their methods and, in one module, mteb.
"""
