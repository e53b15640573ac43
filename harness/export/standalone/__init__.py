"""The part of an exported package that is the same for every program; its files are copied as they stand.

With them go the modules of `harness` that they import, into a folder `encoders`. What is optional is imported by the
file that is for it alone: mteb, Starlette, LangChain, LlamaIndex, PyTerrier, faiss.
"""
