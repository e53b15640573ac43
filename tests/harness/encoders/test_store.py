import hashlib
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.encoders.entries import Entries
from harness.encoders.store import EmbeddingStore

DIM = 32
ROOM = 10**9


def key(name: object) -> bytes:
    return hashlib.blake2b(repr(name).encode(), digest_size=16).digest()


def entries(n: int, value: float = 1.0) -> Entries:
    vectors = np.full((n, DIM), value, dtype=np.float32) + np.arange(n, dtype=np.float32)[:, None]
    return Entries(np.arange(n), vectors, np.arange(n), np.arange(n) / 8)


def test_another_process_reads_what_was_written(tmp_path: Path) -> None:
    keys = [key(i) for i in range(2500)]
    writer = EmbeddingStore(tmp_path / "new" / "folder", ROOM)
    writer.write(keys, entries(2500))
    found = EmbeddingStore(tmp_path / "new" / "folder", ROOM).read([key("other"), *keys[::-1]], DIM)
    order = np.argsort(found.positions)
    assert found.positions[order].tolist() == list(range(1, 2501))
    np.testing.assert_array_equal(found.vectors[order], entries(2500).vectors[::-1])
    np.testing.assert_array_equal(found.tokens[order], entries(2500).tokens[::-1])
    np.testing.assert_array_equal(found.seconds[order], entries(2500).seconds[::-1])


def test_the_first_writer_wins(tmp_path: Path) -> None:
    first, second = EmbeddingStore(tmp_path, ROOM), EmbeddingStore(tmp_path, ROOM)
    first.write([key(1), key(2)], entries(2, value=5.0))
    kept = second.write([key(3), key(2)], entries(2, value=70.0))
    assert kept.vectors[:, 0].tolist() == [70.0, 6.0]
    assert kept.tokens.tolist() == [0, 1]
    assert second.read([key(2)], DIM).vectors[0, 0] == 6.0


def test_damaged_entries_are_dropped_and_can_be_written_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = EmbeddingStore(tmp_path, ROOM)
    keys = [key(i) for i in range(6)]
    store.write(keys, entries(6))
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE vectors SET data = zeroblob(length(data)) WHERE id = 1")
        connection.execute("UPDATE vectors SET tokens = 99 WHERE id = 2")
        connection.execute("UPDATE vectors SET data = substr(data, 5) WHERE id = 3")
        connection.execute("DELETE FROM vectors WHERE id = 4")
    assert sorted(store.read(keys, DIM).positions) == [4, 5]
    assert store.write(keys, entries(6)).vectors.tolist() == entries(6).vectors.tolist()
    assert sorted(store.read(keys, DIM).positions) == [0, 1, 2, 3, 4, 5]
    assert not caplog.records


def test_flipped_bytes_never_come_back_as_a_vector(tmp_path: Path) -> None:
    keys = [key(i) for i in range(400)]
    store = EmbeddingStore(tmp_path, ROOM)
    store.write(keys, entries(400))
    store.close()
    rng = np.random.default_rng(0)
    content = bytearray(store.path.read_bytes())
    for position in rng.integers(4096, len(content), 40):
        content[position] ^= 0xFF
    store.path.write_bytes(content)
    found = EmbeddingStore(tmp_path, ROOM).read(keys, DIM)
    np.testing.assert_array_equal(found.vectors, entries(400).vectors[found.positions])
    assert len(found) < 400


@pytest.mark.parametrize("max_bytes", [200_000, 1_000_000])
def test_the_file_stays_within_its_bound(tmp_path: Path, max_bytes: int) -> None:
    store = EmbeddingStore(tmp_path, max_bytes)
    for start in range(0, 20_000, 500):
        store.write([key(i) for i in range(start, start + 500)], entries(500))
    store.close()
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= max_bytes
    assert len(EmbeddingStore(tmp_path, max_bytes).read([key(i) for i in range(19_500, 20_000)], DIM)) == 500


def test_the_oldest_use_goes_first(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, 300_000)
    store.write([key(i) for i in range(1000)], entries(1000))
    store.read([key(i) for i in range(100)], DIM)
    store.write([key(i) for i in range(1000, 1800)], entries(800))
    kept = store.read([key(i) for i in range(1000)], DIM).positions
    assert set(range(100)) <= set(kept.tolist()) and len(kept) < 1000


def changes(store: EmbeddingStore) -> int:
    assert store._connection is not None
    return store._connection.total_changes


