"""`passerby live` as a process: fed fast it equals `passerby analyse`; killed at any moment it loses nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from passerby.signals.history import STATES
from passerby.store import open_store
from passerby.store.audit import verify
from passerby.store.files import read_results

from .street import SITE_TOML, T0, User, scene, signals

PASSERBY = str(Path(sys.executable).with_name("passerby"))
LONG_S = 600.0
"""Longer than anything takes, on a machine that is busy with other things too."""

BEGIN = float(round(time.time()) - 7200)
NAMES = ("track", "class", "t", "x", "y", "length", "width")


def recording(folder: Path, people: int, seed: int = 5) -> tuple[Path, Path, Path]:
    """Site, tracks and signals of some minutes that began two hours ago."""
    rng = random.Random(seed)
    users = []
    for i in range(people):
        way = rng.choice(["north", "east", "right", "wrong", "walk", "jaywalk"])
        foot = way in ("walk", "jaywalk")
        cls, speed = ("pedestrian", rng.uniform(1, 2)) if foot else (rng.choice(["car", "cyclist"]), rng.uniform(4, 20))
        stop = (rng.uniform(0.2, 0.45), rng.choice([0.0, 0.0, 12.0]))
        users.append(User(f"u{i}", cls, way, 3.0 * i, speed, *stop, 10.0, 0.05, 0.1, 0.0, 0.0, i))
    shift = BEGIN - T0
    rows = [dict(r, t=round(r["t"] + shift, 3)) for r in scene(users)]
    site, tracks, lights = folder / "site.toml", folder / "tracks.csv", folder / "signals.csv"
    site.write_text(SITE_TOML)
    tracks.write_text("\n".join([",".join(NAMES), *(",".join(str(r[n]) for n in NAMES) for r in rows)]) + "\n")
    changes = [
        (float(t) + shift, s, STATES[int(c)])
        for s, (times, codes) in signals(cycles=40).changes.items()
        for t, c in zip(times, codes, strict=True)
    ]
    lights.write_text("t,signal,state\n" + "".join(f"{t:.3f},{s},{c}\n" for t, s, c in sorted(changes)))
    return site, tracks, lights


def live(site: Path, lights: Path, store: Path, *more: str) -> list[str]:
    return [PASSERBY, "live", "--site", str(site), "--signals", str(lights), "--store", str(store), "-q", *more]


def contents(folder: Path) -> dict[str, dict[Any, dict[str, Any]]]:
    """The rows of every table by their keys, with what CSV rounds rounded."""
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for name, table in read_results(folder).items():
        rows = [{k: v if not isinstance(v, float) else round(v, 1) for k, v in r.items()} for r in table.to_pylist()]
        for r in rows:
            r["linked"] = r.get("linked") or []
        found[name] = {r.get("event") or (r["t0"], r["place"], r["movement"], r["class"]): r for r in rows}
    return found


def test_a_pipe_at_full_speed_is_the_recording(tmp_path: Path) -> None:
    site, tracks, lights = recording(tmp_path, 40)
    with tracks.open("rb") as source:
        subprocess.run(live(site, lights, tmp_path / "store"), stdin=source, check=True, timeout=LONG_S)
    command = [PASSERBY, "analyse", "--site", site, "--tracks", tracks, "--signals", lights, "--out", tmp_path / "out"]
    subprocess.run([*map(str, command), "-q", "--no-report"], check=True, timeout=LONG_S)
    piped, whole = contents(tmp_path / "store"), contents(tmp_path / "out")
    assert {n: set(t) for n, t in piped.items()} == {n: set(t) for n, t in whole.items()}
    assert len(whole["violations"]) > 10
    assert len(whole["conflicts"]) > 2
    for name, table in whole.items():
        for key, row in table.items():
            assert {k: v for k, v in piped[name][key].items() if not isinstance(v, float)} == {
                k: v for k, v in row.items() if not isinstance(v, float)
            }


def _kill_and_check(tmp_path: Path, kills: int, people: int, seed: int) -> None:
    rng = random.Random(seed)
    site, tracks, lights = recording(tmp_path, people)
    data = tracks.read_bytes()
    undisturbed, store = tmp_path / "undisturbed", tmp_path / "store"
    subprocess.run(live(site, lights, undisturbed), input=data, check=True, timeout=LONG_S)
    growing = tmp_path / "growing.csv"
    growing.write_bytes(data[:200])
    seen: dict[str, dict[Any, dict[str, Any]]] = {"violations": {}, "conflicts": {}, "counts": {}}
    for kill in range(kills):
        with subprocess.Popen(live(site, lights, store, "--tracks", str(growing), "--follow")) as process:
            _begun(store, process)
            end, last = time.monotonic() + rng.uniform(0.3, 1.5), kill == kills - 1
            # by the last time something has been told, however slow this machine is
            while time.monotonic() < end or (last and not seen["violations"] and not _told(store)):
                assert time.monotonic() < end + LONG_S
                size = growing.stat().st_size
                upto = size + rng.randrange(len(data) // (15 * kills))
                with growing.open("ab") as file:
                    file.write(data[size : min(upto, len(data))])
                time.sleep(0.03)
            os.kill(process.pid, signal.SIGKILL)
        if not (store / "audit.jsonl").exists():
            continue
        reader = open_store(store, read_only=True)
        for name, known in seen.items():
            rows = reader.read(name).to_pylist()
            now = {r.get("event") or (r["t0"], r["place"], r["movement"], r["class"]): r for r in rows}
            assert len(now) == len(rows)
            assert known.keys() <= now.keys() | _early(store), (kill, name)
            if name != "counts":
                # what was told before it was final may be taken back
                now = {k: r for k, r in now.items() if k not in _early(store)}
            if name == "counts":
                assert all(now[k]["n"] >= r["n"] for k, r in known.items())
            seen[name] = now
    assert seen["violations"]
    growing.write_bytes(data)
    again = subprocess.run(live(site, lights, store, "--tracks", str(growing)), check=False, timeout=LONG_S)
    assert again.returncode == 0
    assert contents(store) == contents(undisturbed)
    verify(store / "audit.jsonl")
    subprocess.run([PASSERBY, "privacy", "verify", str(store)], check=True, timeout=LONG_S)
    before = contents(store)
    subprocess.run(live(site, lights, store, "--tracks", str(growing)), check=True, timeout=LONG_S)
    assert contents(store) == before


def _begun(store: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process that writes to a store has opened it."""
    log = store / "audit.jsonl"
    size = log.stat().st_size if log.exists() else 0
    deadline = time.monotonic() + LONG_S
    while not log.exists() or log.stat().st_size == size:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _told(store: Path) -> bool:
    """Whether a violation is in a store that is final."""
    found = open_store(store, read_only=True).read("violations", ["event"])["event"].to_pylist()
    return not set(found) <= _early(store)


