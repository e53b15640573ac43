"""The tables and views, as migrations in order. A released migration never changes; a new one is added below it.

Tables have a rowid: a row with per-query values of a few hundred queries stays on its page, where a WITHOUT ROWID
table would move it to an overflow page of its own.
"""

RUNS = """
CREATE TABLE runs (
  id TEXT PRIMARY KEY, created TEXT NOT NULL, ended TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'stopped', 'finished', 'failed')),
  objective TEXT NOT NULL, seed INTEGER NOT NULL, encoder_name TEXT NOT NULL, encoder_fingerprint TEXT NOT NULL,
  config TEXT NOT NULL, versions TEXT NOT NULL, machine TEXT NOT NULL, encoder TEXT NOT NULL, isolation TEXT NOT NULL
) STRICT;
CREATE TABLE tasks (
  run_id TEXT NOT NULL REFERENCES runs(id), position INTEGER NOT NULL, name TEXT NOT NULL,
  split TEXT NOT NULL CHECK (split IN ('search', 'validation')),
  source TEXT NOT NULL, fingerprint TEXT NOT NULL, domain TEXT NOT NULL,
  n_queries INTEGER NOT NULL, n_documents INTEGER NOT NULL,
  baseline_ndcg REAL NOT NULL, baseline_per_query BLOB NOT NULL, query_ids TEXT NOT NULL,
  baseline_texts INTEGER NOT NULL, baseline_tokens INTEGER NOT NULL, baseline_seconds REAL NOT NULL,
  PRIMARY KEY (run_id, name)
) STRICT;
CREATE TABLE events (
  run_id TEXT NOT NULL REFERENCES runs(id), position INTEGER NOT NULL,
  created TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT;
"""

PROGRAMS = """
CREATE TABLE sources (hash TEXT PRIMARY KEY, source TEXT NOT NULL) STRICT;
CREATE TABLE programs (
  id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES runs(id), number INTEGER NOT NULL,
  generation INTEGER NOT NULL, created TEXT NOT NULL, name TEXT NOT NULL,
  source_hash TEXT NOT NULL REFERENCES sources(hash), exact_hash TEXT NOT NULL, structure_hash TEXT NOT NULL,
  mode TEXT NOT NULL, model TEXT NOT NULL,
  novelty_claim TEXT NOT NULL, expected_effect TEXT NOT NULL, lesson TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('admitted', 'evaluated', 'rejected')),
  verdict TEXT NOT NULL, reason TEXT NOT NULL, mean_delta REAL, cost_ratio REAL,
  wins INTEGER NOT NULL, ties INTEGER NOT NULL, losses INTEGER NOT NULL,
  flags TEXT NOT NULL, violations TEXT NOT NULL,
  UNIQUE (run_id, number)
) STRICT;
CREATE TABLE parents (
  program_id TEXT NOT NULL REFERENCES programs(id), position INTEGER NOT NULL,
  parent_id TEXT NOT NULL REFERENCES programs(id), PRIMARY KEY (program_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX parents_parent_id ON parents(parent_id);
CREATE TABLE outcomes (
  program_id TEXT NOT NULL REFERENCES programs(id), task TEXT NOT NULL,
  verdict TEXT NOT NULL, reason TEXT NOT NULL, ndcg REAL, delta REAL, per_query BLOB,
  texts INTEGER NOT NULL, tokens INTEGER NOT NULL, encoder_seconds REAL NOT NULL,
  wall_s REAL NOT NULL, cpu_s REAL NOT NULL, peak_rss INTEGER NOT NULL,
  score_hash TEXT, flags TEXT NOT NULL, stdout TEXT NOT NULL, isolation_level TEXT NOT NULL,
  PRIMARY KEY (program_id, task)
) STRICT;
"""

