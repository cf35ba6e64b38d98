"""What nobody was seen to do, as where events come without any motion, is said in words, and only while it is news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from passerby.serve import acts
from passerby.serve.replays import FRAMES
from tests.serve.house import NOW, drive, house, table, violation


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "UNSEEN_S", -1.0)


def told_of(tmp_path: Path, t: datetime, motion: bool, back: bool = False) -> list[tuple[str, dict[str, Any]]]:
    with house(tmp_path) as h:
        said: list[tuple[str, dict[str, Any]]] = []
        h.junction.hub.public_event = lambda name, value, remembered=True: said.append((name, value))  # type: ignore[method-assign]
        h.junction.poll()
        if motion:
            drive(h.junction, "somebody else", NOW)
        row = violation(1, t=t)
        h.store.upsert("violations", table([row]))
        h.junction.poll()
        if back:
            h.store.withdraw("violations", {row["event"]})
        h.junction.poll()
        return [(name, value) for name, value in said if name != "figures"]


def test_an_event_without_motion_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "JUST_NOW_S", 3600.0)
    [(name, replay)] = told_of(tmp_path, datetime.now(UTC) - timedelta(seconds=2), motion=False)
    assert name == "replay"
    assert (replay["kind"], replay["classes"], replay["length"]) == ("red_light", ["car"], FRAMES)
    assert replay["frames"] == replay["lights"] == []


def test_others_who_were_seen_are_not_shown_in_their_place(tmp_path: Path) -> None:
    [(_, replay)] = told_of(tmp_path, NOW, motion=True)
    assert replay["frames"] == []


def test_what_is_imported_later_is_no_news(tmp_path: Path) -> None:
    assert told_of(tmp_path, datetime.now(UTC) - timedelta(minutes=5), motion=False) == []
    assert told_of(tmp_path / "other", NOW - timedelta(minutes=5), motion=True) == []


def test_words_are_taken_back_too(tmp_path: Path) -> None:
    said = told_of(tmp_path, NOW, motion=True, back=True)
    assert [name for name, _ in said] == ["replay", "withdraw"]
    assert said[0][1]["token"] == said[1][1]["token"]
