"""One sentence, with the root cause, for a model that did not load."""

from harness.encoders.repository import asked_for
from harness.hub.trouble import chain, root, why_absent
from harness.settings.encoder import EncoderSettings


def why_not(error: BaseException, settings: EncoderSettings) -> str:
    """Why the model of these settings did not load, and what to do."""
    causes = chain(error)
    return (
        why_absent(error, asked_for(settings))
        or _of_model(causes, settings)
        or f"The model {settings.model} cannot be loaded ({root(causes)}); check that it is a complete encoder."
    )


def _of_model(causes: list[BaseException], settings: EncoderSettings) -> str | None:
    said = " ".join(str(cause) for cause in causes)
    if "trust_remote_code" in said:
        return f"The model {settings.model} brings its own code; if you trust it, set encoder.trust_remote_code=true."
    if any(isinstance(cause, ImportError) for cause in causes):
        return f"The model {settings.model} needs a package that is missing ({root(causes)}); install it."
    return None
