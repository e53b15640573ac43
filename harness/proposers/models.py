"""From settings to models that can be asked: clients with their keys, and prices."""

from harness.errors import UsageError
from harness.proposers.asking import Model
from harness.proposers.command import CommandClient, name_of_command, price_of_command
from harness.proposers.exchange import ChatClient
from harness.proposers.patience import Patience
from harness.proposers.prices import Price, price_for
from harness.settings.proposer import ProposerSettings

KINDS = ("anthropic", "openai", "openai-responses", "command")


def model_names(settings: ProposerSettings) -> list[str]:
    """The models of the settings as they are named there. Raises UsageError where there is none."""
    names = list(settings.models) or [settings.model]
    unnamed = names == [""] and "{model}" not in settings.command.line
    if unnamed and (settings.kind == "command" or settings.command.line):  # the latter is a replay of the former
        return [name_of_command(settings)]
    if not all(names):
        raise UsageError(f"proposer={settings.kind} asks a model; name it with proposer.model=NAME.")
    return names


def load_models(settings: ProposerSettings) -> dict[str, Model]:
    """Every model of the settings by its name there.

    Raises UsageError where a key is missing or a price unknown, so that a run finds out before it starts.
    """
    models = {}
    for name in model_names(settings):
        kind, model = split_kind(name, settings.kind)
        client = load_client(kind, model, settings)
        client.connect()
        price = price_of(client, model, settings)
        models[name] = Model(client, price, settings.max_output_tokens, Patience.of(settings))
    return models


def split_kind(name: str, kind: str) -> tuple[str, str]:
    """Kind and model of a name that may be written KIND:MODEL."""
    prefix, colon, rest = name.partition(":")
    return (prefix, rest) if colon and prefix in KINDS else (kind, name)


def price_of(client: ChatClient, model: str, settings: ProposerSettings) -> Price:
    """What a model costs. Raises UsageError where that is unknown."""
    if isinstance(client, CommandClient):
        return price_of_command(client, settings)
    return price_for(client.provider, model, settings)


def load_client(kind: str, model: str, settings: ProposerSettings) -> ChatClient:
    """The client of a kind, not connected yet."""
    if kind == "command":
        return CommandClient(settings, model)
    if kind == "anthropic":
        from harness.proposers.anthropic_client import AnthropicClient

        return AnthropicClient(settings, model)
    if kind == "openai-responses":
        from harness.proposers.openai_responses import OpenAIResponsesClient

        return OpenAIResponsesClient(settings, model)
    from harness.proposers.openai_chat import OpenAIChatClient

    return OpenAIChatClient(settings, model)
