"""An index on disk: saved wholly or not at all, mapped when it is loaded, refused where it is not what it should be."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from filelock import FileLock

from harness.encoders.protocol import Encoder
from harness.export.standalone.faults import RetrieverError
from harness.export.standalone.retriever import ProgramRetriever
from harness.export.standalone.running import Program
from harness.export.standalone.values import put_together, take_apart
from tests.harness.export.conftest import IDS, TEXTS

Make = Callable[..., ProgramRetriever]


def data(folder: Path) -> Path:
    (found,) = folder.glob("data-*")
    return found


def test_a_saved_index_is_mapped_and_embeds_nothing_but_the_question(make: Make, tmp_path: Path) -> None:
    retriever, other = make(), make()
    expected = retriever.search(["violin strings", "half \ud83d"])
    retriever.remove(["ships"])
    retriever.save(tmp_path)
    before = other.memory.texts_encoded
    other.load(tmp_path)
    assert isinstance(other._snapshot.vectors.array, np.memmap)
    assert other.search("violin strings") == [hit for hit in expected[0] if hit.id != "ships"]
    assert other.memory.texts_encoded == before + 1
    other.add(["ships"], ["Ships sail."])
    assert other.search("ships", k=1)[0].text == "Ships sail."


def test_what_index_made_comes_back(make: Make, indexed: ModuleType, tmp_path: Path) -> None:
    retriever, other = make(indexed), make(indexed)
    retriever.save(tmp_path)
    made = len(indexed.calls)
    other.load(tmp_path)
    assert other.search("comets of ice") == retriever.search("comets of ice")
    assert len(indexed.calls) == made
    words = other._snapshot.prepared[0]["words"]
    assert isinstance(words, indexed.Words) and isinstance(words.lengths, np.memmap)


def test_values_come_back_as_they_were_and_others_are_refused(indexed: ModuleType) -> None:
    value = {"a": [1, 2.5, None, True, "x\ud83d"], "b": (np.arange(3), b"\0\1"), "c": np.float32(2), "": {}}
    told, arrays = take_apart(value, "exported_program")
    back = put_together(json.loads(json.dumps(told)), arrays, "exported_program")
    np.testing.assert_array_equal(back["b"][0], np.arange(3))
    assert back["a"] == value["a"] and back["b"][1] == b"\0\1" and type(back["c"]) is np.float32 and back[""] == {}
    for bad in ({1: 2}, {3}, object(), np.array([None]), Path("x"), np.float32):
        with pytest.raises(TypeError, match="cannot be saved"):
            take_apart([bad], "exported_program")
    told, arrays = take_apart(indexed.Words([], np.arange(2)), "exported_program")
    told["object"][1] = "Gone"
    with pytest.raises(RetrieverError, match="index again"):
        put_together(told, arrays, "exported_program")


def test_an_index_of_another_program_or_encoder_is_refused(make: Make, wordllama: Encoder, tmp_path: Path) -> None:
    make().save(tmp_path)
    for identity, name in (
        ({"program": "q", "encoder": "e"}, "program"),
        ({"program": "p", "encoder": "f"}, "encoder"),
    ):
        stranger = ProgramRetriever(wordllama, Program(lambda: None), identity=identity)
        with pytest.raises(RetrieverError, match=f"another {name}"):
            stranger.load(tmp_path)


@pytest.mark.parametrize("file", ["vectors.npy", "texts-utf8.npy", "index.json"])
@pytest.mark.parametrize("damage", ["short", "gone", "overwritten"])
def test_a_damaged_file_is_told_and_what_was_loaded_stays(make: Make, tmp_path: Path, file: str, damage: str) -> None:
    retriever = make()
    retriever.save(tmp_path)
    path = tmp_path / file if file == "index.json" else data(tmp_path) / file
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "short" else b"\0" * len(content))
    with pytest.raises(RetrieverError, match=r"damaged|lacks its file|no index"):
        retriever.load(tmp_path)
    assert retriever.search("violin", k=1)[0].id == "violin"


@pytest.mark.parametrize("file", ["vectors.npy", "texts-utf8.npy", "index.json"])
def test_damage_that_leaves_the_size_is_told_by_verify(make: Make, tmp_path: Path, file: str) -> None:
    retriever = make()
    retriever.save(tmp_path)
    retriever.load(tmp_path, verify=True)
    path = tmp_path / file if file == "index.json" else data(tmp_path) / file
    content = path.read_bytes()
    changed = content[:-1] + bytes([content[-1] ^ 1])
    path.write_bytes(content.replace(b'"documents": 5', b'"documents": 6') if file == "index.json" else changed)
    assert path.read_bytes() != content and path.stat().st_size == len(content)
    retriever.load(tmp_path)
    with pytest.raises(RetrieverError, match=f"{file} is damaged"):
        retriever.load(tmp_path, verify=True)


def test_an_index_saved_without_checksums_is_read_and_verify_says_so(make: Make, tmp_path: Path) -> None:
    retriever = make()
    retriever.save(tmp_path)
    head = json.loads((tmp_path / "index.json").read_text())
    del head["sums"], head["facts_sum"]
    (tmp_path / "index.json").write_text(json.dumps(head))
    with pytest.raises(RetrieverError, match="saved without checksums"):
        retriever.load(tmp_path, verify=True)
    retriever.load(tmp_path)
    retriever.save(tmp_path)
    retriever.load(tmp_path, verify=True)


def test_a_full_disk_leaves_the_index_that_was_there(make: Make, tmp_path: Path) -> None:
    retriever, other = make(), make()
    retriever.save(tmp_path)
    held = sorted(path.name for path in tmp_path.iterdir())
    retriever.add(["owls"], ["Owls hunt at night."])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limits[1]))
    try:
        with pytest.raises(RetrieverError, match="cannot be saved"):
            retriever.save(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(path.name for path in tmp_path.iterdir()) == held
    other.load(tmp_path)
    assert other.ids == IDS
    retriever.save(tmp_path)
    other.load(tmp_path)
    assert other.ids == [*IDS, "owls"]


CRASH = """
import os, sys
from pathlib import Path
import numpy as np
from harness.export.standalone import store
count = 0
real = os.fsync
def crash(descriptor):
    global count
    count += 1
    if count > int(sys.argv[2]):
        os._exit(7)
    real(descriptor)
