"""The mteb tasks that the method searches on (14), those that it is judged on (19), and others in French and Greek.

The lists: arXiv:2605.11374; the fourteen are a reconstruction from published corpus sizes. The paper does not say
which length split of LEMBNeedleRetrieval and LEMBPasskeyRetrieval it used: `test_4096` is our choice. Some of
these tasks have another main score in mteb; here all are read by nDCG@10.

The paper also looks at French and Greek, and does not name the tasks, so `MULTILINGUAL` is ours and not its list: the
public retrieval tasks of mteb 2.26 with queries and documents both in one of the two, of at most 5,000 documents (a
little more than the discovery tasks and many of the held-out ones have), not superseded, at a revision that mteb pins
(PublicHealthQA has none), and no translations of English collections that stand in other lists (MultilingualNano).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class MtebEntry:
    """One mteb task as it is pinned here."""

    name: str
    """mteb's own name."""
    revision: str
    domain: str
    split: str = "test"
    subset: str = "default"
    reads: tuple[tuple[str, str], ...] = ()
    """What a loader of its own reads, where it is not all of the data set: configurations, and the split of each."""

    @property
    def label(self) -> str:
        """What it is called here: NAME, or NAME/SPLIT/SUBSET."""
        return self.name if self.subset == "default" else f"{self.name}/{self.split}/{self.subset}"


_LONG_EMBED = "6e346642246bfb4928c560ee08640dc84d074e8c"

MTEB14 = (
    MtebEntry("AILACasedocs", "4106e6bcc72e0698d714ea8b101355e3e238431a", "legal"),
    MtebEntry("AILAStatutes", "ebfcd844eadd3d667efa3c57fc5c8c87f5c2867e", "legal"),
    MtebEntry("BarExamQA", "49c07b6", "legal"),
    MtebEntry("LegalSummarization", "3bb1a05c66872889662af04c5691c14489cebd72", "legal"),
    MtebEntry("FinanceBenchRetrieval", "c5215673492044833ff5e0dfd9b5fa848d5df0f2", "financial"),
    MtebEntry("FinQARetrieval", "18dbd07c4e9dc8328d10a53b98f3caad6b7e07d9", "financial"),
    MtebEntry("HC3FinanceRetrieval", "f7674417d3552fd20e071762bff049137f17b075", "financial"),
    MtebEntry("LEMBNarrativeQARetrieval", _LONG_EMBED, "long-document"),
    MtebEntry("LEMBNeedleRetrieval", _LONG_EMBED, "long-document", split="test_4096"),
    MtebEntry("LEMBPasskeyRetrieval", "86ac5a6437198a94ecd666440c78b3e78f258274", "long-document", split="test_4096"),
    MtebEntry("LEMBQMSumRetrieval", _LONG_EMBED, "long-document"),
    MtebEntry("LEMBSummScreenFDRetrieval", _LONG_EMBED, "long-document", split="validation"),
    MtebEntry("LEMBWikimQARetrieval", _LONG_EMBED, "long-document"),
    MtebEntry("LIMITSmallRetrieval", "ff4a8f2476ae77476c1912f1f3cb5bb5f2d766d4", "general"),
)