CALLS = """
CREATE TABLE exchanges (
  run_id TEXT NOT NULL REFERENCES runs(id), position INTEGER NOT NULL, number INTEGER NOT NULL, step TEXT NOT NULL,
  created TEXT NOT NULL, request_hash TEXT NOT NULL, request BLOB NOT NULL, response BLOB NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT;
CREATE INDEX exchanges_step ON exchanges(run_id, number, step, position);
CREATE TABLE usage (
  program_id TEXT NOT NULL REFERENCES programs(id), position INTEGER NOT NULL,
  provider TEXT NOT NULL, model TEXT NOT NULL, purpose TEXT NOT NULL, verdict TEXT NOT NULL,
  request_id TEXT, retries INTEGER NOT NULL, latency_s REAL NOT NULL,
  input_uncached INTEGER, cache_read INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER,
  cost_usd REAL, price_source TEXT NOT NULL,
  PRIMARY KEY (program_id, position)
) STRICT, WITHOUT ROWID;
"""

HELD_OUT = """
CREATE TABLE heldout_tasks (
  encoder_fingerprint TEXT NOT NULL, encoder_name TEXT NOT NULL, name TEXT NOT NULL,
  source TEXT NOT NULL, fingerprint TEXT NOT NULL, domain TEXT NOT NULL,
  n_queries INTEGER NOT NULL, n_documents INTEGER NOT NULL,
  baseline_ndcg REAL NOT NULL, baseline_per_query BLOB NOT NULL, query_ids TEXT NOT NULL,
  baseline_texts INTEGER NOT NULL, baseline_tokens INTEGER NOT NULL, baseline_seconds REAL NOT NULL,
  PRIMARY KEY (encoder_fingerprint, fingerprint)
) STRICT;
CREATE TABLE heldout_outcomes (
  source_hash TEXT NOT NULL REFERENCES sources(hash), program TEXT NOT NULL,
  encoder_fingerprint TEXT NOT NULL, task_fingerprint TEXT NOT NULL, attempt INTEGER NOT NULL, created TEXT NOT NULL,
  task TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, ndcg REAL, delta REAL, per_query BLOB,
  texts INTEGER NOT NULL, tokens INTEGER NOT NULL, encoder_seconds REAL NOT NULL,
  wall_s REAL NOT NULL, cpu_s REAL NOT NULL, peak_rss INTEGER NOT NULL,
  score_hash TEXT, flags TEXT NOT NULL, stdout TEXT NOT NULL, isolation_level TEXT NOT NULL,
  PRIMARY KEY (source_hash, encoder_fingerprint, task_fingerprint, attempt),
  FOREIGN KEY (encoder_fingerprint, task_fingerprint) REFERENCES heldout_tasks(encoder_fingerprint, fingerprint)
) STRICT;
"""

# A later program never displaces an equal earlier one, so of ties the first stays.
VIEWS = """
CREATE VIEW frontier AS
SELECT run_id, id, name, cost_ratio, mean_delta, wins, ties, losses FROM (
  SELECT *, max(mean_delta) OVER (
    PARTITION BY run_id ORDER BY cost_ratio, mean_delta DESC, number
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS best_cheaper
  FROM programs
  WHERE verdict = 'ok' AND status <> 'rejected' AND mean_delta IS NOT NULL AND cost_ratio IS NOT NULL
) WHERE best_cheaper IS NULL OR mean_delta > best_cheaper
ORDER BY run_id, cost_ratio;
CREATE VIEW ledger AS
SELECT p.run_id, p.number, p.id, p.generation, p.name, p.status, p.verdict, p.reason, p.mean_delta, p.cost_ratio,
  p.wins, p.ties, p.losses, p.mode, p.model, p.novelty_claim, p.expected_effect, p.lesson,
  (SELECT json_group_array(parent_id) FROM (SELECT parent_id FROM parents WHERE program_id = p.id ORDER BY position))
    AS parents,
  (SELECT json_group_object(task, delta) FROM (
    SELECT o.task, o.delta FROM tasks t JOIN outcomes o ON o.program_id = p.id AND o.task = t.name
    WHERE t.run_id = p.run_id AND t.split = 'search' AND o.delta IS NOT NULL ORDER BY t.position))
    AS deltas
FROM programs p ORDER BY p.run_id, p.number;
CREATE VIEW spending AS
SELECT p.run_id, u.provider, u.model, u.purpose, count(*) AS calls, sum(u.verdict <> 'ok') AS failed_calls,
  sum(u.input_uncached) AS input_uncached, sum(u.cache_read) AS cache_read, sum(u.cache_write) AS cache_write,
  sum(u.output) AS output, sum(u.reasoning) AS reasoning, sum(u.cost_usd) AS cost_usd,
  sum(u.cost_usd IS NULL) AS calls_of_unknown_cost
FROM usage u JOIN programs p ON p.id = u.program_id GROUP BY p.run_id, u.provider, u.model, u.purpose;
"""


# A row from before each call is made, so that none can be paid for and leave no trace.
USAGE_OF_EVERY_CALL = """
DROP VIEW spending;
ALTER TABLE usage RENAME TO usage_of_programs;
CREATE TABLE usage (
  run_id TEXT NOT NULL REFERENCES runs(id), number INTEGER NOT NULL, position INTEGER NOT NULL, step TEXT NOT NULL,
  created TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, purpose TEXT NOT NULL, verdict TEXT NOT NULL,
  detail TEXT NOT NULL, request_id TEXT, retries INTEGER NOT NULL, latency_s REAL NOT NULL,
  input_uncached INTEGER, cache_read INTEGER, cache_write INTEGER, output INTEGER, reasoning INTEGER,
  cost_usd REAL, price_source TEXT NOT NULL, charged_usd REAL NOT NULL, charged_tokens INTEGER NOT NULL,
  PRIMARY KEY (run_id, number, position)
) STRICT, WITHOUT ROWID;
INSERT INTO usage
SELECT p.run_id, p.number, u.position, '', p.created, u.provider, u.model, u.purpose, u.verdict, '', u.request_id,
  u.retries, u.latency_s, u.input_uncached, u.cache_read, u.cache_write, u.output, u.reasoning, u.cost_usd,
  u.price_source, coalesce(u.cost_usd, 0),
  coalesce(u.input_uncached, 0) + coalesce(u.cache_read, 0) + coalesce(u.cache_write, 0) + coalesce(u.output, 0)
FROM usage_of_programs u JOIN programs p ON p.id = u.program_id;
DROP TABLE usage_of_programs;
CREATE VIEW spending AS
SELECT run_id, provider, model, purpose, count(*) AS calls, sum(verdict <> 'ok') AS failed_calls,
  sum(verdict IN ('in-flight', 'failed', 'lost')) AS unanswered_calls,
  sum(input_uncached) AS input_uncached, sum(cache_read) AS cache_read, sum(cache_write) AS cache_write,
  sum(output) AS output, sum(reasoning) AS reasoning, sum(cost_usd) AS cost_usd,
  sum(cost_usd IS NULL) AS calls_of_unknown_cost, sum(charged_usd) AS charged_usd
FROM usage GROUP BY run_id, provider, model, purpose;
"""

# Cells of older archives keep their source's hash: what primitives they ran with is not known.
CELLS_BY_CODE = """
ALTER TABLE heldout_outcomes RENAME TO heldout_outcomes_by_source;
CREATE TABLE heldout_outcomes (
  code_hash TEXT NOT NULL, source_hash TEXT NOT NULL REFERENCES sources(hash), program TEXT NOT NULL,
  encoder_fingerprint TEXT NOT NULL, task_fingerprint TEXT NOT NULL, attempt INTEGER NOT NULL, created TEXT NOT NULL,
  task TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, ndcg REAL, delta REAL, per_query BLOB,
  texts INTEGER NOT NULL, tokens INTEGER NOT NULL, encoder_seconds REAL NOT NULL,
  wall_s REAL NOT NULL, cpu_s REAL NOT NULL, peak_rss INTEGER NOT NULL,
  score_hash TEXT, flags TEXT NOT NULL, stdout TEXT NOT NULL, isolation_level TEXT NOT NULL,
  PRIMARY KEY (code_hash, encoder_fingerprint, task_fingerprint, attempt),
  FOREIGN KEY (encoder_fingerprint, task_fingerprint) REFERENCES heldout_tasks(encoder_fingerprint, fingerprint)
) STRICT;
INSERT INTO heldout_outcomes SELECT source_hash, * FROM heldout_outcomes_by_source;
DROP TABLE heldout_outcomes_by_source;
"""

