"""`create_app`: the web application over a service."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from passerby import __version__
from passerby.serve import (
    admin,
    analysis,
    background,
    calibration,
    comparison,
    exports,
    ngsi,
    operator,
    overview,
    pages,
    problems,
    public,
    session,
    severities,
    sheets,
    site_editor,
    survey,
)
from passerby.serve.access import Who, require
from passerby.serve.guard import Guard
from passerby.serve.service import Service
from passerby.serve.stream import PING_S

ROUTERS: tuple[APIRouter, ...] = (
    public.router,
    session.router,
    operator.router,
    overview.router,
    analysis.router,
    severities.router,
    comparison.router,
    exports.router,
    sheets.router,
    site_editor.router,
    survey.router,
    calibration.router,
    background.router,
    admin.router,
    ngsi.router,
)
"""One per concern; each says itself who may use it."""

_PROBLEM = "application/problem+json"


def create_app(service: Service) -> FastAPI:
    """The application: pages, API v1, streams. Its threads run while it does."""
    app = FastAPI(
        title="Passerby",
        version=__version__,
        description="Violations and near misses at a junction, nobody identified. See docs/api.md.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # an address that is sent elsewhere would name the host that the request names
        redirect_slashes=False,
        lifespan=_lifespan,
        responses=problems.documented(400, 413, 422, 429, 503, 507),
        generate_unique_id_function=_name,
        # who looks at the screens is reported to nobody, whatever the environment says
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    # changes when either does, and names neither to strangers
    service.version = hashlib.sha256(f"{__version__}-{pages.version()}".encode()).hexdigest()[:12]
    app.state.service = service
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)

    @app.get("/api/v1/openapi.json", include_in_schema=False)
    def description(who: Annotated[Who, Depends(require("operator"))]) -> JSONResponse:
        """The API described (OpenAPI 3.1)."""
        return JSONResponse(app.openapi())

    app.include_router(pages.router)
    app.mount("/assets", pages.Assets(directory=pages.FOLDER / "assets", check_dir=False))
    plain = app.openapi

    def only_problems() -> dict[str, Any]:
        found = plain()
        for path in found["paths"].values():
            for operation in path.values():
                for answer in operation.get("responses", {}).values():
                    kinds = answer.get("content", {})
                    if _PROBLEM in kinds:
                        answer["content"] = {_PROBLEM: kinds[_PROBLEM]}
        return found

    app.openapi = only_problems  # type: ignore[method-assign]
    app.add_middleware(Guard, limits=service.limits, tiles=service.tiles.origin if service.tiles is not None else None)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    loop, stop = asyncio.get_running_loop(), Event()
    for junction in service.junctions.values():
        junction.hub.bind(loop)
    work = [*(j.run for j in service.junctions.values()), *service.feeds]
    threads = [Thread(target=run, args=(stop,), daemon=True) for run in work]
    for thread in threads:
        thread.start()
    pinging = asyncio.create_task(_ping(service))
    try:
        yield
    finally:
        stop.set()
        pinging.cancel()
        service.apart.close()
        for junction in service.junctions.values():
            junction.hub.close()
            junction.hub.bind(None)
        for thread in threads:
            await asyncio.to_thread(thread.join, 10.0)


async def _ping(service: Service) -> None:
    while True:
        await asyncio.sleep(PING_S)
        for junction in service.junctions.values():
            junction.hub.ping()


def _name(route: APIRoute) -> str:
    return f"{route.tags[0] if route.tags else 'page'}_{route.name}"
