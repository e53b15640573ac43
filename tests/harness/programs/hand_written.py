"""Small programs as people write them, without our primitives, and the operations that a person sees in each."""

from textwrap import dedent, indent

HELPERS = """
import numpy as np

def ranks(scores):
    return 1 + np.argsort(np.argsort(-scores, axis=1), axis=1)

def lexical(q_texts, d_texts):
    held = [set(text.lower().replace(".", "").split()) for text in d_texts]
    number = len(held)
    df = {}
    for words in held:
        for word in words:
            df[word] = df.get(word, 0) + 1
    weigh = lambda text, words: sum(np.log(number / df[w]) for w in set(text.lower().split()) if w in words)
    return np.array([[weigh(text, words) for words in held] for text in q_texts])

def sentences(q_emb, d_texts, embed_fn, pool):
    parts = [[part for part in text.split(".") if part.strip()] for text in d_texts]
    vectors = embed_fn([part for each in parts for part in each])
    found, at = [], 0
    for each in parts:
        found.append(pool(q_emb @ vectors[at : at + len(each)].T, axis=1))
        at += len(each)
    return np.stack(found, axis=1)

def softmax(values):
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)

def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)

def zscore(scores):
    return (scores - scores.mean(axis=1, keepdims=True)) / (scores.std(axis=1, keepdims=True) + 1e-9)

def mmr(sim, d_emb, share, depth):
    scores = sim - 10.0
    for row in range(len(sim)):
        left = list(np.argsort(-sim[row])[:depth])
        chosen = []
        while left:
            worth = [share * sim[row, i] - (1 - share) * max((d_emb[i] @ d_emb[j] for j in chosen), default=0)
                     for i in left]
            best = left.pop(int(np.argmax(worth)))
            chosen.append(best)
            scores[row, best] = depth - len(chosen)
    return scores

def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
"""

LEXICAL, RRF, BORDA, NORMALISED = "lexical match", "reciprocal rank fusion", "Borda count", "score normalisation"
FEEDBACK, NEGATIVE, SMOOTHING = "pseudo-relevance feedback", "negative feedback", "neighbour smoothing"
BEST, MEAN = "max over segments", "mean over segments"
RECIPROCAL, MMR = "reciprocal rank", "maximal marginal relevance"

