import difflib


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    """Formatting, comparing and printing text."""
    lines = ["{:>5} {:.3f} {name!r}".format(i, s, name=t[:10]) for i, s, t in zip(range(9), sim[0], d_texts)]
    print(f"{len(lines)} lines, the first: {lines[0]:.20}", "%d queries" % len(q_texts))
    for row, query in enumerate(q_texts):
        for column, text in enumerate(d_texts):
            sim[row, column] += 0.05 * difflib.SequenceMatcher(None, query[:40], text[:40]).ratio()
    return sim
