"""The page: one file of HTML with everything in it, whose policy lets nothing run but its own two scripts."""

import base64
import hashlib
import html
import json
from datetime import UTC, datetime
from functools import cache
from importlib import metadata, resources
from string import Template
from typing import Any

from harness.errors import JobError
from harness.kept import kept, kept_folder
from harness.report.specs import SPECS

LIBRARY = "window.vegaEmbed = vegaEmbed; window.vega = vega;"
"""What the page needs of the bundle of Vega and its embedding."""


def render_page(data: dict[str, Any], title: str, *, poll_ms: int = 0) -> str:
    """A page that shows `data`: `runs`, each with `programs`, and `transfer`.

    With `poll_ms` it asks the server that it came from for news that often; otherwise it may connect to nothing.
    """
    whole = {
        **data,
        "specs": vega_specs(),
        "version": metadata.version("ttc-retrieval"),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "live": poll_ms,
    }
    library, script, style = _library(), _scripts(), _file("style.css")
    return Template(_file("page.html")).substitute(
        title=html.escape(title),
        policy=policy(library, script, style, connect="'self'" if poll_ms else "'none'"),
        style=style,
        data=embed(whole),
        library=library,
        script=script,
    )


def policy(library: str, script: str, style: str, *, connect: str) -> str:
    """A Content-Security-Policy that allows these texts by their hashes, and no inline code, eval or network."""
    return (
        f"default-src 'none'; script-src {_hash(library)} {_hash(script)}; style-src {_hash(style)}; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )


def embed(value: Any) -> str:
    """JSON that cannot end the element it stands in: in ASCII, with every `<`, `>` and `&` escaped."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        raise JobError("A number of these runs is not finite; `ttc archive check` says where.") from error
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def vega_specs() -> dict[str, Any]:
    """The charts' specifications compiled to Vega."""
    told = json.dumps(SPECS)

    def compiled() -> str:
        import vl_convert

        return json.dumps({name: vl_convert.vegalite_to_vega(spec) for name, spec in SPECS.items()})

    found: dict[str, Any] = json.loads(kept(kept_folder("report"), "charts", [_version(), told], compiled))
    return found


@cache
def _library() -> str:
    def bundled() -> str:
        import vl_convert

        bundle: str = vl_convert.javascript_bundle(LIBRARY)
        return bundle

    bundle = kept(kept_folder("report"), "library", [_version(), LIBRARY], bundled)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _version() -> str:
    """Of what compiles charts and brings the JavaScript, which takes seconds."""
    return metadata.version("vl-convert-python")


@cache
def _scripts() -> str:
    folder = resources.files("harness.report") / "page"
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".js"))
    return '"use strict";\n' + "\n".join(_file(name) for name in names)


def _file(name: str) -> str:
    return (resources.files("harness.report") / "page" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
