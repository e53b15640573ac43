"""Whether what listens at an address may be a Ray cluster, asked before Ray is.

Ray asks without an end where nothing answers, and ends the process after a minute where something else does.
"""

import os
import socket
from urllib.parse import urlsplit

from harness.errors import UsageError

ANSWER_S = 10.0
"""How long an answer may take."""
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)
"""How HTTP/2, which Ray speaks, begins: the preface and a frame of no settings (RFC 9113, 3.4 and 6.5)."""
_FRAME = 9
_SETTINGS = 4


def meant(address: str) -> str:
    """The address that Ray will take: for `auto` what RAY_ADDRESS names, if it names one."""
    return os.environ.get("RAY_ADDRESS") or address if address == "auto" else address


def require_answer(address: str) -> None:
    """Raise OSError or ValueError where no Ray cluster can be at an address with a port.

    Raises UsageError for an address of Ray Client, whose driver is on another machine than the cluster.
    """
    if address.startswith("ray://"):
        raise UsageError(
            f"{address} is an address of Ray Client, whose programs are driven from outside of the cluster; run ttc on "
            "one of its machines with executor.address=auto."
        )
    place = urlsplit(address if "//" in address else f"//{address}")
    if place.port is None:
        return
    with socket.create_connection((place.hostname or "", place.port), timeout=ANSWER_S) as connection:
        if os.environ.get("RAY_USE_TLS", "0").lower() in ("0", "false"):  # who speaks TLS does not answer this
            _require_http2(connection)


def _require_http2(connection: socket.socket) -> None:
    connection.sendall(_HELLO)
    answer = b""
    while len(answer) < _FRAME and (more := connection.recv(_FRAME - len(answer))):
        answer += more
    if len(answer) < _FRAME or answer[3] != _SETTINGS:
        raise ConnectionError("what listens there is not Ray")
