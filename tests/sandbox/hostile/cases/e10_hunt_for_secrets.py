"""Search its own memory for the harness's secrets."""

import gc
import sys

EXPECT = "ok"
CONTROL = None


def attack(target):
    # The program knows the secret's first half and looks for the whole; nothing else in the process may hold it.
    half = target["secret"][: len(target["secret"]) // 2]
    frame, texts = sys._getframe(), set()
    while frame is not None:
        texts |= {value for value in frame.f_locals.values() if type(value) is str}
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) is dict:
            texts |= {value for value in list(thing.values()) if type(value) is str}
    return any(half in text and text not in (half, target["secret"]) and len(text) < 200 for text in texts)