# Of programs recorded before, it is not known which audits were made.
AUDITS_AND_SECRET = """
ALTER TABLE programs ADD COLUMN audits TEXT NOT NULL DEFAULT '{}';
CREATE TABLE secret (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL) STRICT;
"""

# Before, every run searched by nDCG@10 and maximised the mean delta.
MEASURES = """
ALTER TABLE runs ADD COLUMN measure TEXT NOT NULL DEFAULT 'nDCG@10';
ALTER TABLE runs ADD COLUMN maximise TEXT NOT NULL DEFAULT 'mean';
CREATE TABLE cosine_measures (
  run_id TEXT NOT NULL, task TEXT NOT NULL, measure TEXT NOT NULL, value REAL NOT NULL, per_query BLOB NOT NULL,
  PRIMARY KEY (run_id, task, measure), FOREIGN KEY (run_id, task) REFERENCES tasks(run_id, name)
) STRICT;
CREATE TABLE outcome_measures (
  program_id TEXT NOT NULL, task TEXT NOT NULL, measure TEXT NOT NULL, value REAL NOT NULL, per_query BLOB NOT NULL,
  PRIMARY KEY (program_id, task, measure), FOREIGN KEY (program_id, task) REFERENCES outcomes(program_id, task)
) STRICT;
ALTER TABLE programs ADD COLUMN worth REAL;
UPDATE programs SET worth = mean_delta;
DROP VIEW frontier;
CREATE VIEW frontier AS
SELECT run_id, id, name, cost_ratio, worth, mean_delta, wins, ties, losses FROM (
  SELECT *, max(worth) OVER (
    PARTITION BY run_id ORDER BY cost_ratio, worth DESC, number
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) AS best_cheaper
  FROM programs
  WHERE verdict = 'ok' AND status <> 'rejected' AND worth IS NOT NULL AND cost_ratio IS NOT NULL
) WHERE best_cheaper IS NULL OR worth > best_cheaper
ORDER BY run_id, cost_ratio;
DROP VIEW ledger;
CREATE VIEW ledger AS
SELECT p.run_id, p.number, p.id, p.generation, p.name, p.status, p.verdict, p.reason, p.worth, p.mean_delta,
  p.cost_ratio, p.wins, p.ties, p.losses, p.mode, p.model, p.novelty_claim, p.expected_effect, p.lesson,
  (SELECT json_group_array(parent_id) FROM (SELECT parent_id FROM parents WHERE program_id = p.id ORDER BY position))
    AS parents,
  (SELECT json_group_object(task, delta) FROM (
    SELECT o.task, o.delta FROM tasks t JOIN outcomes o ON o.program_id = p.id AND o.task = t.name
    WHERE t.run_id = p.run_id AND t.split = 'search' AND o.delta IS NOT NULL ORDER BY t.position))
    AS deltas
FROM programs p ORDER BY p.run_id, p.number;
"""

# Before, every query was searched on.
UNSEEN = """
ALTER TABLE tasks ADD COLUMN unseen TEXT NOT NULL DEFAULT '[]';
ALTER TABLE heldout_tasks ADD COLUMN unseen TEXT NOT NULL DEFAULT '[]';
ALTER TABLE programs ADD COLUMN unseen_delta REAL;
"""

# By fingerprint, since that decides the texts: a run and a held-out cell of one task share a row.
CONTENT = """
CREATE TABLE task_content (
  fingerprint TEXT PRIMARY KEY, name TEXT NOT NULL, held_out INTEGER NOT NULL CHECK (held_out IN (0, 1)),
  queries BLOB NOT NULL, documents BLOB NOT NULL
) STRICT;
"""

