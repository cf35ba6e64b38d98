"""`passerby report` writes HTML and PDF from a folder of results, compares two periods, and says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from passerby.cli import app
from passerby.errors import InputError, PasserbyError
from passerby.site.write import write_site
from passerby.store.files import write_results
from passerby.store.tables import open_store

from ..screen.street import T0, conflict, count_row, counts, crossing, violation

WEEK = 7 * 86400
QUARTER = T0 // 900 * 900
ENDS = ("--before", "2026-05-28/2026-06-04", "--after", "2026-06-04/2026-06-11")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "out")


def filled(folder: Path) -> Path:
    table = counts(*(count_row(t, "in", "through", "car", 40) for t in (QUARTER, QUARTER + WEEK)))
    write_results(folder, {"violations": violation(), "conflicts": conflict(), "counts": table}, "parquet")
    (folder / "site.toml").write_text(write_site(crossing()))
    return folder


def run(*words: object) -> None:
    CliRunner().invoke(app, ["report", *map(str, words)], catch_exceptions=False)


def test_html_and_pdf_with_the_site_beside_the_results(folder: Path) -> None:
    html, pdf = folder / "new" / "r.html", folder / "new" / "r.pdf"
    other = filled(folder.parent / "other")
    run(folder, "--out", html, "--pdf", pdf, "--quiet", *ENDS, "--comparison", other)
    text = html.read_text()
    assert "Before and after" in text
    assert "90 days" in text
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_a_report_in_german(folder: Path) -> None:
    html, pdf = folder / "r.html", folder / "r.pdf"
    run(folder, "--out", html, "--pdf", pdf, "--quiet", *ENDS, "--language", "de")
    text = html.read_text()
    assert '<html lang="de">' in text
    assert "Vorher und nachher" in text
    assert "90 Tagen" in text
    assert b"/Lang" in pdf.read_bytes()


def test_a_store_a_period_a_heading_and_a_signal_log(folder: Path) -> None:
    with open_store(folder.parent / "store") as store:
        store.upsert("counts", counts(count_row(QUARTER, "in", "through", "car", 40)))
        store.upsert("violations", violation())
    log = folder.parent / "signals.csv"
    log.write_text(f"t,signal,state\n{T0 - 900},K1,green\n{T0 - 3},K1,red\n")
    page = folder / "r.html"
    words = (
        "--site",
        folder / "site.toml",
        "--title",
        "At the corner",
        "--signals",
        log,
        "--period",
        "2026-05-28/2026-05-29",
    )
    run(folder.parent / "store", "--out", page, *words)
    text = page.read_text()
    assert "<h1>At the corner</h1>" in text
    assert "Share of green" in text
    assert "1 red light violation" in text


def test_dates_are_those_of_the_site(folder: Path) -> None:
    drawn = (folder / "site.toml").read_text().replace('timezone = "UTC"', 'timezone = "Pacific/Auckland"')
    (folder / "site.toml").write_text(drawn)
    page = folder / "r.html"
    # 20:15 UTC on the 28th is the morning of the 29th there
    run(folder, "--out", page, "--period", "2026-05-29/2026-05-30")
    assert "29 May 2026, 08:15 to 08:30 (Pacific/Auckland)" in page.read_text()
    with pytest.raises(InputError, match="nothing was observed"):
        run(folder, "--out", page, "--period", "2026-05-28/2026-05-29")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--pdf FILE.pdf"),
        (("--pdf", "x.pdf", "--before", "2026-05-21/2026-05-28"), "both or neither"),
        (("--pdf", "x.pdf", "--comparison", "."), "needs them"),
        (("--pdf", "x.pdf", "--before", "yesterday", "--after", "today"), "BEGIN/END"),
        (("--pdf", "x.pdf", "--before", "2026-05-28/2026-06-04", "--after", "2026-05-28/2026-06-04"), "overlap"),
        (("--pdf", "x.pdf", "--before", "2026-05-21/2026-05-28", "--after", "2026-05-28/2026-06-04"), "28 May 2026"),
        (("--pdf", "x.pdf", "--period", "2020-01-01/2020-02-01"), "nothing was observed"),
        (("--pdf", "x.html"), "ends in .pdf"),
        (("--out", "site.toml"), "ends in .html"),
        (("--pdf", "x.pdf", *ENDS, "--comparison", "nowhere"), "no folder"),
        (("--pdf", "x.pdf", "--signals", "nowhere.csv"), "nowhere.csv"),
        (("--pdf", "x.pdf", "--language", "zh"), r"written in English \(en\) and German \(de\) so far"),
    ],
)
def test_what_is_missing_is_named(folder: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(PasserbyError, match=said) as raised:
        run(folder, *words)
    assert "\n" not in str(raised.value)
    assert not Path("x.pdf").exists()


def test_a_folder_without_a_drawing_asks_for_one(folder: Path) -> None:
    (folder / "site.toml").unlink()
    with pytest.raises(InputError, match="--site"):
        run(folder, "--pdf", folder / "r.pdf")


@pytest.mark.parametrize("table", ["violations", "conflicts", "counts"])
def test_a_missing_table_is_no_empty_one(folder: Path, table: str) -> None:
    (folder / f"{table}.parquet").unlink()
    with pytest.raises(InputError, match=f"no table of {table}"):
        run(folder, "--out", folder / "r.html")


def test_another_junctions_drawing_is_found_out(folder: Path) -> None:
    (folder / "site.toml").write_text(write_site(crossing(lane_id="north", walk_id="zebra")))
    with pytest.raises(InputError, match=r'none of the places in .* such as "in"'):
        run(folder, "--out", folder / "r.html")


@pytest.mark.parametrize("rubbish", [b"", b"\x00\xff\x00", b"a,b\n1,2\n", b"t0,t1,place,movement,class,n\nx,y,z,,,q\n"])
def test_rubbish_is_one_sentence(folder: Path, rubbish: bytes) -> None:
    (folder / "counts.parquet").unlink()
    (folder / "counts.csv").write_bytes(rubbish)
    with pytest.raises(PasserbyError, match=r"counts\.csv") as raised:
        run(folder, "--out", folder / "r.html")
    assert "\n" not in str(raised.value)


def test_an_empty_folder_and_none_are_said(tmp_path: Path) -> None:
    with pytest.raises(PasserbyError, match="holds no results"):
        run(tmp_path, "--out", tmp_path / "r.html")
    with pytest.raises(InputError, match="no folder"):
        run(tmp_path / "not", "--out", tmp_path / "r.html")


def test_the_same_site_is_no_comparison(folder: Path) -> None:
    with pytest.raises(InputError, match="same folder"):
        run(folder, "--out", folder / "r.html", *ENDS, "--comparison", folder)