BODIES: dict[str, tuple[set[str], str]] = {
    "reciprocal_rank": ({RECIPROCAL}, "return 1 / (60 + ranks(sim))"),
    "reciprocal_rank_steep": ({RECIPROCAL}, "return 1 / ranks(sim)"),
    "rrf_of_two_ties_by_position": (
        {LEXICAL, RRF},
        "return 1 / (60 + ranks(sim)) + 1 / (60 + ranks(lexical(q_texts, d_texts)))",
    ),
    "rrf_k_10": (
        {LEXICAL, RRF},
        "return 1 / (10 + ranks(sim)) + 1 / (10 + ranks(lexical(q_texts, d_texts) + 1e-6 * sim))",
    ),
    "rrf_k_1_ties_by_position": (
        {LEXICAL, RRF},
        "return 1 / (1 + ranks(sim)) + 1 / (1 + ranks(lexical(q_texts, d_texts)))",
    ),
    "rrf_weighted": (
        {LEXICAL, RRF},
        "return 0.7 / (60 + ranks(sim)) + 0.3 / (60 + ranks(lexical(q_texts, d_texts) + 1e-6 * sim))",
    ),
    "rrf_with_sentences": (
        {BEST, RRF},
        "return 1 / (60 + ranks(sim)) + 1 / (60 + ranks(sentences(q_emb, d_texts, embed_fn, np.max)))",
    ),
    "rrf_k_10_with_sentences": (
        {BEST, RRF},
        "return 1 / (10 + ranks(sim)) + 1 / (10 + ranks(sentences(q_emb, d_texts, embed_fn, np.max)))",
    ),
    "rrf_in_a_loop": (
        {LEXICAL, RRF},
        """
        total = np.zeros(sim.shape)
        for scores in (sim, lexical(q_texts, d_texts)):
            for row in range(len(total)):
                for place, document in enumerate(np.argsort(-scores[row])):
                    total[row, document] += 1 / (20 + place)
        return total
        """,
    ),
    "mmr_half": ({MMR}, "return mmr(sim, d_emb, 0.5, 20)"),
    "mmr_mild": ({MMR}, "return mmr(sim, d_emb, 0.7, 30)"),
    "mmr_as_a_penalty": (
        {MMR},
        """
        scores = sim.astype(float).copy()
        for row in range(len(sim)):
            order = np.argsort(-sim[row])
            for place in range(1, 15):
                seen = d_emb[order[:place]] @ d_emb[order[place]]
                scores[row, order[place]] -= 0.5 * seen.max()
        return scores
        """,
    ),
    "softmax_feedback_sharp": (
        {FEEDBACK},
        "return unit(q_emb + softmax(sim / 0.03) @ d_emb) @ d_emb.T",
    ),
    "softmax_feedback": ({FEEDBACK}, "return unit(q_emb + softmax(sim / 0.05) @ d_emb) @ d_emb.T"),
    "softmax_feedback_soft": ({FEEDBACK}, "return (q_emb + 2 * softmax(sim / 0.1) @ d_emb) @ d_emb.T"),
    "softmax_of_the_first_ten": (
        {FEEDBACK},
        """
        kept = np.where(ranks(sim) <= 10, sim, -np.inf)
        return (q_emb + softmax(kept / 0.05) @ d_emb) @ d_emb.T
        """,
    ),
    "softmax_of_the_first_twenty": (
        {FEEDBACK},
        "return (q_emb + softmax(np.where(ranks(sim) <= 20, sim, -9) / 0.15) @ d_emb) @ d_emb.T",
    ),
    "rrf_with_feedback": (
        {FEEDBACK, RRF},
        """
        expanded = (q_emb + 0.5 * (ranks(sim) <= 3) @ d_emb / 3) @ d_emb.T
        return 1 / (60 + ranks(sim)) + 1 / (60 + ranks(expanded))
        """,
    ),
    "mean_of_the_first_three": (
        {FEEDBACK},
        "return (q_emb + 0.5 * (ranks(sim) <= 3) @ d_emb / 3) @ d_emb.T",
    ),
    "rocchio": (
        {FEEDBACK, NEGATIVE},
        """
        best, worst = (ranks(sim) <= 3) / 3, ((ranks(sim) > 10) & (ranks(sim) <= 13)) / 3
        return (q_emb + 0.6 * best @ d_emb - 0.4 * worst @ d_emb) @ d_emb.T
        """,
    ),
    "one_step_of_diffusion": ({SMOOTHING}, "return sim + 0.3 * sim @ (d_emb @ d_emb.T)"),
    "mean_of_four_neighbours": (
        {SMOOTHING},
        """
        near = d_emb @ d_emb.T
        np.fill_diagonal(near, -1)
        chosen = np.argsort(-near, axis=1)[:, :4]
        return 0.7 * sim + 0.3 * sim[:, chosen].mean(axis=2)
        """,
    ),
    "borda_of_two": (
        {BORDA, LEXICAL},
        "return -ranks(sim) - 1.0 * ranks(lexical(q_texts, d_texts) + 1e-6 * sim)",
    ),
    "rank_alone": ({BORDA}, "return -1.0 * ranks(sim)"),
    "sum_of_zscores": ({LEXICAL, NORMALISED}, "return zscore(sim) + 0.5 * zscore(lexical(q_texts, d_texts))"),
    "minmax": (
        {NORMALISED},
        """
        low, high = sim.min(axis=1, keepdims=True), sim.max(axis=1, keepdims=True)
        return (sim - low) / (high - low)
        """,
    ),
    "words_added": ({LEXICAL}, "return sim + 0.05 * lexical(q_texts, d_texts)"),
    "best_sentence": ({BEST}, "return sentences(q_emb, d_texts, embed_fn, np.max)"),
    "mean_sentence": ({MEAN}, "return 0.5 * sim + 0.5 * sentences(q_emb, d_texts, embed_fn, np.mean)"),
    "cosine_to_a_power": (set(), "return sim ** 3"),
    "log_discount": (set(), "return 1 / np.log2(1 + ranks(sim))"),
    "exponential_discount": (set(), "return np.exp(-ranks(sim) / 8)"),
    "less_the_mean_document": (set(), "return q_emb @ (d_emb - d_emb.mean(axis=0)).T"),
    "length_prior": (set(), "return sim - 1e-5 * np.array([len(text) for text in d_texts])"),
}

OPERATIONS = {name: operations for name, (operations, _) in BODIES.items()}


def source(name: str) -> str:
    """The whole program."""
    return HELPERS + indent(dedent(BODIES[name][1]).strip(), "    ")
