"""How a camera does, in the words of the API: the gravest that can be said of it, and numbers that were measured."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from passerby.vision.camera import Sight
from passerby.vision.health import SILENT_S, CameraWatch
from passerby.vision.moved import CameraState
from passerby.vision.self_check import Scale
from passerby.vision.sightings import no_sightings
from passerby.vision.source_state import SourceState

T = 1_780_000_000.0
STILL = CameraState("still", T)


class Fake:
    """A camera whose source and checks say what a test wants."""

    def __init__(self) -> None:
        self.name = "north"
        self.drawn: Any = SimpleNamespace(calibration=object())
        self.scale: Scale | None = Scale(1.03, 40, False, "right")
        self.age = 0.2
        self.source: Any = SimpleNamespace(
            state=SourceState("running", frames=100, dropped=7, reconnects=2, fps=25.0, message="its clock"),
            age_s=lambda t: self.age,
            clock_offset_s=None,
        )

    @property
    def doubt(self) -> str:
        return self.scale.sentence if self.scale is not None and self.scale.off else ""


def seen(
    fake: Fake, state: CameraState = STILL, n: int = 20, ago_s: float = 0.0, monkeypatch: Any = None
) -> CameraWatch:
    """Pictures gone through ten a second until so long ago."""
    watch, end = CameraWatch(fake), time.monotonic() - ago_s  # type: ignore[arg-type]
    for k in range(n):
        with monkeypatch.context() as m:
            m.setattr(time, "monotonic", lambda k=k: end - (n - 1 - k) / 10)
            watch.saw(Sight("north", k, T + k / 10, no_sightings(), (), state))
    return watch


def test_a_camera_that_does_well(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(Fake(), monkeypatch=monkeypatch).health()
    assert (found.state, found.message, found.calibration) == ("ok", None, "ok")
    assert found.rate_fps == pytest.approx(10, abs=0.1)
    assert (found.delay_s, found.clock_offset_s, found.dropped, found.reconnects) == (0.2, None, 7, 2)


@pytest.mark.parametrize("status", ["opening", "stalled", "reconnecting", "failed", "ended"])
def test_a_source_that_gives_nothing_is_lost_in_its_own_words(status: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    fake.source.state = replace(fake.source.state, status=status, message="refused; asking again in 2 s")
    found = seen(fake, monkeypatch=monkeypatch).health()
    assert (found.state, found.message) == ("lost", "refused; asking again in 2 s")


@pytest.mark.parametrize("status", ["moved", "covered", "dark", "frozen"])
def test_a_view_that_is_not_what_it_was_makes_unsure(status: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(Fake(), CameraState(status, T, displacement_px=31.0), monkeypatch=monkeypatch).health()
    assert found.state == "unsure"
    assert found.message
    assert found.calibration == ("moved" if status == "moved" else "ok")


def test_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    fake.scale = Scale(1.4, 40, True, "calibration: people measure 1.40 times what they are (40 seen)")
    found = seen(fake, monkeypatch=monkeypatch).health()
    assert (found.state, found.calibration) == ("unsure", "doubtful")
    assert "1.40" in str(found.message)
    fake.scale = Scale(float("nan"), 3, False, "not tested yet")
    assert seen(fake, monkeypatch=monkeypatch).health().calibration == "untested"
    fake.scale = None
    fake.drawn.calibration = None
    assert seen(fake, monkeypatch=monkeypatch).health().calibration == "none"


def test_lateness_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    fake.age = 2.5
    found = seen(fake, monkeypatch=monkeypatch).health()
    assert (found.state, found.delay_s) == ("late", 2.5)
    fake.age = 0.1
    found = seen(fake, ago_s=SILENT_S + 1, monkeypatch=monkeypatch).health()
    assert (found.state, found.rate_fps) == ("late", 0.0)
    assert CameraWatch(fake).health().state == "late"  # type: ignore[arg-type]


def test_a_cameras_clock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()
    fake.source.clock_offset_s = -0.3178
    assert seen(fake, monkeypatch=monkeypatch).health().clock_offset_s == -0.32