# Before, no program had a document side: all that it asked for, it asked for its queries.
INDEX_TIME = """
ALTER TABLE outcomes ADD COLUMN index_texts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN index_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN index_encoder_seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN index_cpu_s REAL NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN index_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN alone_s TEXT NOT NULL DEFAULT '[]';
ALTER TABLE heldout_outcomes ADD COLUMN index_texts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE heldout_outcomes ADD COLUMN index_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE heldout_outcomes ADD COLUMN index_encoder_seconds REAL NOT NULL DEFAULT 0;
ALTER TABLE heldout_outcomes ADD COLUMN index_cpu_s REAL NOT NULL DEFAULT 0;
ALTER TABLE heldout_outcomes ADD COLUMN index_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE heldout_outcomes ADD COLUMN alone_s TEXT NOT NULL DEFAULT '[]';
"""

# Before, no run measured on tasks that decide nothing.
UNSEEN_TASKS = """
ALTER TABLE programs ADD COLUMN unseen_tasks_delta REAL;
"""

# Before, nobody could try a program without a generation for it.
TRIALS = """
CREATE TABLE trials (
  run_id TEXT NOT NULL REFERENCES runs(id), position INTEGER NOT NULL, created TEXT NOT NULL,
  number INTEGER NOT NULL, name TEXT NOT NULL, source_hash TEXT NOT NULL REFERENCES sources(hash),
  part INTEGER NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL, deltas TEXT NOT NULL,
  mean_delta REAL, error REAL, cost_ratio REAL, against TEXT REFERENCES programs(id), gain REAL, gain_error REAL,
  flags TEXT NOT NULL, PRIMARY KEY (run_id, position)
) STRICT;
"""

# Of tasks recorded before, it is not known what was kept or dropped of their data.
NOTES = """
ALTER TABLE tasks ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE heldout_tasks ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';
"""

# Before, nobody counted vectors: of what was recorded then, they are not known. NULL too where a text has its one.
VECTORS = """
ALTER TABLE tasks ADD COLUMN baseline_vectors INTEGER;
ALTER TABLE heldout_tasks ADD COLUMN baseline_vectors INTEGER;
ALTER TABLE outcomes ADD COLUMN vectors INTEGER;
ALTER TABLE outcomes ADD COLUMN index_vectors INTEGER;
ALTER TABLE outcomes ADD COLUMN kept_bytes INTEGER;
ALTER TABLE outcomes ADD COLUMN similarity_s REAL;
ALTER TABLE heldout_outcomes ADD COLUMN vectors INTEGER;
ALTER TABLE heldout_outcomes ADD COLUMN index_vectors INTEGER;
ALTER TABLE heldout_outcomes ADD COLUMN kept_bytes INTEGER;
ALTER TABLE heldout_outcomes ADD COLUMN similarity_s REAL;
"""

# Before, nothing was known of a run's machines but a sentence.
WORK = """
CREATE TABLE work (
  run_id TEXT NOT NULL REFERENCES runs(id), position INTEGER NOT NULL, created TEXT NOT NULL, node TEXT NOT NULL,
  number INTEGER, runs INTEGER NOT NULL, lost INTEGER NOT NULL, wall_s REAL NOT NULL, cpu_s REAL NOT NULL,
  texts INTEGER NOT NULL, batches INTEGER NOT NULL, encoded INTEGER NOT NULL, encoder_s REAL NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT;
"""


MIGRATIONS = {
    "tables_and_views": RUNS + PROGRAMS + CALLS + HELD_OUT + VIEWS,
    "usage_of_every_call": USAGE_OF_EVERY_CALL,
    "cells_by_code": CELLS_BY_CODE,
    "audits_and_secret": AUDITS_AND_SECRET,
    "measures": MEASURES,
    "unseen": UNSEEN,
    "content": CONTENT,
    "index_time": INDEX_TIME,
    "unseen_tasks": UNSEEN_TASKS,
    "trials": TRIALS,
    "notes": NOTES,
    "vectors": VECTORS,
    "work": WORK,
}
"""Name and SQL of each, in order."""

SCRIPTS = "".join(MIGRATIONS.values())
"""All of them, in order."""
