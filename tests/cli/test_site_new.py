"""`passerby site new`: a junction with nothing drawn yet, to be drawn in the site editor."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from passerby.cli import app
from passerby.serve.junction import Junction
from passerby.serve.plan import public_plan
from passerby.site.toml import read_site

RUNNER = CliRunner()
NAMED = ["--name", "Markt / Ring", "--origin", "52.27,10.54"]


def test_it_is_a_site_that_can_be_served(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    extra = [
        "--timezone",
        "Europe/Berlin",
        "--drives-on",
        "left",
        "--camera",
        "a=rtsp://10.0.0.7/live",
        "--camera",
        "b",
    ]
    done = RUNNER.invoke(app, ["site", "new", str(path), *NAMED, *extra])
    assert done.exit_code == 0, done.output
    assert "passerby serve" in done.output
    site = read_site(path)
    assert (site.name, site.origin, site.timezone, site.drives_on) == (
        "Markt / Ring",
        (52.27, 10.54),
        "Europe/Berlin",
        "left",
    )
    assert [(c.id, c.source) for c in site.cameras] == [("a", "rtsp://10.0.0.7/live"), ("b", None)]
    assert public_plan(site, Junction("markt", site).road)["lanes"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        *(["--origin", "Braunschweig"], ["--origin", "95,10"], ["--timezone", "Mars/Olympus"]),
        *(
            ["--name", ""],
            ["--name", "\u202eMarkt"],
            ["--name", "a\x00b"],
            ["--name", "a" * 5000],
            ["--camera", "a\u202eb"],
        ),
    ],
)
def test_what_is_no_place_is_refused(tmp_path: Path, wrong: list[str]) -> None:
    done = RUNNER.invoke(app, ["site", "new", str(tmp_path / "site.toml"), *NAMED, *wrong])
    assert done.exit_code != 0
    assert not (tmp_path / "site.toml").exists()


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("mine")
    assert RUNNER.invoke(app, ["site", "new", str(path), *NAMED]).exit_code != 0
    assert path.read_text() == "mine"
