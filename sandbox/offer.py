"""What a started zygote says of the machine it runs on."""

import json
from dataclasses import asdict, dataclass

MAX_BYTES = 16 * 1024


@dataclass(frozen=True)
class Offer:
    absent: dict[str, str]
    """Layers that cannot be put on here, each with the reason."""
    landlock_abi: int
    """0 where Landlock is absent."""

    def pack(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def parse(cls, message: bytes) -> "Offer":
        return cls(**json.loads(message))
