"""The tables and views, as migrations in order. A released migration never changes; a new one is added below it."""

from typing import TYPE_CHECKING

from archive.errors import ArchiveError

if TYPE_CHECKING:
    from sqlite_utils import Database

SET = "archive"

TABLES = """
CREATE TABLE runs (
  id TEXT PRIMARY KEY, created TEXT NOT NULL, status TEXT NOT NULL, objective TEXT NOT NULL, seed INTEGER NOT NULL,
  encoder_name TEXT NOT NULL, encoder_fingerprint TEXT NOT NULL,
  config TEXT NOT NULL, versions TEXT NOT NULL, machine TEXT NOT NULL, encoder TEXT NOT NULL, isolation TEXT NOT NULL
) STRICT;
CREATE TABLE tasks (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL,
  source TEXT NOT NULL, fingerprint TEXT NOT NULL, domain TEXT NOT NULL,
  n_queries INTEGER NOT NULL, n_documents INTEGER NOT NULL,
  baseline_ndcg REAL NOT NULL, baseline_per_query BLOB NOT NULL, query_ids TEXT NOT NULL,
  baseline_texts INTEGER NOT NULL, baseline_tokens INTEGER NOT NULL, baseline_seconds REAL NOT NULL,
  PRIMARY KEY (run_id, name)
) STRICT;
CREATE TABLE sources (hash TEXT PRIMARY KEY, source TEXT NOT NULL) STRICT;
CREATE TABLE programs (
  id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, number INTEGER NOT NULL,
  generation INTEGER NOT NULL, created TEXT NOT NULL, name TEXT NOT NULL,
  source_hash TEXT NOT NULL REFERENCES sources(hash), exact_hash TEXT NOT NULL, structure_hash TEXT NOT NULL,
  mode TEXT NOT NULL, novelty_claim TEXT NOT NULL, expected_effect TEXT NOT NULL, lesson TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('admitted', 'evaluated', 'rejected')),
  verdict TEXT NOT NULL, reason TEXT NOT NULL, mean_delta REAL, cost_ratio REAL,
  wins INTEGER NOT NULL, ties INTEGER NOT NULL, losses INTEGER NOT NULL,
  flags TEXT NOT NULL, violations TEXT NOT NULL, model TEXT NOT NULL,
  UNIQUE (run_id, number)
) STRICT;
CREATE INDEX programs_exact_hash ON programs(exact_hash);
CREATE INDEX programs_source_hash ON programs(source_hash);
CREATE TABLE parents (
  program_id TEXT NOT NULL REFERENCES programs(id) ON DELETE CASCADE, position INTEGER NOT NULL,
  parent_id TEXT NOT NULL REFERENCES programs(id) ON DELETE CASCADE, PRIMARY KEY (program_id, position)
) STRICT;
CREATE INDEX parents_parent_id ON parents(parent_id);
CREATE TABLE outcomes (
  program_id TEXT NOT NULL REFERENCES programs(id) ON DELETE CASCADE, task TEXT NOT NULL,
  verdict TEXT NOT NULL, reason TEXT NOT NULL, ndcg REAL, delta REAL, per_query BLOB,
  texts INTEGER NOT NULL, tokens INTEGER NOT NULL, encoder_seconds REAL NOT NULL,
  wall_s REAL NOT NULL, cpu_s REAL NOT NULL, peak_rss INTEGER NOT NULL,
  score_hash TEXT, flags TEXT NOT NULL, stdout TEXT NOT NULL, isolation_level TEXT NOT NULL,
  PRIMARY KEY (program_id, task)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  program_id TEXT REFERENCES programs(id) ON DELETE CASCADE,
  provider TEXT NOT NULL, model TEXT NOT NULL, request_id TEXT, retries INTEGER NOT NULL, latency_s REAL NOT NULL,
  input_uncached INTEGER, cache_read INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER,
  cost_usd REAL, price_source TEXT NOT NULL, purpose TEXT NOT NULL, verdict TEXT NOT NULL
) STRICT;
CREATE INDEX usage_program_id ON usage(program_id);
CREATE TABLE exchanges (
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL,
  number INTEGER NOT NULL, step TEXT NOT NULL,
  created TEXT NOT NULL, request_hash TEXT NOT NULL, request BLOB NOT NULL, response BLOB NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX exchanges_step ON exchanges(run_id, number, step);
CREATE TABLE events (
  id INTEGER PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  created TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL
) STRICT;
CREATE INDEX events_run_id ON events(run_id);
"""

# A later program never displaces an equal earlier one, so of ties the first stays.
VIEWS = """
CREATE VIEW frontier AS
SELECT run_id, id, name, cost_ratio, mean_delta, wins, ties, losses FROM (
  SELECT *, max(mean_delta) OVER (
    PARTITION BY run_id ORDER BY cost_ratio, mean_delta DESC, number
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS best_cheaper
  FROM programs WHERE mean_delta IS NOT NULL AND status <> 'rejected'
) WHERE best_cheaper IS NULL OR mean_delta > best_cheaper
ORDER BY run_id, cost_ratio;
CREATE VIEW ledger AS
SELECT p.run_id, p.number, p.id, p.generation, p.name, p.status, p.verdict, p.reason, p.mean_delta, p.cost_ratio,
  p.wins, p.ties, p.losses, p.mode, p.novelty_claim, p.lesson, p.model,
  (SELECT json_group_array(parent_id) FROM (SELECT parent_id FROM parents WHERE program_id = p.id ORDER BY position))
    AS parents,
  (SELECT json_group_object(task, delta) FROM outcomes WHERE program_id = p.id AND delta IS NOT NULL) AS deltas
FROM programs p ORDER BY p.run_id, p.number;
"""


def _tables_and_views(db: "Database") -> None:
    for statement in (TABLES + VIEWS).split(";\n"):
        if statement.strip():
            db.execute(statement)


MIGRATIONS = {"tables_and_views": _tables_and_views}


def migrate(db: "Database") -> None:
    """Bring an archive to this version's schema. Raises ArchiveError for one written by a newer version."""
    from sqlite_utils import Migrations

    migrations = Migrations(SET)
    for name, change in MIGRATIONS.items():
        migrations(name=name)(change)
    require_known(db)
    if migrations.pending(db):
        migrations.apply(db)


def require_known(db: "Database") -> None:
    """Raise ArchiveError when the archive has a migration that this version does not know."""
    if "_sqlite_migrations" not in db.table_names():
        return
    rows = db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", [SET])
    unknown = sorted({name for (name,) in rows} - MIGRATIONS.keys())
    if unknown:
        raise ArchiveError(
            f"The archive was written by a newer version (it has the migration {unknown[0]}); upgrade this program."
        )
