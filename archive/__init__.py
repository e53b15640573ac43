"""The SQLite archive of runs, programs and outcomes."""
