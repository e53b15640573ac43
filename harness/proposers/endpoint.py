"""Where a client asks, and how it is connected."""

import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from harness.errors import UsageError
from harness.proposers.keys import find_key, mask
from harness.proposers.tape import Limits
from harness.settings.masking import MASK, keys_in
from harness.settings.proposer import ProposerSettings

CONNECT_S = 20.0


@dataclass(frozen=True)
class Server:
    """Where a client asks, for its messages and its limits."""

    provider: str
    model: str
    api_key_env: str
    host: str
    limits: Limits
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """For people: whose server it is, or the address that they gave."""
        return f"{self.host or self.provider} ({self.model})"

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine."""
        return self.host in ("localhost", "::1", socket.gethostname()) or self.host.startswith("127.")

    def quoted(self, text: str, most: int = 300) -> str:
        """What the server said: one line, without the keys that it may repeat."""
        return " ".join(mask(text, self.keys).split())[:most]


def server_for(provider: str, model: str, settings: ProposerSettings, usual_env: str) -> Server:
    """Where to ask, and with which key variable: none by default at a `base_url`.

    Raises UsageError for an address that no server has, and for a key that none can be sent.
    """
    env = settings.api_key_env or ("" if settings.base_url else usual_env)
    host = _address(settings.base_url).hostname or "" if settings.base_url else ""
    keys = (find_key(env) if env else "", *keys_in(settings.extra))
    if MASK in keys:
        raise UsageError("A key in proposer.extra is not recorded with a run; give it in proposer.extra.NAME.")
    limits = Limits(settings.call_s, settings.max_output_tokens)
    return Server(provider, model, env, host, limits, tuple(key for key in keys if key))


def _address(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"proposer.base_url is no address ({error}); write http://HOST:PORT/v1.") from error
    if "@" in parts.netloc:
        raise UsageError(
            "proposer.base_url holds a name or a password, which would be recorded with the run; put the key into an "
            "environment variable and name that in proposer.api_key_env."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"proposer.base_url is '{url}'; write it with its scheme, as in http://localhost:8000/v1.")
    return parts


def connection(server: Server, settings: ProposerSettings) -> dict[str, Any]:
    """The arguments that both libraries' clients take.

    Raises UsageError where a provider's key is missing, or where a proxy of the environment cannot be used.
    """
    env = server.api_key_env
    key = find_key(env) if env else ""
    if not key and (settings.base_url is None or settings.api_key_env):
        raise UsageError(
            f"{server.provider} needs a key: set the variable {env}, or name another in proposer.api_key_env."
        )
    return {
        "api_key": key or "none",
        "base_url": settings.base_url,
        "max_retries": 0,  # `patience` waits, before an answer and in it, and says so
        "http_client": _http_client(server, settings),
    }


def _http_client(server: Server, settings: ProposerSettings) -> Any:
    import httpx2

    try:
        return httpx2.Client(
            # A model may think for minutes, but a server that is there takes the connection at once.
            timeout=httpx2.Timeout(settings.timeout_s, connect=min(settings.timeout_s, CONNECT_S)),
            follow_redirects=True,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [server.limits.tape]},
        )
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        raise UsageError(
            f"The proxy that this environment names cannot be used ({server.quoted(str(error))}); install what it "
            "needs, for example pip install socksio, or unset HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."
        ) from error
