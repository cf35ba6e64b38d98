"""Every route, whatever it is, against everybody who might ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from tests.serve.house import House, house

OPEN = {("POST", "/api/v1/session"), ("GET", "/screen"), ("GET", "/login"), ("GET", "/favicon.ico")}
PAGES = {("GET", "/"), ("GET", "/site")}
FOR_ADMINISTRATORS = ("/api/v1/users", "/api/v1/tokens", "/api/v1/audit", "/settings")
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


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    assert "{" not in path, f"{path}: give FILLED a value for it"
    return path


def test_the_list_of_routes_is_all_of_them(h: House) -> None:
    found = {path for _, path in routes(h)}
    assert set(h.app.openapi()["paths"]) <= found
    assert len(found) > 20


def test_nothing_but_what_is_public_answers_without_a_login(h: House) -> None:
    with h.client() as client:
        for method, path in routes(h):
            if path.startswith(("/api/v1/public/", "/ngsi-ld/")) or (method, path) in OPEN:
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
            if path.startswith(("/api/v1/public/", "/ngsi-ld/")) or (method, path) in OPEN | PAGES:
                continue
            for headers in ({"authorization": "Bearer pby_wrong"}, {"cookie": "passerby=wrong"}):
                assert client.request(method, filled(path), json={}, headers=headers).status_code == 401


def test_operators_are_kept_from_what_is_for_administrators(h: House) -> None:
    client = h.signed_in("operator")
    for method, path in routes(h):
        if path.endswith(STREAMS) or (method, path) in OPEN or path == "/api/v1/session":
            continue
        answer = client.request(method, filled(path), json={}, follow_redirects=False)
        if any(part in path for part in FOR_ADMINISTRATORS):
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
