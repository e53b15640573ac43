"""Write a file."""

EXPECT = "exception"


def attack(target):
    with open(target["folder"] + "/note", "w") as file:
        return file.write("x") == 1
