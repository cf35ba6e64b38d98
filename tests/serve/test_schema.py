"""Whatever is sent to any route, the answer is one that the API's description names, and no server error."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from passerby.serve.limits import Buckets
from passerby.serve.users import Role
from tests.serve.house import NOW, House, conflict, drive, house, minutes, table, violation

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def h(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as made:
        made.store.upsert("violations", table([violation(i, t=NOW - minutes(i)) for i in range(5)]))
        made.store.upsert("conflicts", table([conflict(100)]))
        drive(made.junction, "secret1", NOW)
        made.junction.poll()
        limits = made.service.limits
        for name in ("public", "signed_in", "logins"):
            setattr(limits, name, Buckets(1e6, 1e6))
        limits.guesses.failed = lambda name, address: None  # type: ignore[method-assign]
        for channel in (made.junction.hub.public, made.junction.hub.operators):
            channel.subscribe = ended(channel.subscribe)  # type: ignore[method-assign]
        yield made


def ended(subscribe: Callable[..., Any]) -> Callable[..., Any]:
    """Streams that end after what they begin with: what they answer is described like everything else."""

    def subscribed(*args: Any) -> Any:
        subscriber = subscribe(*args)
        subscriber.close()
        return subscriber

    return subscribed


@pytest.fixture(scope="module")
def people(h: House) -> dict[str, dict[str, str]]:
    """The headers of who asks."""
    roles: list[Role] = ["operator", "administrator"]
    made = {r: h.service.keep.tokens.make("schema", r, 1, "test")[1] for r in roles}
    return {"nobody": {}} | {r: {"authorization": f"Bearer {secret}"} for r, secret in made.items()}


@pytest.fixture(scope="module")
def schema(h: House, people: dict[str, dict[str, str]]) -> Any:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", h.app, headers=people["administrator"])


def operations() -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, house(Path(folder)) as made:
        paths = made.app.openapi()["paths"]
    return [(path, method.upper()) for path in paths for method in paths[path]]


@pytest.mark.parametrize(("path", "method"), operations())
def test_every_answer_is_described(people: Any, schema: Any, path: str, method: str) -> None:
    described(people, schema, path, method, 20)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), operations())
def test_every_answer_to_many_questions_is_described(people: Any, schema: Any, path: str, method: str) -> None:
    described(people, schema, path, method, 400)


def described(people: dict[str, dict[str, str]], schema: Any, path: str, method: str, examples: int) -> None:
    operation = schema[path][method]
    fitting, unfitting = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    if not operation.body and not operation.query and not operation.path_parameters:
        unfitting = fitting

    @given(
        case=st.one_of(fitting, unfitting),
        known=st.sampled_from([True, True, True, False]),
        who=st.sampled_from(["administrator"] * 4 + ["operator", "nobody"]),
    )
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    def hold(case: schemathesis.Case, known: bool, who: str) -> None:
        if "id" in (case.path_parameters or {}) and known:
            case.path_parameters["id"] = "somewhere"
        if "event" in (case.path_parameters or {}) and known:
            case.path_parameters["event"] = "0000000000000001"
        # generated headers must not stand in for the one that says who asks
        for name in [n for n in case.headers or {} if n.lower() in ("authorization", "cookie")]:
            del case.headers[name]
        case.cookies = {}
        case.call_and_validate(headers=people[who] or {"authorization": ""}, checks=CHECKS)

    hold()


def test_the_description_says_every_status_and_no_more_than_problems(h: House) -> None:
    found = h.app.openapi()
    assert found["openapi"].startswith("3.1")
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert {"422", "429", "503"} <= set(answers), f"{method} {path}"
            if not path.startswith("/api/v1/public"):
                assert "401" in answers, f"{method} {path}"
            if method != "get":
                assert "403" in answers, f"{method} {path}"
            for status, answer in answers.items():
                if int(status) >= 400:
                    # NGSI-LD wants its own errors as application/json (ETSI GS CIM 009, 5.5.3)
                    theirs = path.startswith("/ngsi-ld") and status in ("400", "403", "404")
                    wanted = "application/json" if theirs else "application/problem+json"
                    assert list(answer["content"]) == [wanted], f"{method} {path} {status}"
    ids = [o["operationId"] for operations in found["paths"].values() for o in operations.values()]
    assert len(ids) == len(set(ids))
