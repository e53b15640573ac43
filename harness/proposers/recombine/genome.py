"""The genome of a recombined program: which channels, how fused, which feedback, for which queries."""

import random
import re
from dataclasses import dataclass, replace

CHANNELS = (
    "cosine",
    "cosine_csls",
    "swapped",
    "lexical",
    "lexical_pairs",
    "lexical_window",
    "lead",
    "sentences_max",
    "sentences_mean",
    "sentences_top",
    "chunks_max",
    "chunks_mean",
    "chunks_top",
)
"""Score matrices a program can fuse, in the order in which a genome names them."""

FAMILIES = ("cosine", "swapped", "lexical", "lead", "sentences", "chunks")
"""What a channel looks at; a genome has at most one channel of each family."""

MOST_CHANNELS = 4

ROW_FUSIONS = ("zscore", "minmax", "rrf", "mnz", "borda")
"""Fusions that keep the order of a single channel."""

FUSIONS = (*ROW_FUSIONS, "columns")
"""`columns` standardises each document over the queries and so changes even a single channel."""

TRANSDUCTIVE_FUSIONS = ("columns",)
"""They give a query other scores when it is asked with other queries."""

FEEDBACKS = ("none", "centroid", "negative", "sentence", "context")
"""How a round moves the query: not at all, or by what the round before ranked first."""

JOINS = ("fused", "replaced")
"""Whether the moved query's cosine joins the channels or stands alone."""

SPENDING = ("all", "entropy", "gap", "agreement", "length")
"""Which queries are moved where that takes texts: all, or those whose scores, or whose length, ask for it."""

COSTLY = ("sentence", "context")
"""Feedbacks that embed texts."""

_NAME = re.compile(
    rf"^(?P<channels>[a-z_+]+)-(?P<fusion>{'|'.join(FUSIONS)}|alone)"
    rf"(?:-(?P<feedback>{'|'.join(FEEDBACKS[1:])})(?P<rounds>[12])-(?P<join>{'|'.join(JOINS)})"
    rf"(?:-by_(?P<spend>{'|'.join(SPENDING[1:])}))?)?$"
)


@dataclass(frozen=True)
class Genome:
    """One point of the space that recombination searches; `canonical` removes what has no effect."""

    channels: tuple[str, ...]
    fusion: str
    feedback: str = "none"
    rounds: int = 1
    join: str = "fused"
    spend: str = "all"

    @property
    def name(self) -> str:
        """Its code in a source, for example `cosine+lexical-zscore-centroid2-fused`; `parse` reads it back."""
        first = f"{'+'.join(self.channels)}-{self.fusion}"
        if self.feedback == "none":
            return first
        moved = f"{first}-{self.feedback}{self.rounds}-{self.join}"
        return moved if self.spend == "all" else f"{moved}-by_{self.spend}"

    @property
    def canonical(self) -> "Genome":
        """The genome with channels in order and genes that change nothing set to their rest."""
        channels = tuple(channel for channel in CHANNELS if channel in self.channels)
        none = self.feedback == "none"
        single = len(channels) == 1 and (none or self.join == "replaced")
        fusion = "alone" if single and self.fusion != "columns" else self.fusion
        if none:
            return Genome(channels, fusion)
        spend = self.spend if self.feedback in COSTLY and fusion not in TRANSDUCTIVE_FUSIONS else "all"
        return replace(self, channels=channels, fusion=fusion, spend=spend)


def parse(name: str) -> Genome | None:
    """Read a genome's code; None when it is no such code."""
    match = _NAME.match(name)
    if match is None:
        return None
    channels = tuple(match["channels"].split("+"))
    if not set(channels) <= set(CHANNELS):
        return None
    if match["feedback"] is None:
        return Genome(channels, match["fusion"])
    rounds, spend = int(match["rounds"]), match["spend"] or "all"
    return Genome(channels, match["fusion"], match["feedback"], rounds, match["join"], spend)


