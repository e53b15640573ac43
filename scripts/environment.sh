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

# ensure_browser: installs the distribution's Chromium where root and apt are at hand; the report's tests drive it.
# Elsewhere those tests skip and say why.
ensure_browser() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "No Chromium was found, so the browser tests will be skipped; install chromium to run them." >&2
        return
    fi
    echo "Installing Chromium for the browser tests (about 300 MB, once) ..." >&2
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null; then
        echo "Chromium could not be installed, so the browser tests will be skipped." >&2
    fi
}
