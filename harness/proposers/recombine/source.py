"""Write a genome down as the source of a program, and read it back."""

import re

import primitives
from harness.proposers.recombine.genome import Genome, parse

_CHANNEL_WORDS = {
    "cosine": "the cosine",
    "cosine_csls": "the cosine corrected for hubs",
    "swapped": "the cosine to documents encoded in the query role",
    "lexical": "BM25",
    "lexical_pairs": "BM25 of words and neighbouring words",
    "lexical_window": "the best window of 100 words by BM25 of words and neighbouring words",
    "lead": "the first sentence",
    "sentences_max": "the best sentence",
    "sentences_mean": "the mean sentence",
    "sentences_top": "the mean of the three best sentences",
    "chunks_max": "the best chunk",
    "chunks_mean": "the mean chunk",
    "chunks_top": "the mean of the three best chunks",
}

_FUSION_WORDS = {
    "alone": "Rank by {channels}",
    "zscore": "Standardise each query's scores and add {channels}",
    "columns": "Standardise each document's scores over the queries and add {channels}",
    "minmax": "Min-max normalise and add {channels}",
    "rrf": "Reciprocal rank fusion of {channels}",
    "mnz": "CombMNZ of {channels}",
    "borda": "Borda count of {channels}",
}

_FEEDBACK_WORDS = {
    "centroid": "move the query to the mean of its first three documents",
    "negative": "move the query to its first three documents and away from the eighth to tenth",
    "sentence": "add the first sentence of the first document to the query",
    "context": "encode the query again together with the first sentence of the first document",
}

_JOIN_WORDS = {"fused": "fuse its cosine with the rest", "replaced": "rank by its cosine alone"}

_SPEND_WORDS = {
    "entropy": "for queries whose scores spread evenly",
    "gap": "for queries whose first two documents are close",
    "agreement": "for queries to which the cosine and BM25 find other documents",
    "length": "for queries of few words",
}

_CHANNEL_CODE = {
    "cosine": "sim",
    "cosine_csls": 'local_scaling(sim, index["density"])',
    "swapped": 'cosines(q_emb, index["swapped"])',
    "lexical": 'index["words"].scores(q_texts)',
    "lexical_pairs": 'index["places"].scores(q_texts)',
    "lexical_window": 'index["windows"].scores(q_texts)',
    "lead": 'cosines(q_emb, index["lead"])',
}

_INDEX_CODE = {
    "cosine_csls": '"density": density(d_emb)',
    "swapped": '"swapped": embed_fn(d_texts, role="query")',
    "lexical": '"words": lexical_index(d_texts)',
    "lexical_pairs": '"places": passage_index(d_texts)',
    "lexical_window": '"windows": passage_index(d_texts, 100)',
    "lead": '"lead": embed_fn([sentences(text)[0] for text in d_texts])',
    "sentences": '"sentences": segment_index(d_texts, embed_fn, sentence_segments)',
    "chunks": '"chunks": segment_index(d_texts, embed_fn, chunk_segments)',
}
"""What a channel keeps of the documents, by the channel or by the segments it is made of."""

_POOL_CODE = {"max": "max_over_segments", "mean": "mean_over_segments", "top": "top_over_segments"}

_FUSION_CODE = {
    "zscore": "zscore_fusion({})",
    "columns": "zscore_fusion({}, axis=0)",
    "minmax": "minmax_fusion({})",
    "rrf": "reciprocal_rank_fusion({})",
    "mnz": "comb_mnz({})",
    "borda": "borda({})",
}

_FEEDBACK_CODE = {
    "centroid": ["best = top_k(scores, 3, then=sim)", "moved = rocchio(q_emb, centroid(d_emb, best))"],
    "negative": [
        "best = top_k(scores, 10, then=sim)",
        "moved = rocchio(q_emb, centroid(d_emb, best[:, :3]), centroid(d_emb, best[:, -3:]))",
    ],
    "sentence": [
        "best = top_k(scores, 1, then=sim)[:, 0]",
        "moved = rocchio(q_emb, embed_fn([sentences(d_texts[column])[0] for column in best]))",
    ],
    "context": [
        "best = top_k(scores, 1, then=sim)[:, 0]",
        'contexts = [f"{text} {sentences(d_texts[column])[0]}" for text, column in zip(q_texts, best, strict=True)]',
        'moved = embed_fn(contexts, role="query")',
    ],
}

_SPEND_CODE = {
    "entropy": "score_entropy(scores) > 0.85",
    "gap": "score_gap(scores) < 0.5",
    "agreement": 'shared_first(sim, index["words"].scores(q_texts)) < 5',
    "length": "np.array([len(words(text)) for text in q_texts]) <= 6",
}
"""Which queries are moved; thresholds as in the reference programs `context_by_entropy` and its kin."""

_SOME_CODE = {
    "sentence": [
        "best = top_k(scores[asked], 1, then=sim[asked])[:, 0]",
        "moved = rocchio(q_emb[asked], embed_fn([sentences(d_texts[column])[0] for column in best]))",
    ],
    "context": [
        "best = top_k(scores[asked], 1, then=sim[asked])[:, 0]",
        "pairs = zip(asked, best, strict=True)",
        'contexts = [f"{q_texts[row]} {sentences(d_texts[column])[0]}" for row, column in pairs]',
        'moved = embed_fn(contexts, role="query")',
    ],
}
"""Feedback for the queries in `asked`."""

