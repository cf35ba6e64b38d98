"""`passerby report` writes HTML and PDF from a folder of results, compares two periods, and says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from passerby.cli import app
from passerby.errors import InputError
from passerby.site.write import write_site
from passerby.store.files import write_results

from ..screen.street import T0, conflict, count_row, counts, crossing, violation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table = counts(count_row(T0 // 900 * 900, "in", "through", "car", 40))
    write_results(tmp_path / "out", {"violations": violation(), "conflicts": conflict(), "counts": table}, "parquet")
    (tmp_path / "out" / "site.toml").write_text(write_site(crossing()))
    return tmp_path / "out"


def run(*words: object) -> None:
    CliRunner().invoke(app, ["report", *map(str, words)], catch_exceptions=False)


def test_html_and_pdf_with_the_site_beside_the_results(folder: Path) -> None:
    html, pdf = folder / "new" / "r.html", folder / "new" / "r.pdf"
    ends = ("--before", "2026-05-21/2026-05-28", "--after", "2026-05-28/2026-06-04", "--comparison", folder)
    run(folder, "--out", html, "--pdf", pdf, "--quiet", *ends)
    assert "Before and after" in html.read_text()
    assert pdf.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--pdf FILE.pdf"),
        (("--pdf", "x.pdf", "--before", "2026-05-21/2026-05-28"), "both or neither"),
        (("--pdf", "x.pdf", "--comparison", "."), "needs them"),
        (("--pdf", "x.pdf", "--before", "yesterday", "--after", "today"), "BEGIN/END"),
    ],
)
def test_what_is_missing_is_named(folder: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        run(folder, *words)
    assert not Path("x.pdf").exists()


def test_a_folder_without_a_drawing_asks_for_one(folder: Path) -> None:
    (folder / "site.toml").unlink()
    with pytest.raises(InputError, match="--site"):
        run(folder, "--pdf", folder / "r.pdf")
