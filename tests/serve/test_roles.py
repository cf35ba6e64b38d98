"""Every route, whatever it is, against everybody who might ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute

from tests.serve.house import House, house

ROLES = {
    "nobody": """
        GET /screen /login /favicon.ico
        POST /api/v1/session
        GET /api/v1/public/junctions /api/v1/public/junctions/{id} /api/v1/public/junctions/{id}/figures
        GET /api/v1/public/junctions/{id}/plates/{camera} /api/v1/public/junctions/{id}/stream
        GET /ngsi-ld/v1/entities /ngsi-ld/v1/entities/{urn}
    """,
    "anybody": """
        GET / /site /api/v1/session
        PUT /api/v1/session/password
        DELETE /api/v1/session
    """,
    "operator": """
        GET /api/v1/openapi.json /api/v1/overview /api/v1/stream
        GET /api/v1/junctions /api/v1/junctions/{id} /api/v1/junctions/{id}/health /api/v1/junctions/{id}/stream
        GET /api/v1/junctions/{id}/events /api/v1/junctions/{id}/events/{event}
        PUT /api/v1/junctions/{id}/events/{event}/mark
        GET /api/v1/junctions/{id}/counts /api/v1/junctions/{id}/heat /api/v1/junctions/{id}/precision
        GET /api/v1/junctions/{id}/ranking /api/v1/junctions/{id}/before-after
        GET /api/v1/junctions/{id}/severities /api/v1/junctions/{id}/severities/export
        GET /api/v1/junctions/{id}/export /api/v1/junctions/{id}/report /api/v1/junctions/{id}/sheets/{what}
        GET /api/v1/junctions/{id}/events/{event}/sheet
        GET /api/v1/junctions/{id}/background /api/v1/junctions/{id}/site /api/v1/junctions/{id}/site/paths
        PUT /api/v1/junctions/{id}/site
        POST /api/v1/junctions/{id}/site/check /api/v1/junctions/{id}/site/proposal
        POST /api/v1/junctions/{id}/calibration
    """,
    "administrator": """
        GET /api/v1/users /api/v1/tokens /api/v1/audit /api/v1/audit/chain /api/v1/junctions/{id}/settings
        POST /api/v1/users /api/v1/users/{name}/password /api/v1/tokens
        PUT /api/v1/users/{name} /api/v1/junctions/{id}/settings
        DELETE /api/v1/users/{name} /api/v1/tokens/{token}
    """,
}
"""Who may use each route: with no login, with any, or with a role. One that is not in here fails."""

ROLE = {
    (method, path): role
    for role, lines in ROLES.items()
    for method, *paths in (line.split() for line in lines.strip().splitlines())
    for path in paths
}
OPEN = {route for route, role in ROLE.items() if role == "nobody"}
PAGES = {("GET", "/"), ("GET", "/site")}
STREAMS = "/stream"
FILLED = {"{id}": "somewhere", "{event}": "0" * 16, "{name}": "nobody", "{token}": "nothing", "{urn}": "urn:x"} | {
    "{what}": "map",
    "{camera}": "cam",
}


@pytest.fixture(scope="module")
def h(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as made:
        yield made


def routes(h: House) -> list[tuple[str, str]]:
    """All of them, from the app itself, whichever router they come from."""
    found = []

    def walk(items: list) -> None:
        for route in items:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            if isinstance(route, APIRoute):
                found.extend((method, route.path) for method in sorted(route.methods))
            elif inner is not None:
                walk(inner.routes)

    walk(h.app.routes)
    return found


def declared(h: House) -> Iterator[tuple[tuple[str, str], set[str]]]:
    """The roles that each route's dependencies ask for."""

    def asked(dependant: Any) -> set[str]:
        call = dependant.call
        own = {call.__closure__[0].cell_contents} if getattr(call, "__qualname__", "").startswith("require.") else set()
        return own.union(*(asked(d) for d in dependant.dependencies))

    def walk(items: list, around: set[str]) -> Iterator[tuple[tuple[str, str], set[str]]]:
        for route in items:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            if isinstance(route, APIRoute):
                for method in route.methods:
                    yield (method, route.path), around | asked(route.dependant)
            elif inner is not None:
                yield from walk(inner.routes, around)

    return walk(h.app.routes, set())


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, f"{path}: give FILLED a value for it"
    return path


def test_the_list_of_routes_is_all_of_them(h: House) -> None:
    found = {path for _, path in routes(h)}
    assert set(h.app.openapi()["paths"]) <= found
    assert len(found) > 20


def test_every_route_has_a_role_and_asks_for_it(h: House) -> None:
    found = dict(declared(h))
    assert set(found) == set(ROLE)
    for route, roles in found.items():
        # who is signed in is asked by the pages themselves
        wanted = set() if ROLE[route] in ("nobody", "anybody") else {ROLE[route]}
        assert roles - {"operator"} == wanted - {"operator"}, route
        assert wanted <= roles, route


def test_nothing_but_what_is_public_answers_without_a_login(h: House) -> None:
    with h.client() as client:
        for method, path in routes(h):
            if (method, path) in OPEN:
                continue
            answer = client.request(method, filled(path), json={}, follow_redirects=False)
            if (method, path) in PAGES:
                assert answer.status_code == 303
                assert answer.headers["location"].startswith("/login?next=/")
            else:
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.headers["content-type"] == "application/problem+json"


def test_a_wrong_token_or_cookie_is_no_login(h: House) -> None:
    with h.client() as client:
        for method, path in routes(h):
            if (method, path) in OPEN | PAGES:
                continue
            for headers in ({"authorization": "Bearer pby_wrong"}, {"cookie": "passerby=wrong"}):
                assert client.request(method, filled(path), json={}, headers=headers).status_code == 401


def test_operators_are_kept_from_what_is_for_administrators(h: House) -> None:
    client = h.signed_in("operator")
    for method, path in routes(h):
        if path.endswith(STREAMS) or (method, path) in OPEN or path == "/api/v1/session":
            continue
        answer = client.request(method, filled(path), json={}, follow_redirects=False)
        if ROLE[method, path] == "administrator":
            assert answer.status_code == 403, f"{method} {path}"
        else:
            assert answer.status_code not in (401, 403), f"{method} {path}"


def test_every_change_with_a_cookie_needs_the_sessions_csrf_token(h: House) -> None:
    client = h.signed_in("administrator")
    for token in (None, "wrong", "ü"):
        client.headers.pop("x-csrf-token", None)
        headers = {} if token is None else {"x-csrf-token": token.encode()}
        for method, path in routes(h):
            if method in ("GET", "HEAD") or (method, path) in OPEN:
                continue
            answer = client.request(method, filled(path), json={}, headers=headers)
            assert answer.status_code == 403, f"{method} {path}"


def test_a_token_needs_no_csrf_token_and_has_its_role(h: House) -> None:
    _, secret = h.service.keep.tokens.make("counting", "operator", 1, "test")
    with h.client() as client:
        client.headers["authorization"] = f"Bearer {secret}"
        assert client.get("/api/v1/junctions").status_code == 200
        assert client.get("/api/v1/session").json()["csrf"] is None
        assert client.get("/api/v1/users").status_code == 403
        check = client.post("/api/v1/junctions/somewhere/site/check", json={"toml": ""})
        assert check.status_code == 200
