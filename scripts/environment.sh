# Sourced by the other scripts: makes .venv on first use and brings it up to date when the pins change.
# A stamp holds the checksum of what was installed, so that a later use costs a checksum and no Python.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv="$root/.venv"

find_python() {
    local candidate
    for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11 to 3.14 was not found; install one and run this again." >&2
    return 1
}

# ensure_environment EXTRAS: installs the project with the given extras ("" for none) unless the stamp says it is there.
ensure_environment() {
    local extras=$1 stamp="$venv/.installed-${1:-base}" wanted python
    wanted=$(cat "$root/pyproject.toml" "$root/constraints.txt" | cksum)
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
    if [ ! -x "$venv/bin/python" ]; then
        python=$(find_python) || exit 1
        echo "Creating .venv with $("$python" --version) ..." >&2
        "$python" -m venv "$venv" || { rm -rf "$venv"; exit 1; }
    fi
    echo "Installing the project and its dependencies (about 2 GB, once) ..." >&2
    local quiet=()
    [ -t 2 ] || quiet=(--quiet)
    if ! "$venv/bin/python" -m pip install "${quiet[@]}" --disable-pip-version-check -c "$root/constraints.txt" \
        -e "$root${extras:+[$extras]}" >&2; then
        echo "The installation failed; pip's message above names the cause. Run the same command again to continue." >&2
        exit 1
    fi
    echo "$wanted" >"$stamp"
}
