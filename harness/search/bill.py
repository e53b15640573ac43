"""What a run's encoder costs, recorded beside what its author costs."""

from archive import Archive, Calls, UsageRecord
from harness.encoders.billing import Billed
from harness.encoders.protocol import Encoder
from harness.evaluation.watcher import Watcher
from harness.settings import Settings

SERVED = "openai-embeddings"


class Bill:
    """Records, program by program, what the encoder's server read; nothing for an encoder that nobody is paid for.

    What was read before the first program, to prepare the tasks, is the first one's. Of programs that are tried
    together it is the one recorded next that has what all of them had read. What a killed process had read since its
    last program is lost.
    """

    def __init__(self, encoder: Encoder, archive: Archive, run_id: str) -> None:
        self._encoder = encoder if isinstance(encoder, Billed) else None
        self._name = encoder.name
        self._calls = Calls(archive, run_id)
        self._tokens, self._dollars = 0, 0.0

    def record(self, number: int) -> None:
        """Record, for a program, what was read since the last one."""
        encoder = self._encoder
        if encoder is None or encoder.tokens_read == self._tokens:
            return
        tokens, dollars = encoder.tokens_read, encoder.dollars
        cost = None if dollars is None else dollars - self._dollars
        source = "" if dollars is None else "encoder"
        read = tokens - self._tokens
        self._calls.embedded(
            number, UsageRecord("encoder", self._name, input_uncached=read, cost_usd=cost, price_source=source)
        )
        self._tokens, self._dollars = tokens, dollars or 0.0


def tell_uncounted(settings: Settings, encoder: Encoder, watcher: Watcher) -> None:
    """Say where a cap on dollars, or a server that is paid for, meets an encoder whose dollars nobody knows."""
    if settings.encoder.kind != SERVED:
        return
    capped = settings.caps.dollars is not None
    if not isinstance(encoder, Billed):
        watcher.noted(
            f"What the server of encoder {settings.encoder.model} costs is not counted where programs run on a cluster"
            + (", nor against caps.dollars." if capped else ".")
        )
    elif encoder.dollars is None and (capped or not settings.encoder.base_url):
        watcher.noted(
            f"No price of encoder {settings.encoder.model} is known, so what its server costs is not counted"
            + (" against caps.dollars" if capped else "")
            + "; set encoder.price, in dollars per million tokens (0 where it is free)."
        )
