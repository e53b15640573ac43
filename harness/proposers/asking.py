"""Asking a model once: recorded answers first, then the caps, then the call, then the record."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from archive import UsageRecord
from harness.errors import HarnessError, JobError
from harness.proposers.exchange import ChatClient, Exchange, Prompt, request_hash
from harness.proposers.prices import Price, most_expensive
from harness.proposers.record import ExchangeStore, RecordedExchange
from harness.proposers.spending import Amount, Spending
from harness.proposers.tokens import at_most

_log = logging.getLogger(__name__)


class Asker(Protocol):
    """Where answers come from: models, or the record of an earlier run."""

    def ask(self, number: int, step: str, model: str, prompt: Prompt) -> Exchange:
        """The answer to one step of one program; the same step again gives the same answer, unpaid."""

    def recall(self, number: int, step: str) -> Exchange | None:
        """The answer to a step that was asked before; None where it was not."""


@dataclass(frozen=True)
class Model:
    """A model that can be asked."""

    client: ChatClient
    price: Price
    max_output_tokens: int


class LiveAsker:
    """Asks models. Safe to use from several threads where the store is."""

    def __init__(self, models: Mapping[str, Model], store: ExchangeStore, spending: Spending) -> None:
        self._models = models
        self._store = store
        self._spending = spending

    def ask(self, number: int, step: str, model: str, prompt: Prompt) -> Exchange:
        """Raises CapReached before a call that could pass a cap, JobError where the server cannot be used."""
        asked = self._models[model]
        hash_ = request_hash(asked.client.request(prompt))
        known = self._store.lookup(number, step)
        if known is not None and known.request_hash == hash_:
            _log.info("%s of program %d is taken from the archive", step, number)
            return known.exchange
        most = self._most(asked, prompt)
        with self._spending.call(most) as settle:
            call = self._store.begin(number, _of_step(_unknown(asked), step), most)
            exchange = self._answer(asked, prompt, number, call)
            exchange = replace(exchange, usage=_of_step(_priced(exchange.usage, asked.price), step))
            charged = _charged(exchange.usage, most)
            recorded = RecordedExchange(number, step, model, hash_, exchange)
            self._store.record(recorded, prompt, call=call, charged=charged)
            settle(charged)
        return exchange

    def _answer(self, asked: Model, prompt: Prompt, number: int, call: int) -> Exchange:
        began = time.monotonic()
        try:
            exchange = asked.client.complete(prompt)
            took, tokens = time.monotonic() - began, exchange.usage.output
            _log.info("%s answered for program %d in %.1f s: %s tokens", asked.client.model, number, took, tokens)
            return exchange
        except HarnessError as error:
            self._store.failed(number, call, str(error))
            raise

    def recall(self, number: int, step: str) -> Exchange | None:
        known = self._store.lookup(number, step)
        return None if known is None else known.exchange

    def _most(self, asked: Model, prompt: Prompt) -> Amount:
        prompt_tokens = at_most(prompt.prefix) + at_most(prompt.body)
        dollars = most_expensive(asked.price, prompt_tokens, asked.max_output_tokens)
        return Amount(dollars, prompt_tokens + asked.max_output_tokens)


class ReplayAsker:
    """Gives the answers that a run has recorded, whatever is asked, and records them again. Calls nothing."""

    def __init__(self, source: ExchangeStore, store: ExchangeStore) -> None:
        self._source = source
        self._store = store

    def ask(self, number: int, step: str, model: str, prompt: Prompt) -> Exchange:
        """Raises NoAnswer where the run has none."""
        known = self._source.lookup(number, step)
        if known is None:
            raise NoAnswer(f"The replayed run has no recorded answer for {step} of program {number}.")
        self._store.record(known, prompt)
        return known.exchange

    def recall(self, number: int, step: str) -> Exchange | None:
        known = self._store.lookup(number, step)
        return None if known is None else known.exchange


class NoAnswer(JobError):
    """A replayed run does not hold the answer that is asked for."""


def _unknown(asked: Model) -> UsageRecord:
    """What is known of a call before it is made."""
    return UsageRecord(asked.client.provider, asked.client.model, price_source=asked.price.source)


def _of_step(usage: UsageRecord, step: str) -> UsageRecord:
    purpose = {"answer": "proposal"}.get(step.partition("/")[0], step.partition("/")[0])
    return replace(usage, step=step, purpose=purpose)


def _priced(usage: UsageRecord, price: Price) -> UsageRecord:
    return replace(usage, cost_usd=price.cost(usage), price_source=price.source)


def _charged(usage: UsageRecord, most: Amount) -> Amount:
    counts = (usage.input_uncached, usage.output)
    if None in counts:
        tokens = most.tokens
    else:
        tokens = sum(count or 0 for count in (*counts, usage.cache_read, usage.cache_write))
    return Amount(most.dollars if usage.cost_usd is None else usage.cost_usd, tokens)