HELDOUT19 = (
    MtebEntry("ArguAna", "c22ab2a51041ffd869aaddef7af8d8215647e41a", "argument"),
    MtebEntry("BIRCO-ArguAna", "0229bee36500c92028874b55b5a1d08e5ee37bb9", "argument"),
    MtebEntry("BIRCO-Relic", "3d593fde907860102a282b4a6ea7fb1e1f1f83dd", "fiction"),
    MtebEntry("BIRCO-WTB", "ea824f8065fa62e2e770a8a201c20b03abf87540", "fiction"),
    MtebEntry("BillSumCA", "5014f29d7fdde6f9073a75b72be53ed73eed60c6", "legal"),
    MtebEntry("BillSumUS", "0c063eb9b2f3085bbbc48f8d51f21a179254187e", "legal"),
    MtebEntry(
        "BrightPonyRetrieval",
        "c26703e6600d97c579ee2985f16cf307db13ed85",
        "code",
        split="standard",
        reads=(("documents", "pony"), ("examples", "pony")),
    ),
    MtebEntry("FaithDial", "303f0593746993a53c0c2ec976fb576369f6c9f3", "dialogue"),
    MtebEntry("FeedbackQARetrieval", "8a17afc1b3e112c65fd6938b75692846afda97f8", "question-answering"),
    MtebEntry("GovReport", "4482db2a053706c0aef0ab7bf1878d29bb0295f8", "legal"),
    MtebEntry("HagridRetrieval", "ae4f8bebcb82af2028863b778e1eebf4f5f23628", "question-answering", split="dev"),
    MtebEntry("LegalBenchConsumerContractsQA", "b23590301ec94e8087e2850b21d43d4956b1cca9", "legal"),
    MtebEntry("LegalBenchCorporateLobbying", "f69691c650464e62546d7f2a4536f8f87c891e38", "legal"),
    MtebEntry("MedicalQARetrieval", "ae763399273d8b20506b80cf6f6f9a31a6a2b238", "medical"),
    MtebEntry("NFCorpus", "ec0fa4fe99da2ff19ca1214b7966684033a58814", "medical"),
    MtebEntry("SciFact", "d56462d0e63a25450459c4f213e49ffdb866f7f9", "scientific"),
    MtebEntry("SpartQA", "1c858df377e57725a014a1b7321ebd79d62016b6", "reasoning"),
    MtebEntry("TempReasonL1", "2065ce0bde70750ed98bb91abd96d0d68ab94324", "reasoning"),
    MtebEntry("WinoGrande", "4dec9c5666e9f84702ac614363db6d96a68bc6de", "reasoning"),
)

_BELEBELE = "979a211276faa22f671e69d096634193567cfd05"

MULTILINGUAL = (
    MtebEntry("AlloprofRetrieval", "96a52a1744e2d1981a66d93ff3b5a595f9a150d5", "french"),
    MtebEntry("FQuADRetrieval", "5384ce827bbc2156d46e6fcba83d75f8e6e1b4a6", "french"),
    MtebEntry("MintakaRetrieval", "43bc699486e768138ce3a6d4cd859da306ac9eef", "french", subset="fr"),
    MtebEntry("SyntecRetrieval", "19661ccdca4dfc2d15122d776b61685f48c68ca9", "french"),
    MtebEntry("XPQARetrieval", "fc4624be978945a0ceebbc4b85737258fe26330b", "french", subset="fra-fra"),
    MtebEntry("BelebeleRetrieval", _BELEBELE, "french", subset="fra_Latn-fra_Latn", reads=(("fra_Latn", "test"),)),
    MtebEntry("BelebeleRetrieval", _BELEBELE, "greek", subset="ell_Grek-ell_Grek", reads=(("ell_Grek", "test"),)),
    MtebEntry("GreekCivicsQA", "a04523a3c83153be07a8945bb1fb351cbbcef90b", "greek", split="default"),
    MtebEntry("XQuADRetrieval", "194842d6a49baddf6cd3f4d5130ab3c7756268d2", "greek", split="validation", subset="el"),
)

_ENTRIES = {(entry.name, entry.subset): entry for entry in (*MTEB14, *HELDOUT19, *MULTILINGUAL)}


def find_entry(name: str, subset: str) -> MtebEntry | None:
    """How a subset of a task is pinned here; None where it is in no list."""
    return _ENTRIES.get((name, subset))


PINNED: Mapping[str, MtebEntry] = {entry.name: entry for entry in _ENTRIES.values()}
"""Tasks by name: their revision and split are those of every subset."""
HELD_OUT_NAMES = frozenset(entry.name for entry in HELDOUT19)