_MARK = re.compile(r"^Genome: (\S+)$", re.MULTILINE)


def describe(genome: Genome) -> str:
    """Say in one sentence what a genome's program does."""
    spoken = [_CHANNEL_WORDS[channel] for channel in genome.channels]
    together = " and ".join([", ".join(spoken[:-1]), spoken[-1]] if len(spoken) > 1 else spoken)
    sentence = _FUSION_WORDS[genome.fusion].format(channels=together)
    if genome.feedback == "none":
        return f"{sentence}."
    times = "once" if genome.rounds == 1 else "twice"
    where = "" if genome.spend == "all" else f", {_SPEND_WORDS[genome.spend]} alone"
    return f"{sentence}; then {times} {_FEEDBACK_WORDS[genome.feedback]} and {_JOIN_WORDS[genome.join]}{where}."


def decoded(genome: Genome) -> str:
    """A genome's code, with what each part of it stands for."""
    parts = {channel: _CHANNEL_WORDS[channel] for channel in genome.channels}
    if genome.fusion != "alone":
        parts[genome.fusion] = _FUSION_WORDS[genome.fusion].format(channels="these").lower()
    if genome.feedback != "none":
        times = "once" if genome.rounds == 1 else "twice"
        parts[f"{genome.feedback}{genome.rounds}"] = f"{_FEEDBACK_WORDS[genome.feedback]}, {times}"
        parts[genome.join] = _JOIN_WORDS[genome.join]
    if genome.spend != "all":
        parts[f"by_{genome.spend}"] = f"{_SPEND_WORDS[genome.spend]} alone"
    return f"{genome.name} ({'; '.join(f'{code}: {words}' for code, words in parts.items())})"


def render(genome: Genome) -> str:
    """The source of a genome's program, written with the primitives."""
    kept = _kept(genome)
    made = ["return {", *(f"    {code}," for code in kept), "}"] if kept else []
    functions = [("index(d_emb, *, embed_fn, d_texts)", made)] if kept else []
    taken = ", index" if kept else ""
    functions.append((f"rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts{taken})", _body(genome)))
    body = "\n\n\n".join("\n".join([f"def {head}:", *(f"    {one}" for one in lines)]) for head, lines in functions)
    used = sorted(set(re.findall(r"\b[a-z_0-9]+\b", body)) & set(primitives.__all__))
    imports = "".join(["from primitives import (\n", *(f"    {name},\n" for name in used), ")\n\n\n"]) if used else "\n"
    imports = f"import numpy as np\n\n{imports}" if genome.spend != "all" else imports
    head = f'"""{describe(genome)}\n\nGenome: {genome.name}\n"""\n\n'
    return f"{head}{imports}{body}\n"


def genome_of(source: str) -> Genome | None:
    """The genome a source was rendered from; None for any other source."""
    mark = _MARK.search(source)
    return parse(mark[1]) if mark else None


def _body(genome: Genome) -> list[str]:
    lines: list[str] = []
    codes = [_channel_code(channel) for channel in genome.channels]
    if genome.fusion == "alone":
        lines.append(f"scores = {codes[0]}")
    else:
        lines += ["channels = [", *(f"    {code}," for code in codes), "]"]
        lines.append(f"scores = {_FUSION_CODE[genome.fusion].format('channels')}")
    if genome.feedback != "none":
        lines += _feedback(genome) if genome.spend == "all" else _some_feedback(genome)
    return [*lines, "return scores"]


def _kept(genome: Genome) -> list[str]:
    """What the program's index keeps of the documents, each thing once."""
    needed = [channel if channel in _INDEX_CODE else channel.split("_")[0] for channel in genome.channels]
    needed += ["lexical"] if genome.spend == "agreement" else []
    return [_INDEX_CODE[name] for name in dict.fromkeys(needed) if name in _INDEX_CODE]


def _channel_code(channel: str) -> str:
    if channel in _CHANNEL_CODE:
        return _CHANNEL_CODE[channel]
    segments, pool = channel.split("_")
    return f'index["{segments}"].scores(q_emb, {_POOL_CODE[pool]})'


def _feedback(genome: Genome) -> list[str]:
    lines = list(_FEEDBACK_CODE[genome.feedback])
    if genome.join == "fused":
        lines.append(f"scores = {_FUSION_CODE[genome.fusion].format('[*channels, cosines(moved, d_emb)]')}")
    else:
        lines.append("scores = cosines(moved, d_emb)")
    return _rounds(genome, lines)


def _rounds(genome: Genome, lines: list[str]) -> list[str]:
    return lines if genome.rounds == 1 else ["for _ in range(2):", *(f"    {line}" for line in lines)]


def _some_feedback(genome: Genome) -> list[str]:
    """Feedback for some queries alone; the others keep the scores that they have."""
    lines = list(_SOME_CODE[genome.feedback])
    if genome.join == "fused":
        fused = _FUSION_CODE[genome.fusion].format("[*(channel[asked] for channel in channels), cosines(moved, d_emb)]")
        lines.append(f"scores[asked] = {fused}")
    else:
        lines.append("scores[asked] = cosines(moved, d_emb)")
    return [
        f"asked = np.flatnonzero({_SPEND_CODE[genome.spend]})",
        "if len(asked):",
        "    scores = scores.copy()",
        *(f"    {line}" for line in _rounds(genome, lines)),
    ]
