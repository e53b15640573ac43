"""Ignore every signal that can be ignored, then loop."""

import signal

EXPECT = "timeout"


def rerank(q_emb, d_emb, sim, *, embed_fn, q_texts, d_texts):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGXCPU, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass
