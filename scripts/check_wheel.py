"""Build the wheel, install it in a clean environment as a stranger would, and use it far from the repository.

    .venv/bin/python scripts/check_wheel.py [--lend]

With --lend the environment borrows the installed libraries instead of fetching 2 GB of its own; pip's own resolution
is not tried then. Ends with 1 where anything of it fails.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
USES = (
    ("--help",),
    ("doctor", "--level", "none"),
    ("runs", "--archive", "published"),
    ("discover", "encoder=wordllama", "tasks.names=[licences]", "search.generations=1", "cache.folder=cache"),
    ("frontier",),
    ("report", "-o", "page.html"),
    ("archive", "check"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lend", action="store_true", help="borrow the libraries of the Python that runs this")
    lend = parser.parse_args().lend
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder / "wheels")
        ttc = install(wheel, folder / "environment", lend=lend)
        (folder / "work" / "archive").mkdir(parents=True)  # a stranger's own folder of that name
        (folder / "work" / "archive" / "__init__.py").touch()
        for words in USES:
            run(str(ttc), *words, cwd=folder / "work", PYTHONPATH=".")
            print(f"ok: ttc {' '.join(words)}")


def build(folder: Path) -> Path:
    """The wheel, in `folder`, from a copy: what an earlier build left in the repository would go into it."""
    copy = folder / "source"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__"))
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(copy))
    (wheel,) = folder.glob("ttc_retrieval-*.whl")
    print(f"ok: {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB")
    return wheel


def install(wheel: Path, place: Path, *, lend: bool) -> Path:
    """The command of a new environment that has the wheel."""
    run(sys.executable, "-m", "venv", "--without-pip", str(place))
    python = str(place / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "-c", str(ROOT / "constraints.txt")]
    if lend:
        site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        # Path files within the lent folder, such as an editable install of this repository, are not followed.
        Path(site, "lent.pth").write_text("\n".join(lent()) + "\n")
        pip.append("--no-deps")
    run(*pip, str(wheel))
    print("ok: installed")
    return place / "bin" / "ttc"


def lent() -> list[str]:
    """Folders of installed libraries that this Python looks in."""
    own = sysconfig.get_path("purelib")
    return [path for path in dict.fromkeys([own, *sys.path]) if path.endswith("site-packages")]


def run(*command: str, cwd: Path = Path("/"), **variables: str) -> str:
    environment = {**os.environ, "PYTHONPATH": "", **variables}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=cwd)
    if done.returncode:
        sys.exit(f"failed: {' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
