"""`passerby site propose` and `passerby site check --tracks` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from passerby.errors import SignalsError
from passerby.signals.history import STATES
from passerby.site.toml import read_site
from passerby.survey import read_signal_log
from passerby.tracks.write import write_tracks
from tests.cli.command import installed

from .street import signals, street


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    write_tracks(street(21, minutes=4), folder / "tracks.csv")
    lines = ["t,signal,state"]
    for signal, (t, code) in signals(4).changes.items():
        lines += [f"{at:.1f},{signal},{STATES[int(c)]}" for at, c in zip(t, code, strict=True)]
    (folder / "signals.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_site_is_proposed_drawn_and_accepted(recorded: Path, tmp_path: Path) -> None:
    site, plan = tmp_path / "site.toml", tmp_path / "plan.svg"
    options = ("--tracks", recorded / "tracks.csv", "--signals", recorded / "signals.csv")
    done = installed("site", "propose", *options, "--out", site, "--plan", plan, "--timezone", "Europe/Berlin")
    assert done.code == 0, done.err
    assert "16 lanes" in done.out
    assert "4 stop lines" in done.out
    assert plan.read_text().startswith("<svg")
    made = read_site(site)
    assert made.timezone == "Europe/Berlin"
    assert len(made.stop_lines) == 4
    assert site.read_text().startswith("# Proposed from")
    checked = installed("site", "check", site, *options)
    assert checked.code == 0
    assert "nothing in it contradicts the tracks" in checked.out
    assert "warning" not in checked.err


def test_json_tells_the_evidence(recorded: Path, tmp_path: Path) -> None:
    done = installed(
        "site", "propose", "--tracks", recorded / "tracks.csv", "--out", tmp_path / "s.toml", "--json", "--quiet"
    )
    told = json.loads(done.out)
    assert {f["kind"] for f in told["findings"]} >= {"lane", "stop_line", "crosswalk"}
    assert told["drives_on"] == "right"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--origin", "here"), "wanted LATITUDE,LONGITUDE"),
        (("--drives-on", "middle"), "wanted right or left"),
        (("--timezone", "Mars/Base"), "IANA name"),
    ],
)
def test_wrong_options_end_in_one_sentence(
    recorded: Path, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    done = installed("site", "propose", "--tracks", recorded / "tracks.csv", "--out", tmp_path / "s.toml", *options)
    assert done.code == 3
    assert words in done.err
    assert not (tmp_path / "s.toml").exists()


def test_too_few_tracks_end_in_one_sentence(tmp_path: Path) -> None:
    few = street(22, minutes=2)
    write_tracks(few.take(few.track < 2), tmp_path / "few.csv")
    done = installed("site", "propose", "--tracks", tmp_path / "few.csv", "--out", tmp_path / "s.toml")
    assert done.code == 3
    assert "needs at least 10 road users" in done.err


def test_a_controller_log_names_its_phases(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = [f"2024-05-01T12:0{m}:00Z,{code},{phase}" for m in range(5) for code, phase in ((1, 2), (8, 2), (10, 2))]
    walks = [f"2024-05-01T12:0{m}:30Z,21,4" for m in range(5)]
    log.write_text("\n".join(["TimeStamp,EventCode,EventParam", *sorted(rows + walks)]) + "\n")
    history, heads = read_signal_log(log, "UTC")
    assert {(h.id, h.kind, h.phase, h.pedestrian_phase) for h in heads} == {
        ("P2", "vehicle", 2, None),
        ("W4", "pedestrian", None, 4),
    }
    assert set(history.signals) == {"P2", "W4"}


def test_a_log_of_something_else_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    with pytest.raises(SignalsError, match=r"wrong\.csv: needs the columns"):
        read_signal_log(wrong, "UTC")
