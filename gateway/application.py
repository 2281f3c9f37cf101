"""The whole HTTP application, put together from the contracts and the services' addresses."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import problems
from gateway.aggregates.served import SERVICE, Aggregates
from gateway.backends import Askable, Backend
from gateway.guard import Guard
from gateway.limits import Limit, StreamPlaces
from gateway.openapi.document import document
from gateway.refusals import HttpMethodNotAllowed, HttpRefusal, RouteNotFound
from gateway.settings import SERVICES, GatewaySettings
from gateway.sign_in.pages import SignInPages
from gateway.sign_in.sealing import Sealer
from gateway.sign_in.sessions import BrowserSessions
from gateway.transcoding.door import Door, Limits
from gateway.transcoding.exchange import Exchange
from gateway.transcoding.methods import Binding, find_bindings
from gateway.transcoding.routes import RouteTable

Endpoint = Callable[[Request], Awaitable[Response]]

PAGES = Path(__file__).parent / "pages"
_CORS_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Accept-Language",
    "Millrace-After",
)


def application(settings: GatewaySettings, backends: Mapping[str, Backend]) -> Starlette:
    """The application; raises ContractWrong when a contract cannot be served."""
    bindings = find_bindings((*SERVICES, SERVICE))
    methods = {binding.method.name: binding.method for binding in bindings}
    sealer = Sealer(settings.secret)
    sessions = BrowserSessions(sealer, backends["directory"], methods, settings.allowed_origins)
    limits = Limits(
        address=Limit("address", settings.rate_per_address),
        session=Limit("session", settings.rate_per_session),
        public_writes=Limit("public_writes", settings.rate_of_public_writes),
        streams_of_address=StreamPlaces("streams_of_address", settings.streams_per_address),
        streams_of_session=StreamPlaces("streams_of_session", settings.streams_per_session),
    )
    served: dict[str, Askable] = {**backends, SERVICE: Aggregates(backends, methods, zone=settings.time_zone)}
    door = Door(RouteTable(bindings), served, sessions.token, limits)
    routes: list[BaseRoute] = [
        *SignInPages(sessions, sealer, limits.public_writes).routes(),
        Route("/openapi.json", _openapi(bindings)),
        Route("/", _page("index.html")),
        Route("/docs", _page("docs.html")),
        Mount("/assets", StaticFiles(directory=PAGES / "assets")),
    ]
    return Starlette(
        routes=routes,
        middleware=_layers(settings, door),
        exception_handlers={404: _not_found, 405: _method_not_allowed},
    )


def _layers(settings: GatewaySettings, door: Door) -> list[Middleware]:
    layers = [Middleware(Guard, hosts=settings.trusted_hosts)]
    if settings.allowed_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=("GET", "POST", "PATCH", "DELETE"),
            allow_headers=_CORS_HEADERS,
            expose_headers=("ETag", "Retry-After", "Millrace-Written", "Millrace-Stale"),
            allow_credentials=True,
        )
        layers.append(cors)
    return [*layers, Middleware(_Straight, door=door)]


class _Straight:
    """Takes a call straight to the door, which answers for itself: to look for its route would cost it a tenth."""

    def __init__(self, app: ASGIApp, *, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        called = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (self._door if called else self._app)(scope, receive, send)


def _openapi(bindings: tuple[Binding, ...]) -> Endpoint:
    @cache
    def written() -> bytes:
        return orjson.dumps(document(bindings, version=version("millrace")))

    async def answer(_request: Request) -> Response:
        return Response(written(), media_type="application/json", headers={"cache-control": "public, max-age=300"})

    return answer


def _page(name: str) -> Endpoint:
    async def answer(_request: Request) -> Response:
        return FileResponse(PAGES / name, headers={"cache-control": "no-cache"})

    return answer


async def _not_found(request: Request, _error: Exception) -> Response:
    return _refused(request, RouteNotFound(path=request.url.path))


async def _method_not_allowed(request: Request, error: Exception) -> Response:
    allowed = (getattr(error, "headers", None) or {}).get("Allow", "GET, HEAD")
    refused = _refused(request, HttpMethodNotAllowed(method=request.method, allowed=allowed))
    refused.headers["Allow"] = allowed
    return refused


def _refused(request: Request, refusal: HttpRefusal) -> Response:
    exchange = Exchange(request.scope, request.receive, request._send)  # noqa: SLF001 - only its wording is used
    problem = problems.of_refusal(refusal, exchange.asked())
    return Response(orjson.dumps(problem.document), problem.status, media_type=problems.CONTENT_TYPE)
