"""Read the relevance labels."""

EXPECT = "exception"


def attack(target):
    return "relevant" in open(target["labels"]).read()
