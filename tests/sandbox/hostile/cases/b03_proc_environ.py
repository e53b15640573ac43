"""Read the API key from the harness's entry in /proc."""

EXPECT = "exception"


def attack(target):
    return target["secret"].encode() in open(f"/proc/{target['harness']}/environ", "rb").read()
