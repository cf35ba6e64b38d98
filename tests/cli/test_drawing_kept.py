"""`passerby analyse` keeps the drawing beside its results; `passerby site plan` writes what its file's ending says."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.cli.command import HEADER, SIGNALS, passerby, traffic
from tests.live.street import SITE_TOML


@pytest.fixture
def given(tmp_path: Path) -> tuple[object, ...]:
    (tmp_path / "site.toml").write_text(f"# drawn by hand, äöü\n{SITE_TOML}", encoding="utf-8")
    (tmp_path / "tracks.csv").write_text("\n".join([HEADER, *traffic()]) + "\n")
    (tmp_path / "signals.csv").write_text("\n".join(SIGNALS) + "\n")
    words = ("--tracks", tmp_path / "tracks.csv", "--signals", tmp_path / "signals.csv", "--out", tmp_path / "out")
    return ("analyse", "--site", tmp_path / "site.toml", *words, "--no-report")


def test_a_report_follows_an_analysis_without_naming_the_site(given: tuple[object, ...], tmp_path: Path) -> None:
    (tmp_path / "site.toml").chmod(0o600)
    done = passerby(*given)
    assert done.code == 0, done.err
    assert "site.toml" in done.out
    copy = tmp_path / "out" / "site.toml"
    assert copy.read_bytes() == (tmp_path / "site.toml").read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600, "a camera's address may hold a password"
    page = tmp_path / "r.html"
    done = passerby("report", tmp_path / "out", "--out", page)
    assert done.code == 0, done.err
    assert page.is_file()
    assert passerby("privacy", "verify", tmp_path / "out").code == 0


def test_an_earlier_drawing_is_replaced_with_a_word(given: tuple[object, ...], tmp_path: Path) -> None:
    assert passerby(*given, "-q").code == 0
    again = passerby(*given, "-q")
    assert not any("site.toml" in w for w in again.warnings)
    drawing = tmp_path / "site.toml"
    drawing.write_text(drawing.read_text(encoding="utf-8") + "# drawn anew\n", encoding="utf-8")
    again = passerby(*given, "-q")
    assert any("earlier drawing" in w for w in again.warnings)
    assert (tmp_path / "out" / "site.toml").read_bytes() == drawing.read_bytes()


@pytest.mark.parametrize("there", ["another", "broken"])
def test_another_junctions_drawing_is_never_replaced(given: tuple[object, ...], tmp_path: Path, there: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    text = SITE_TOML.replace('name = "', 'name = "Not ', 1) if there == "another" else "not a drawing ["
    assert text != SITE_TOML
    (out / "site.toml").write_text(text)
    done = passerby(*given)
    assert done.code != 0
    assert len(done.errors) == 1
    assert "name another folder" in done.errors[0]
    assert [p.name for p in out.iterdir()] == ["site.toml"]
    assert (out / "site.toml").read_text() == text


@pytest.mark.parametrize("name", ["plan.png", "plan.pdf", "plan"])
def test_a_plan_is_not_written_under_an_ending_of_something_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "site.toml").write_text(SITE_TOML)
    done = passerby("site", "plan", tmp_path / "site.toml", "--out", tmp_path / name)
    assert done.code != 0
    assert "ends in .svg" in done.errors[0]
    assert not (tmp_path / name).exists()


def test_a_plan_is_svg(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE_TOML)
    done = passerby("site", "plan", tmp_path / "site.toml", "--out", tmp_path / "new" / "plan.SVG")
    assert done.code == 0, done.err
    assert (tmp_path / "new" / "plan.SVG").read_text().startswith("<svg")


def watched(folder: Path, text: str) -> tuple[object, ...]:
    """A watch of a few pictures of an empty street."""
    pictures = folder / "pictures"
    pictures.mkdir()
    for n in range(5):
        cv2.imwrite(str(pictures / f"{n}.png"), np.full((120, 160, 3), 90, np.uint8))
    camera = '[[camera]]\nid = "c"\nsource = "pictures"\n[camera.calibration]\n'
    camera += "image = [[0, 120], [160, 120], [120, 60], [40, 60]]\nground = [[-8, 2], [8, 2], [10, 22], [-10, 22]]\n"
    (folder / "site.toml").write_text(text + camera)
    return ("watch", folder / "site.toml", "--fps", "5", "--start", "2026-03-04T12:00:00Z", "--out", folder / "out")


def test_what_was_watched_is_explained_by_the_drawing_beside_it(tmp_path: Path) -> None:
    words = watched(tmp_path, SITE_TOML)
    (tmp_path / "site.toml").chmod(0o600)
    done = passerby(*words)
    assert done.code == 0, done.err
    copy = tmp_path / "out" / "site.toml"
    assert copy.read_bytes() == (tmp_path / "site.toml").read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600, "a camera's address may hold a password"
    copy.write_text(SITE_TOML.replace('name = "', 'name = "Not ', 1))
    refused = passerby(*words)
    assert refused.code != 0
    assert "name another folder" in refused.errors[0]
