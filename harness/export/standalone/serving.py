"""The retriever over HTTP, for this machine alone: `/health` and `/search?q=...&k=10`.

Nobody is asked who they are, so it listens on 127.0.0.1; put a server that asks before it to let others in.
"""

import json

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .faults import RetrieverError
from .retriever import ProgramRetriever

HOST = "127.0.0.1"
MOST = 1000
"""Documents of one answer."""
LONGEST_BODY = 1 << 20
"""Bytes of a question that is posted."""


def make_app(retriever: ProgramRetriever) -> Starlette:
    """An application over an index that is loaded: GET, or POST of JSON with `q` and perhaps `k`.

    `/search` answers {"hits": [{"id", "score", "text"}]}, or {"error": one sentence} with status 400; 500 where the
    program itself fails.
    """

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "documents": len(retriever)})

    async def search(request: Request) -> JSONResponse:
        try:
            question, k = await _asked(request)
            hits = await run_in_threadpool(retriever.search, question, k)
        except RetrieverError as error:
            return JSONResponse({"error": str(error)}, 500 if error.__cause__ else 400)
        return JSONResponse({"hits": [hit._asdict() for hit in hits]})

    return Starlette(routes=[Route("/health", health), Route("/search", search, methods=["GET", "POST"])])


def serve(retriever: ProgramRetriever, port: int) -> None:
    """Answer until the process is stopped."""
    uvicorn.run(make_app(retriever), host=HOST, port=port, log_level="warning")


async def _asked(request: Request) -> tuple[str, int]:
    told = dict(request.query_params) if request.method == "GET" else await _posted(request)
    question, k = told.get("q"), told.get("k", 10)
    if not isinstance(question, str):
        raise RetrieverError("There is no question; ask /search?q=...&k=10.")
    if not str(k).isdecimal() or not 1 <= int(str(k)) <= MOST:
        raise RetrieverError(f"k is {k!r}; ask for 1 to {MOST} documents.")
    return question, int(str(k))


async def _posted(request: Request) -> dict[str, object]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise RetrieverError(f"The question is longer than {LONGEST_BODY:,} bytes; shorten it.")
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise RetrieverError('The question is no JSON object; post {"q": "...", "k": 10}.')
    return told