def _early(store: Path) -> set[str]:
    """Ids of the events told early that were not final when the last run ended."""
    path = store / "early.json"
    return {e["event"] for e in json.loads(path.read_bytes())["told"]} if path.exists() else set()


def test_three_kills(tmp_path: Path) -> None:
    _kill_and_check(tmp_path, 3, 15, seed=1)


@pytest.mark.slow
def test_ten_kills(tmp_path: Path) -> None:
    _kill_and_check(tmp_path, 10, 60, seed=2)


def test_a_pipe_that_goes_on_after_a_kill_counts_everybody_once(tmp_path: Path) -> None:
    """A camera's pipe does not begin again: what had been counted before the kill stays in the number."""
    site, _, lights = recording(tmp_path, 0)
    users = [User(f"u{i}", "car", "east", 20.0 * i, 12.0, 0.5, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, i) for i in range(12)]
    quarter = 900 * (int(BEGIN) // 900)
    rows = [dict(r, t=round(r["t"] - T0 + quarter + 5, 3)) for r in scene(users)]
    lines = [",".join(NAMES), *(",".join(str(r[n]) for n in NAMES) for r in rows)]
    cut = next(i for i, r in enumerate(rows) if r["track"] == "u6")
    store = tmp_path / "store"
    with subprocess.Popen(live(site, lights, store), stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write("\n".join(lines[: cut + 1]).encode() + b"\n")
        process.stdin.flush()
        _begun(store, process)
        deadline = time.monotonic() + LONG_S
        while _passed(store) < 6 and time.monotonic() < deadline:
            time.sleep(0.2)
        os.kill(process.pid, signal.SIGKILL)
    assert _passed(store) == 6
    rest = "\n".join([lines[0], *lines[cut + 1 :]]) + "\n"
    subprocess.run(live(site, lights, store), input=rest.encode(), check=True, timeout=LONG_S)
    assert _passed(store) == 12


def _passed(store: Path) -> int:
    rows = open_store(store, read_only=True).read("counts").to_pylist()
    return sum(r["n"] for r in rows if r["place"] == "west")
