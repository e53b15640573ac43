"""Operations by the primitives that a source calls."""

import ast

from harness.programs.operations import Finding

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
    "max_over_segments": "max over segments",
    "mean_over_segments": "mean over segments",
    "median_fusion": "score normalisation",
    "minmax": "score normalisation",
    "minmax_fusion": "score normalisation",
    "neighbour_scores": "neighbour smoothing",
    "pagerank": "graph centrality",
    "reciprocal_rank_fusion": "reciprocal rank fusion",
    "rocchio": "pseudo-relevance feedback",
    "segment_scores": "default pooling",
    "select_dimensions": "dimension selection",
    "top_over_segments": "segment coverage",
    "zscore": "score normalisation",
    "zscore_among": "hubness correction",
    "zscore_fusion": "score normalisation",
}
"""What a call of a primitive shows; helpers such as `top_k` show nothing by themselves."""


def called_operations(source: str) -> list[Finding]:
    """Findings by operation, from calls of imported primitives; none for a source that does not parse."""
    try:
        tree = ast.parse(source)
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
    if _always_pools_otherwise(tree, names):
        used.pop("default pooling", None)
    if used.pop("default pooling", None):
        used.setdefault("max over segments", []).append("segment_scores")
    return [Finding(operation, f"Calls {', '.join(calls)}.", "call") for operation, calls in sorted(used.items())]


def _always_pools_otherwise(tree: ast.Module, names: dict[str, str]) -> bool:
    """Whether every call of `segment_scores` names a pooling; without one it takes the maximum."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    pooling = [
        call for call in calls if isinstance(call.func, ast.Name) and names.get(call.func.id) == "segment_scores"
    ]
    return all(len(call.args) + len(call.keywords) == 4 for call in pooling)
