"""Whether a database is an archive of this version, and bringing it there."""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from archive.errors import ArchiveError
from archive.migrations import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database

SET = "archive"


def pending(connection: sqlite3.Connection) -> bool:
    """Whether an archive, or an empty database, lacks a part of this version's schema.

    Raises ArchiveError for an archive written by a newer version and for a database that is something else.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    applied: set[str] = set()
    if "_sqlite_migrations" in tables:
        rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (SET,))
        applied = {name for (name,) in rows}
    if tables and not applied:
        raise ArchiveError("This database is no archive of this program; name another file.")
    unknown = sorted(applied - MIGRATIONS.keys())
    if unknown:
        raise ArchiveError(
            f"The archive was written by a newer version (it has the migration {unknown[0]}); upgrade this program."
        )
    return applied != MIGRATIONS.keys()


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an archive, or an empty database, to this version's schema, within the caller's transaction."""
    from sqlite_utils import Database, Migrations

    migrations = Migrations(SET)
    for name, script in MIGRATIONS.items():
        migrations(name=name)(_applying(script))
    migrations.apply(Database(connection))


def _applying(script: str) -> Callable[["Database"], None]:
    """Not by `executescript`, which would end the caller's transaction."""

    def apply(db: "Database") -> None:
        for statement in script.split(";\n"):
            if statement.strip():
                db.execute(statement)

    return apply
