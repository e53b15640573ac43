"""Operations by the primitives that a source calls."""

import ast

from harness.programs.operations import Finding
from sandbox.syntax import syntax_tree

OPERATIONS = {
    "best_segments": "query in context",
    "bm25": "lexical match",
    "borda": "Borda count",
    "candidate_graphs": "graph centrality",
    "centroid": "pseudo-relevance feedback",
    "comb_mnz": "score normalisation",
    "coverage": "segment coverage",
    "csls": "hubness correction",
    "density": "hubness correction",
    "fisher_direction": "within-class scatter",
    "lexical_index": "lexical match",
    "local_scaling": "hubness correction",
    "max_over_segments": "max over segments",
    "mean_over_segments": "mean over segments",
    "median_fusion": "score normalisation",
    "minmax": "score normalisation",
    "minmax_fusion": "score normalisation",
    "neighbour_scores": "neighbour smoothing",
    "pagerank": "graph centrality",
    "passage_index": "lexical match",
    "reciprocal_rank_fusion": "reciprocal rank fusion",
    "rocchio": "pseudo-relevance feedback",
    "segment_index": "default pooling",
    "segment_scores": "default pooling",
    "select_dimensions": "dimension selection",
    "top_over_segments": "segment coverage",
    "zscore": "score normalisation",
    "zscore_among": "hubness correction",
    "zscore_by": "hubness correction",
    "zscore_fusion": "score normalisation",
}
"""What a call of a primitive shows; helpers such as `top_k` show nothing by themselves."""


def called_operations(source: str) -> list[Finding]:
    """Findings by operation, from calls of imported primitives; none for a source that does not parse."""
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "primitives"
        for alias in node.names
    }
    used: dict[str, list[str]] = {}
    for name in sorted({names[node.id] for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names}):
        if name in OPERATIONS:
            used.setdefault(OPERATIONS[name], []).append(name)
    pooled = used.pop("default pooling", None)
    if pooled and any(_pools_by_default(node, names) for node in ast.walk(tree) if isinstance(node, ast.Call)):
        used.setdefault("max over segments", []).extend(pooled)
    return [Finding(operation, f"Calls {', '.join(calls)}.", "call") for operation, calls in sorted(used.items())]


def _pools_by_default(call: ast.Call, names: dict[str, str]) -> bool:
    """Whether a call of `segment_scores`, or of a segment index's `scores`, names no pooling: it takes the maximum.

    Where there is a lexical index too, a call of `scores` may be that one's, and says nothing.
    """
    given = len(call.args) + len(call.keywords)
    if isinstance(call.func, ast.Name):
        return names.get(call.func.id) == "segment_scores" and given == 3
    lexical = not {"lexical_index", "passage_index"}.isdisjoint(names.values())
    return isinstance(call.func, ast.Attribute) and call.func.attr == "scores" and given == 1 and not lexical
