"""Small data sets in the layouts in which those of mteb are published: texts are made up, layouts are the real ones."""

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Rows = list[dict[str, object]]

LENGTHS = (256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
"""Of LongEmbed's two artificial tasks, which have a split for each."""
_WORDS = """bank river court statute loan interest protein cell tax bill senate music piano engine rocket planet
copper glacier bread flour museum painter violin harbour treaty king vaccine fever market share
dividend storm desert camel forest wolf school teacher exam bridge tunnel satellite orbit compiler
parser kernel thread socket packet"""


def made_up(seed: str, queries: int = 9, documents: int = 16) -> tuple[Rows, Rows, Rows]:
    """Documents, queries that share some words with theirs, and judgments of two grades."""
    draw = random.Random(seed)
    texts = [" ".join(draw.choices(_WORDS.split(), k=draw.randint(10, 40))) for _ in range(documents)]
    corpus: Rows = [
        {"_id": f"d{i}", "title": text.split()[0] if i % 2 else "", "text": text} for i, text in enumerate(texts)
    ]
    asked: Rows = [{"_id": f"q{i}", "text": " ".join(draw.sample(texts[i].split(), 5))} for i in range(queries)]
    judged: Rows = [{"query-id": f"q{i}", "corpus-id": f"d{i}", "score": 1 + i % 2} for i in range(queries)]
    judged += [{"query-id": f"q{i}", "corpus-id": f"d{documents - 1 - i}", "score": i % 2} for i in range(queries)]
    return corpus, asked, judged


def usual(folder: Path, splits: Iterable[str] = ("test",), subsets: Iterable[str] = ("",)) -> Path:
    """Most data sets: configurations corpus, queries and default, or SUBSET-corpus, SUBSET-queries and SUBSET-qrels."""
    card: dict[str, dict[str, str]] = {}
    for subset in subsets:
        names = [f"{subset}-{part}" for part in ("corpus", "queries", "qrels")]
        names = names if subset else ["corpus", "queries", "default"]
        for split in splits:
            for config, rows in zip(names, made_up(f"{folder.name} {split} {subset}"), strict=True):
                _parquet(folder / config / f"{split}-00000-of-00001.parquet", rows)
        card |= {config: {split: f"{config}/{split}-*" for split in splits} for config in names}
    return _card(folder, card)


def arguana(folder: Path) -> Path:
    """Queries that are documents too, under their own ids, which mteb leaves out of their rankings."""
    corpus, queries, judged = made_up("arguana")
    corpus += [{"_id": query["_id"], "title": "", "text": query["text"]} for query in queries]
    parts = {"corpus": corpus, "queries": queries, "default": judged}
    for config, rows in parts.items():
        _parquet(folder / config / "test-00000-of-00001.parquet", rows)
    return _card(folder, {config: {"test": f"{config}/test-*"} for config in parts})


def long_embed(folder: Path) -> Path:
    """A configuration for each task with the splits corpus, queries and qrels, in JSON lines."""
    card = {}
    for config in ("narrativeqa", "qmsum", "summ_screen_fd", "2wikimqa", "needle"):
        corpus, queries, judged = made_up(config)
        parts: dict[str, Rows] = {
            "corpus": [{"qid": "", "doc_id": row["_id"], "text": row["text"]} for row in corpus],
            "queries": [{"qid": row["_id"], "doc_id": "", "text": row["text"]} for row in queries],
            "qrels": [
                {"qid": row["query-id"], "doc_id": row["corpus-id"], "text": ""} for row in judged if row["score"]
            ],
        }
        for part, rows in parts.items():
            if config == "needle":
                rows = [{**row, "context_length": length} for length in LENGTHS for row in rows]
            path = folder / config / f"{part}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        card[config] = {part: f"{config}/{part}.jsonl" for part in parts}
    return _card(folder, card)


def bright(folder: Path) -> Path:
    """Configurations documents, long_documents and examples, with a split for each domain."""
    domains = ("biology", "pony")
    for domain in domains:
        corpus, queries, judged = made_up(domain)
        documents: Rows = [{"id": row["_id"], "content": row["text"]} for row in corpus]
        gold = {row["_id"]: [one["corpus-id"] for one in judged if one["query-id"] == row["_id"]] for row in queries}
        examples: Rows = [
            {"id": row["_id"], "query": row["text"], "gold_ids": gold[row["_id"]], "gold_ids_long": gold[row["_id"]],
             "excluded_ids": ["N/A"]}
            for row in queries
        ]  # fmt: skip
        for config, rows in {"documents": documents, "long_documents": documents, "examples": examples}.items():
            _parquet(folder / config / f"{domain}-00000-of-00001.parquet", rows)
    configs = ("documents", "long_documents", "examples")
    return _card(folder, {config: {domain: f"{config}/{domain}-*" for domain in domains} for config in configs})


def fquad(folder: Path) -> Path:
    """One table a split, with a question, its article's title and text."""
    splits = ("test_hasAns", "valid_hasAns")
    for split in splits:
        corpus, queries, _ = made_up(f"fquad {split}")
        rows: Rows = [
            {"title": f"t{i}", "context": corpus[i]["text"], "question": query["text"]}
            for i, query in enumerate(queries)
        ]
        _parquet(folder / f"data/{split}-00000-of-00001.parquet", rows)
    return _card(folder, {"default": {split: f"data/{split}-*" for split in splits}})


def syntec(folder: Path) -> Path:
    """Configurations documents and queries, where a query names its article."""
    corpus, queries, _ = made_up("syntec")
    documents: Rows = [{"id": row["_id"], "title": "", "content": row["text"]} for row in corpus]
    asked: Rows = [{"Question": query["text"], "Article": f"d{i}"} for i, query in enumerate(queries)]
    for config, rows in (("documents", documents), ("queries", asked)):
        _parquet(folder / config / "test-00000-of-00001.parquet", rows)
    return _card(folder, {config: {"test": f"{config}/test-*"} for config in ("documents", "queries")})


def belebele(folder: Path) -> Path:
    """A configuration for each language, with a question and the passage that answers it."""
    languages = ("acm_Arab", "ell_Grek", "fra_Latn")
    for language in languages:
        corpus, queries, _ = made_up(f"belebele {language}")
        rows: Rows = [
            {"link": f"http://{i}", "flores_passage": corpus[i]["text"], "question": query["text"]}
            for i, query in enumerate(queries)
        ]
        _parquet(folder / f"{language}/test-00000-of-00001.parquet", rows)
    return _card(folder, {language: {"test": f"{language}/test-*"} for language in languages})


def greek_civics(folder: Path) -> Path:
    """One table with questions and answers, in a split called default."""
    corpus, queries, _ = made_up("civics")
    rows: Rows = [{"id": i, "question": query["text"], "answer": corpus[i]["text"]} for i, query in enumerate(queries)]
    _parquet(folder / "data/default-00000-of-00001.parquet", rows)
    return _card(folder, {"default": {"default": "data/default-*"}})


def write(root: Path) -> dict[str, Path]:
    """Every data set of the lists of pinned tasks, by its name on the hub."""
    import mteb

    from harness.tasks.mteb_lists import PINNED

    own = {
        "mteb/arguana": arguana,
        "dwzhu/LongEmbed": long_embed,
        "mteb/BRIGHT": bright,
        "manu/fquad2_test": fquad,
        "lyon-nlp/mteb-fr-retrieval-syntec-s2p": syntec,
        "mteb/belebele": belebele,
        "ilsp/greek_civics_qa": greek_civics,
    }
    made: dict[str, Path] = {}
    for pin in PINNED.values():
        task = mteb.get_task(pin.name)
        name = task.metadata.dataset["path"]
        if name in made:
            continue
        if name in own:
            made[name] = own[name](root / name)
        else:
            subsets = ["other", pin.subset] if task.metadata.is_multilingual else [""]
            made[name] = usual(root / name, task.eval_splits, subsets)
    return made


def _card(folder: Path, configs: Mapping[str, Mapping[str, str]]) -> Path:
    """The README whose head tells which file belongs where, and what stands in tables."""
    lines = ["---", "dataset_info:"]
    for config, splits in configs.items():
        tables = {split: sorted(folder.glob(pattern)) for split, pattern in splits.items()}
        if any(table.suffix != ".parquet" for found in tables.values() for table in found):
            continue
        schema = pq.read_schema(next(iter(tables.values()))[0])
        kinds = {name: str(kind) for name, kind in zip(schema.names, schema.types, strict=True)}
        lines += [f"- config_name: {config}", "  features:"]
        for name, kind in kinds.items():
            lines += [f"  - name: {name}", f"    {'sequence: string' if kind.startswith('list') else f'dtype: {kind}'}"]
        lines.append("  splits:")
        for split, found in tables.items():
            rows = sum(pq.read_metadata(table).num_rows for table in found)
            lines += [f"  - name: {split}", f"    num_bytes: {100 * rows}", f"    num_examples: {rows}"]
    lines.append("configs:")
    for config, splits in configs.items():
        lines += [f"- config_name: {config}", "  data_files:"]
        for split, pattern in splits.items():
            lines += [f"  - split: {split}", f"    path: {pattern}"]
    (folder / "README.md").write_text("\n".join([*lines, "---", ""]))
    return folder


def _parquet(path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
