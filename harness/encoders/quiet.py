"""Silence for libraries that talk while they load a model."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from logging import ERROR, getLogger
from typing import Any


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep notices and progress bars of these libraries off the terminal inside the block; downloads stay visible."""
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, enable_progress_bars
    from transformers.utils import logging as untyped

    logging: Any = untyped
    level, bars, downloads = (
        logging.get_verbosity(),
        logging.is_progress_bar_enabled(),
        not are_progress_bars_disabled(),
    )
    talkers = {getLogger(name): getLogger(name).level for name in ("sentence_transformers", "optimum.intel")}
    for talker in talkers:
        talker.setLevel(ERROR)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if downloads:
        enable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        for talker, of_talker in talkers.items():
            talker.setLevel(of_talker)
        if bars:
            logging.enable_progress_bar()
