"""Whether a file holds the tables of an archive, or something of their names that does more than hold rows.

A view in place of a table may have rows without end, a generated column computes whatever its author liked at each
look, and a trigger writes what nobody asked for. See https://sqlite.org/security.html.
"""

import re
import sqlite3

from archive.errors import ArchiveError
from archive.migrations import SCRIPTS

TABLES = frozenset(re.findall(r"CREATE TABLE (\w+) ", SCRIPTS)) | {"_sqlite_migrations"}
VIEWS = {
    (name, " ".join(text.split()))
    for name, text in re.findall(r"^(?=CREATE VIEW (\w+) AS$)((?:.|\n)*?);$", SCRIPTS, re.MULTILINE)
}
"""Names with their definitions, of this version and of those before."""


def require_tables(connection: sqlite3.Connection) -> None:
    """Raise ArchiveError where what has a table's name is no plain table."""
    kinds = connection.execute("SELECT name, type, strict FROM pragma_table_list WHERE schema = 'main'")
    for name, kind, strict in kinds.fetchall():
        if name in TABLES and (kind != "table" or not (strict or name == "_sqlite_migrations")):
            raise _made_elsewhere(f"{name} is {_article(kind)} and not the table that it should be")
    computed = connection.execute(
        "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_xinfo(t.name) c "
        "WHERE t.schema = 'main' AND t.type = 'table' AND c.hidden <> 0"
    ).fetchone()
    if computed:
        raise _made_elsewhere(f"its column {'.'.join(computed)} is computed")


def refuse_triggers(connection: sqlite3.Connection) -> None:
    """Raise ArchiveError where writing would set something off."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchone()
    if found:
        raise _made_elsewhere(f"it has the trigger {found[0]}")


def require_views(connection: sqlite3.Connection) -> None:
    """Raise ArchiveError where a view of ours says something else."""
    ours = {name for name, _ in VIEWS}
    for name, text in connection.execute("SELECT name, sql FROM sqlite_master").fetchall():
        if name in ours and (name, " ".join(str(text).split())) not in VIEWS:
            raise _made_elsewhere(f"its view {name} is another one")


def _made_elsewhere(why: str) -> ArchiveError:
    return ArchiveError(f"This file was not made by this program ({why}), and is not opened; name another archive.")


def _article(kind: str) -> str:
    return {"table": "a loose table", "view": "a view"}.get(kind, f"a {kind} table")
