"""A server with one junction, in memory but for a temporary folder, and people who may sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from passerby.serve.apart import Apart
from passerby.serve.app import create_app
from passerby.serve.junction import Junction
from passerby.serve.keep import Keep
from passerby.serve.passwords import Hashed, hashed
from passerby.serve.scene import Scene
from passerby.serve.service import Service
from passerby.serve.users import ROLES, User
from passerby.site.toml import parse_site
from passerby.store.tables import Store, open_store
from passerby.tables import CONFLICTS, VIOLATIONS
from tests.serve.processes import until

SITE = """version = 1
[site]
name = "Somewhere"
timezone = "Europe/Berlin"
[[signal]]
id = "K1"
[[signal]]
id = "F1"
kind = "pedestrian"
[[stop_line]]
id = "north"
points = [[-3.0, 14.0], [0.0, 14.0]]
heading = 180.0
signal = "K1"
[[crosswalk]]
id = "west"
polygon = [[-9.0, -6.0], [-6.0, -6.0], [-6.0, 6.0], [-9.0, 6.0]]
signal = "F1"
[[lane]]
id = "north-in"
centreline = [[-1.5, 60.0], [-1.5, 14.0]]
width = 3.0
"""
APART = Apart(limit_s=3600.0)
"""One for every server: starting its processes takes a while."""

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@cache
def _hashed() -> Hashed:
    return hashed(PASSWORD)


@dataclass
class House:
    """The app, its service and the store that a writer has open."""

    app: FastAPI
    service: Service
    store: Store
    junction: Junction

    def client(self, https: bool = False) -> TestClient:
        return TestClient(self.app, base_url="https://testserver" if https else "http://testserver")

    def signed_in(self, role: str = "operator", https: bool = False) -> TestClient:
        client = self.client(https)
        answer = client.post("/api/v1/session", json={"name": role, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf"]
        return client


@contextmanager
def house(folder: Path) -> Iterator[House]:
    with open_store(folder / "store") as store:
        site = folder / "site.toml"
        site.write_text(SITE)
        junction = Junction("somewhere", parse_site(SITE), open_store(folder / "store", read_only=True), site_path=site)
        keep = Keep(folder / "serve")
        keep.users._write({role: User(role, role, _hashed(), False, 1.0) for role in ROLES})
        service = Service({"somewhere": junction}, keep, apart=APART)
        yield House(create_app(service), service, store, junction)


def violation(n: int, **other: Any) -> dict[str, Any]:
    row = {"event": f"{n:016x}", "kind": "red_light", "class": "car", "track": f"secret{n}", "t": NOW, "x": -1.5}
    row |= {"y": 13.0, "place": "north", "signal": "K1", "state": "red", "confidence": 0.9, "linked": []}
    return row | other


def conflict(n: int, **other: Any) -> dict[str, Any]:
    row = {"event": f"{n:016x}", "kind": "crossing", "class_a": "car", "track_a": f"secret{n}", "class_b": "cyclist"}
    row |= {"track_b": f"secret{n + 1}", "t": NOW, "x": 0.0, "y": 0.0, "pet_s": 1.2, "severity": "serious"}
    return row | {"confidence": 0.8, "linked": []} | other


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=CONFLICTS if "class_a" in rows[0] else VIOLATIONS)


def scene(t: float, users: list[tuple[str, float, float]], lights: dict[str, str] | None = None) -> Scene:
    n = len(users)
    xy = np.array([u[1:] for u in users], np.float64).reshape(-1, 2)
    full = [np.full(n, v) for v in (183.3, 7.77, 4.5, 1.8)]
    return Scene(
        t, tuple(u[0] for u in users), np.full(n, 3, np.int64), xy[:, 0], xy[:, 1], *full, lights or {"K1": "red"}
    )


def drive(junction: Junction, track: str, until: datetime, seconds: float = 12.0) -> None:
    """Scenes of a car that drives south over the stop line."""
    end = until.timestamp()
    for k in range(int(seconds * 5)):
        t = end - seconds + k / 5
        junction.remember(scene(t, [(track, -1.5, 13.0 - 8 * (t - end + 3)), ("other", 3.0, 3.0)]))


def followed(h: House) -> None:
    """Once the junction has looked at its store, so that what comes from now on is news."""
    until(lambda: h.junction._follower is not None and h.junction._follower._begun)


def base(client: TestClient) -> dict[str, str]:
    """What a save of the drawing names as the file that it was made from."""
    return {"base_sha256": client.get("/api/v1/junctions/somewhere/site").json()["sha256"]}


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)
