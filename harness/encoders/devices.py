"""Which device a model runs on."""

from harness.errors import EncoderError


def choose_device(wanted: str, dtype: str) -> str:
    """`wanted`, or for `auto` the GPU where there is one; EncoderError where it is missing or lacks the dtype."""
    import torch

    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.zeros(1, device=wanted).item()  # read back, because the device `meta` takes a tensor and computes nothing
    except Exception:  # each backend that is missing has an error of its own
        raise EncoderError(
            f"The device {wanted} is not usable here; set encoder.device to auto, cpu or one GPU such as cuda:0."
        ) from None
    if (
        dtype == "bfloat16"
        and wanted.startswith("cuda")
        and not torch.cuda.is_bf16_supported(including_emulation=False)
    ):
        raise EncoderError(f"The device {wanted} has no bfloat16; set encoder.dtype=float32.")
    return wanted