os.fsync = crash
store.write(Path(sys.argv[1]), {"a": np.arange(9), "b": np.ones(2)}, {}, expected=None, overwrite=True)
"""


def test_a_crash_at_any_moment_leaves_one_whole_index(make: Make, tmp_path: Path) -> None:
    from harness.export.standalone import store

    store.write(tmp_path, {"a": np.zeros(3)}, {}, expected=None, overwrite=False)
    codes = []
    for moment in range(6):
        done = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path), str(moment)], check=False, timeout=60)
        codes.append(done.returncode)
        assert sorted(store.read(tmp_path).arrays) in (["a"], ["a", "b"])
    assert codes[0] == 7 and codes[-1] == 0 and len(list(tmp_path.glob("data-*"))) == 1


def test_two_writers_do_not_undo_each_other(make: Make, tmp_path: Path) -> None:
    first, second = make(), make()
    first.save(tmp_path)
    with pytest.raises(RetrieverError, match=r"an index in .* already"):
        second.save(tmp_path)
    second.load(tmp_path)
    second.add(["owls"], ["Owls hunt at night."])
    second.save(tmp_path)
    first.add(["cats"], ["Cats hunt mice."])
    with pytest.raises(RetrieverError, match="changed by somebody else"):
        first.save(tmp_path)
    first.load(tmp_path)
    assert first.ids == [*IDS, "owls"]
    first.save(tmp_path, overwrite=True)


def test_a_save_beside_another_process_is_refused_at_once(make: Make, tmp_path: Path) -> None:
    retriever = make()
    retriever.save(tmp_path)
    with FileLock(tmp_path / "lock"), pytest.raises(RetrieverError, match="Another process"):
        retriever.save(tmp_path)
    retriever.save(tmp_path)


def test_a_reader_goes_on_while_the_index_is_replaced(make: Make, tmp_path: Path) -> None:
    writer, reader = make(), make()
    writer.save(tmp_path)
    reader.load(tmp_path)
    writer.index(["only"], ["Something else entirely."])
    writer.save(tmp_path, overwrite=True)
    assert reader.ids == IDS and reader.search("violin strings", k=1)[0].text == TEXTS[1]