def family(channel: str) -> str:
    """What a channel looks at, whatever its pooling or correction."""
    return channel.split("_")[0]


@dataclass(frozen=True)
class Space:
    """The part of all genomes that is drawn from; by default what keeps a query's scores apart from other queries."""

    families: tuple[str, ...] = FAMILIES
    fusions: tuple[str, ...] = ROW_FUSIONS
    spending: bool = False
    """Whether a genome may move some queries alone: in a search with a budget."""

    def holds(self, genome: Genome) -> bool:
        """Whether a genome lies within."""
        known = set(map(family, genome.channels)) <= set(self.families) and genome.fusion in (*self.fusions, "alone")
        return known and (self.spending or genome.spend == "all")


def fresh(chance: random.Random, space: Space) -> Genome:
    """A genome drawn without parents: two or three channels, any fusion, feedback half of the time."""
    channels = tuple(_member(name, chance) for name in chance.sample(space.families, chance.choice((2, 3))))
    feedback = chance.choice(FEEDBACKS[1:]) if chance.random() < 0.5 else "none"
    fusion = chance.choice(space.fusions)
    found = Genome(channels, fusion, feedback, chance.choice((1, 2)), chance.choice(JOINS))
    # Drawn last, and only where it is wanted, so that searches without a budget draw what they always drew.
    return replace(found, spend=chance.choice(SPENDING) if space.spending else "all").canonical


def _member(name: str, chance: random.Random) -> str:
    return chance.choice([channel for channel in CHANNELS if family(channel) == name])


def mutate(genome: Genome, chance: random.Random, space: Space) -> Genome:
    """Change one gene; what is drawn may equal what was there."""
    fusion = chance.choice(space.fusions) if genome.fusion == "alone" else genome.fusion
    genome = replace(genome, fusion=fusion)
    genes = ["add", "add", "drop", "exchange", "fusion", "feedback"]
    if genome.feedback != "none":
        genes += ["rounds", "join"]
    if space.spending and genome.feedback in COSTLY:
        genes += ["spend", "spend"]
    gene = chance.choice(genes)
    if gene in ("add", "drop", "exchange"):
        genome = replace(genome, channels=_other_channels(genome.channels, gene, chance, space))
    elif gene == "fusion":
        genome = replace(genome, fusion=chance.choice(space.fusions))
    elif gene == "feedback":
        genome = replace(genome, feedback=chance.choice(FEEDBACKS))
    elif gene == "rounds":
        genome = replace(genome, rounds=3 - genome.rounds)
    elif gene == "spend":
        genome = replace(genome, spend=chance.choice(SPENDING))
    else:
        genome = replace(genome, join=chance.choice(JOINS))
    return genome.canonical


def _other_channels(channels: tuple[str, ...], gene: str, chance: random.Random, space: Space) -> tuple[str, ...]:
    kept = list(channels)
    if (gene == "drop" and len(kept) > 1) or gene == "exchange":
        kept.remove(chance.choice(kept))
    if gene in ("add", "exchange") and len(kept) < MOST_CHANNELS:
        absent = [name for name in space.families if name not in map(family, kept)]
        kept.append(_member(chance.choice(absent), chance))
    return tuple(kept)


def cross(first: Genome, second: Genome, chance: random.Random, space: Space) -> Genome:
    """Each gene from one of the two; a family that both have stays, one that only one has comes by even chance."""
    channels = []
    for name in FAMILIES:
        offered = [channel for channel in (*first.channels, *second.channels) if family(channel) == name]
        if len(offered) == 2 or (offered and chance.random() < 0.5):
            channels.append(chance.choice(offered))
    channels = chance.sample(channels, min(len(channels), MOST_CHANNELS)) or list(first.channels)
    fusions = [parent.fusion for parent in (first, second) if parent.fusion != "alone"] or list(space.fusions)
    moving = chance.choice((first, second))
    fusion = chance.choice(fusions)
    return Genome(tuple(channels), fusion, moving.feedback, moving.rounds, moving.join, moving.spend).canonical
