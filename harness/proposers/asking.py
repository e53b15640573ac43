"""Asking a model once: recorded answers first, then the caps, then the call, then the record."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from archive import UsageRecord
from harness.errors import HarnessError, JobError
from harness.proposers.exchange import ChatClient, Exchange, Prompt, request_hash
from harness.proposers.patience import Fault, Patience, Waits, told
from harness.proposers.prices import Price, most_expensive
from harness.proposers.record import ExchangeStore, RecordedExchange
from harness.proposers.spending import NOTHING, Amount, Spending
from harness.proposers.tokens import at_most, count
from harness.settings.masking import masked

_log = logging.getLogger(__name__)

LEAST_READ = 0.5
"""Of the tokens that a prompt has by our estimate; tokenizers are within a third of it."""


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
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class RecordedAs:
    """What an answer is kept under."""

    model: str
    request_hash: str


class LiveAsker:
    """Asks models. Safe to use from several threads where the store is.

    `stopping` is asked while a server is waited for.
    """

    def __init__(
        self,
        models: Mapping[str, Model],
        store: ExchangeStore,
        spending: Spending,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._models = models
        self._store = store
        self._spending = spending
        self._stopping = stopping
        self._answered: set[str] = set()
        """The models that have answered before, so that their servers are there, or will be again."""
        self._short_read: set[str] = set()

    def ask(self, number: int, step: str, model: str, prompt: Prompt) -> Exchange:
        """Raises CapReached before a call that could pass a cap, ServerFailed where answers keep breaking off,
        PromptTooLong for a prompt that the model cannot read, WaitEnded where the run is to stop, UsageError or
        JobError where the server cannot be used.
        """
        asked = self._models[model]
        hash_ = request_hash(masked(asked.client.request(prompt)))
        known = self._store.lookup(number, step)
        if known is not None and known.request_hash == hash_:
            _log.info("%s of program %d is taken from the archive", step, number)
            return known.exchange
        answered_before = model in self._answered
        who = f"{asked.client.provider} ({asked.client.model})"
        waits = Waits(asked.patience, who, answered_before=answered_before, stopping=self._stopping)
        while True:
            try:
                exchange = self._call(asked, number, step, prompt, waits, RecordedAs(model, hash_))
            except Fault as broken:
                waits.after(broken)
                continue
            self._answered.add(model)
            self._tell_short_read(asked, prompt, exchange)
            return exchange

    def _call(self, asked: Model, number: int, step: str, prompt: Prompt, waits: Waits, as_: "RecordedAs") -> Exchange:
        """One call with a row of its own; tries that fail before an answer begins are made again within it.

        Raises Fault where the answer broke off: what was received of it is charged, and its row says why.
        """
        most = self._most(asked, prompt)
        with self._spending.call(most) as settle:
            call = self._store.begin(number, _of_step(_unknown(asked), step), most)
            began = time.monotonic()
            try:
                exchange = _answer(asked.client, prompt, waits)
            except Fault as broken:
                charged = _received(broken, asked, prompt)
                self._store.failed(number, call, str(broken), charged)
                settle(charged)
                raise
            except HarnessError as error:
                self._store.failed(number, call, str(error))
                raise
            took, tokens = time.monotonic() - began, exchange.usage.output
            _log.info("%s answered for program %d in %.1f s: %s tokens", asked.client.model, number, took, tokens)
            usage = replace(exchange.usage, retries=waits.retries)
            exchange = replace(exchange, usage=_of_step(_priced(usage, asked.price), step))
            charged = _charged(exchange.usage, most)
            recorded = RecordedExchange(number, step, as_.model, as_.request_hash, exchange)
            self._store.record(recorded, prompt, call=call, charged=charged)
            settle(charged)
        return exchange

    def _tell_short_read(self, asked: Model, prompt: Prompt, exchange: Exchange) -> None:
        """Say once where a server counts far fewer tokens than it was sent: it cut the prompt without a word."""
        usage, sent = exchange.usage, count(prompt.prefix) + count(prompt.body)
        if usage.input_uncached is None or asked.client.model in self._short_read:
            return
        read = usage.input_uncached + (usage.cache_read or 0) + (usage.cache_write or 0)
        if read < sent * LEAST_READ:
            self._short_read.add(asked.client.model)
            told.warning(
                "%s read %d tokens of a prompt of about %d: its server seems to cut prompts off. Raise the server's "
                "context (num_ctx, --ctx-size, --max-model-len), or lower proposer.prompt_tokens.",
                asked.client.model,
                read,
                sent,
            )

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


def _answer(client: ChatClient, prompt: Prompt, waits: Waits) -> Exchange:
    """Raises Fault only for an answer that had begun."""
    while True:
        try:
            return client.complete(prompt)
        except Fault as fault:
            if fault.opened:
                raise
            waits.after(fault)


def _received(broken: Fault, asked: Model, prompt: Prompt) -> Amount:
    """What a provider charges for a part of an answer: by its own counts, or by ours where it told none."""
    if not broken.text and not broken.tokens:
        return NOTHING
    counted: dict[str, Any] = {name: number for name, number in broken.tokens.items() if number is not None}
    ours = {"input_uncached": count(prompt.prefix) + count(prompt.body), "output": count(broken.text)}
    usage = replace(_unknown(asked), **(ours | counted))
    tokens = (usage.input_uncached, usage.cache_read, usage.cache_write, usage.output)
    return Amount(asked.price.cost(usage) or 0.0, sum(number or 0 for number in tokens))


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
