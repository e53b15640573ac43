"""Drop a file that the next Python start would execute."""

EXPECT = "exception"


def attack(target):
    with open(target["site_packages"] + "/evil.pth", "w") as file:
        return file.write("import os\n") > 0