def noted_use(store: EmbeddingStore, name: object) -> int:
    with sqlite3.connect(store.path) as connection:
        (used,) = connection.execute("SELECT used FROM keys WHERE key = ?", [key(name)]).fetchone()
    return int(used)


def age(store: EmbeddingStore, hours: float) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE keys SET used = used - ?", [int(hours * 3600e9)])


def test_a_read_of_recent_entries_writes_nothing(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, ROOM)
    store.write([key(i) for i in range(10)], entries(10))
    statements: list[str] = []
    assert store._connection is not None
    store._connection.set_trace_callback(statements.append)
    before = changes(store)
    assert len(store.read([key(i) for i in range(12)], DIM)) == 10
    assert changes(store) == before
    assert len(statements) == 1 and statements[0].startswith("SELECT")


def test_an_old_use_is_noted_anew_once(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, ROOM)
    store.write([key(0), key(1)], entries(2))
    age(store, hours=1.1)
    before, count = noted_use(store, 0), changes(store)
    for _ in range(2):
        store.read([key(0)], DIM)
    assert noted_use(store, 0) - before > 3600e9
    assert changes(store) == count + 1


def test_closing_notes_the_uses(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path, ROOM)
    store.write([key(0)], entries(1))
    before = noted_use(store, 0)
    store.read([key(0)], DIM)
    assert noted_use(store, 0) == before
    store.close()
    assert noted_use(store, 0) > before


def test_a_full_disk_ends_writing_with_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = EmbeddingStore(tmp_path, ROOM)
    store.write([key(0)], entries(1))
    assert store._connection is not None
    store._connection.execute("PRAGMA max_page_count=12")
    for i in range(1, 4):
        keys = [key((i, j)) for j in range(300)]
        assert store.write(keys, entries(300)).vectors.tolist() == entries(300).vectors.tolist()
    assert [record.message for record in caplog.records if "full" in record.message] == [caplog.records[0].message]
    assert len(caplog.records) == 1
    assert len(store.read([key(0)], DIM)) == 1, "what was there is still read"


@pytest.mark.parametrize("trouble", ["not a database", "folder is a file", "folder cannot be made"])
def test_an_unusable_file_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture, trouble: str) -> None:
    folder = tmp_path / "cache"
    if trouble == "not a database":
        folder.mkdir()
        (folder / "embeddings-1.sqlite").write_bytes(b"something else entirely" * 400)
    elif trouble == "folder is a file":
        folder.write_text("in the way")
    else:
        folder = Path("/proc/nowhere/cache")
    with caplog.at_level(logging.WARNING):
        store = EmbeddingStore(folder, ROOM)
        for _ in range(2):
            assert store.write([key(1)], entries(1)).vectors.tolist() == entries(1).vectors.tolist()
            assert len(store.read([key(1)], DIM)) == 0
    assert len(caplog.records) == 1 and "cache.folder" in caplog.records[0].message


WRITER = """
import sys
sys.path.insert(0, {tests!r})
from test_store import EmbeddingStore, ROOM, entries, key
store = EmbeddingStore({folder!r}, ROOM)
for start in range({first}, {last}, 50):
    store.write([key(i) for i in range(start, start + 50)], entries(50, value={value}))
    print(start + 50, flush=True)
"""


def start_writer(folder: Path, first: int, last: int, value: float = 1.0) -> subprocess.Popen[str]:
    code = WRITER.format(tests=str(Path(__file__).parent), folder=str(folder), first=first, last=last, value=value)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_kill_loses_nothing_that_was_written(tmp_path: Path) -> None:
    process = start_writer(tmp_path, 0, 10**6)
    assert process.stdout is not None
    written = [int(process.stdout.readline()) for _ in range(20)][-1]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    store = EmbeddingStore(tmp_path, ROOM)
    assert len(store.read([key(i) for i in range(written)], DIM)) == written
    store.write([key("after")], entries(1))
    assert len(store.read([key("after")], DIM)) == 1


def test_processes_write_side_by_side_and_agree(tmp_path: Path) -> None:
    processes = [start_writer(tmp_path, first, 1000, value) for first, value in ((0, 1.0), (0, 1000.0), (500, 9.0))]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    keys = [key(i) for i in range(1000)]
    one, other = (EmbeddingStore(tmp_path, ROOM).read(keys, DIM) for _ in range(2))
    assert len(one) == 1000
    np.testing.assert_array_equal(one.vectors, other.vectors)
    with sqlite3.connect(tmp_path / "embeddings-1.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (1000,)
