"""Every number of a report is worked out again from the CSV tables beside it, with other formulas and other code."""

from __future__ import annotations

import csv
import re
from collections import Counter
from html.parser import HTMLParser
from math import sqrt
from pathlib import Path

import pytest
from scipy.stats import chi2, norm
from typer.testing import CliRunner

from passerby.cli import app
from passerby.screen.words import CLASS_WORDS, KINDS, capital
from passerby.site.toml import read_site

pytest.importorskip("libsumo")

from tests.simulated import scene

Row = dict[str, str]
Shown = dict[str, list[list[str]]]
ON_FOOT = ("late_start", "outside_crosswalk")
ANYBODY = ("red_light",)
VEHICLES_ALONE = (
    "speeding",
    "stopped_on_crosswalk",
    "blocked_box",
    "illegal_stop",
    "stop_line_overrun",
    "failure_to_yield",
)


class Tables(HTMLParser):
    """The tables of a page by the name of their caption: rows of the texts of their cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._name = ""
        self._cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "p" and given.get("class") == "caption":
            self._name = given["id"] or ""
            self.tables[self._name] = []
        elif tag == "tr" and self._name:
            self.tables[self._name].append([])
        elif tag in ("td", "th") and self._name:
            self.tables[self._name][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag == "table":
            self._name = ""

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.tables[self._name][-1][-1] += plain(data)


def plain(text: str) -> str:
    return text.replace("\u202f", "").replace("\u00a0", " ").replace("\u2060", "").replace("–", "-")


def poisson_limits(n: int) -> tuple[float, float]:
    return (float(chi2.ppf(0.025, 2 * n) / 2) if n else 0.0), float(chi2.ppf(0.975, 2 * n + 2) / 2)


def share_limits(k: int, n: int) -> tuple[float, float]:
    """Wilson's limits as the roots p of (k / n - p)^2 = z^2 p (1 - p) / n."""
    z2 = float(norm.ppf(0.975)) ** 2
    a, b, c = 1 + z2 / n, -(2 * k / n + z2 / n), (k / n) ** 2
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def rate(n: int, exposed: int) -> tuple[str, str]:
    low, high = (1000 * v / exposed for v in poisson_limits(n))
    digits = 1 if 1000 * n / exposed < 100 else 0
    return f"{1000 * n / exposed:.{digits}f}", f"{low:.{digits}f}-{high:.{digits}f}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a simulated junction as CSV, its site.toml and a report of them."""
    drawn, folder = scene(7, minutes=4.0), tmp_path_factory.mktemp("recomputed")
    given = ("--site", drawn.site, "--tracks", drawn.tracks, "--signals", drawn.signals, "--out", folder)
    for words in (("analyse", *given, "--quiet", "--no-report"), ("report", folder, "--out", folder / "r.html", "-q")):
        if words[0] == "report":
            (folder / "site.toml").write_bytes(drawn.site.read_bytes())
        CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)
    return folder


@pytest.fixture(scope="module")
def rows(made: Path) -> dict[str, list[Row]]:
    read = {}
    for name in ("violations", "conflicts", "counts"):
        with (made / f"{name}.csv").open(newline="") as file:
            read[name] = list(csv.DictReader(file))
    return read


@pytest.fixture(scope="module")
def page(made: Path) -> str:
    return (made / "r.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tables(page: str) -> Shown:
    return Tables(page).tables


@pytest.fixture(scope="module")
def passed(made: Path, rows: dict[str, list[Row]]) -> Counter[str]:
    """Passings of stop lines and crosswalks per class."""
    site = read_site(made / "site.toml")
    places = {s.id for s in site.stop_lines} | {c.id for c in site.crosswalks}
    n: Counter[str] = Counter()
    for r in rows["counts"]:
        if r["place"] in places:
            n[r["class"]] += int(r["n"])
    return n


def exposed(kind: str, passed: Counter[str]) -> int:
    if kind in ANYBODY:
        return passed.total()
    if kind in ON_FOOT:
        return passed["pedestrian"]
    wheels = passed.total() - passed["pedestrian"] - passed["other"]
    return wheels - passed["cyclist"] if kind in VEHICLES_ALONE else wheels


def test_the_summary(page: str, rows: dict[str, list[Row]], passed: Counter[str]) -> None:
    text = plain(re.sub(r"<[^>]+>", "", page[page.index('id="summary"') : page.index("<nav")]))
    violations, conflicts = rows["violations"], rows["conflicts"]
    assert len(violations) > 20, "the scene is to have something to count"
    assert len(conflicts) > 20
    serious = sum(r["severity"] == "serious" for r in conflicts)
    for n, words in ((passed.total(), "passings"), (len(violations), "violations"), (serious, "serious near misses")):
        assert f"{n}{words}" in text
    late = sum(not r["ttc_s"] and float(r["pet_s"]) > 3 for r in conflicts)
    assert f"of {len(conflicts)} near misses" in text
    assert f"; {late} by a post-encroachment time above 3 s alone" in text
    kind, n = Counter(r["kind"] for r in violations).most_common(1)[0]
    per, limits = rate(n, exposed(kind, passed))
    between = f"between {limits.replace('-', ' and ')}"
    assert f"of {len(violations)} violations: {per} for every 1,000" in text
    assert between in text
    per, limits = rate(len(conflicts), passed.total())
    assert f"{serious} serious near misses, {len(conflicts)} in all: {per} for every 1,000 passings" in text
    assert f"between {limits.replace('-', ' and ')}" in text
    least = [min(float(r[c]) for c in ("ttc_s", "pet_s") if r[c]) for r in conflicts if float(r["confidence"]) >= 0.95]
    closest = min(v for v in least if v >= 0.1)
    assert f"{closest:.1f} sthe closest call" in text
    for rows_of, of in ((violations, kind), (conflicts, None)):
        those = [r for r in rows_of if of in (None, r["kind"])]
        doubtful = sum(float(r["confidence"]) < 0.95 for r in those if r["confidence"])
        assert doubtful == 0 or f"{doubtful} of {len(those)} " in text


def test_classes(tables: Shown, passed: Counter[str]) -> None:
    shown = {line[0].strip().lower(): line for line in tables["by-class"][1:]}
    for cls, n in passed.items():
        line = shown[CLASS_WORDS[cls][1]]
        assert line[1] == str(n)
        assert line[2] == f"{100 * n / passed.total():.1f} %"
    assert tables["by-class"][-1][1] == str(passed.total())


def test_violations_by_kind(tables: Shown, rows: dict[str, list[Row]], passed: Counter[str]) -> None:
    shown = {line[0]: line for line in tables["by-kind"][1:]}
    for kind, n in Counter(r["kind"] for r in rows["violations"]).items():
        line = shown[capital(KINDS[kind][1])]
        assert sum(int(v) for v in line[1:-5] if v != "·") == n
        assert line[-5] == str(n)
        close = sum(r["kind"] == kind and float(r["confidence"]) < 0.95 for r in rows["violations"])
        assert line[-4] == (str(close) if close else "·")
        assert (line[-3], line[-2]) == rate(n, exposed(kind, passed))
        assert line[-1].startswith(f"{exposed(kind, passed)} ")
    assert shown["All"][-5] == str(len(rows["violations"]))
    assert (shown["All"][-3], shown["All"][-2]) == rate(len(rows["violations"]), passed.total())


def test_violations_by_place(tables: Shown, rows: dict[str, list[Row]]) -> None:
    there: Counter[str] = Counter()
    for r in rows["counts"]:
        there[r["place"]] += int(r["n"])
    at = Counter((r["place"], r["kind"]) for r in rows["violations"])
    lines = tables["by-place"][1:]
    assert sorted(int(line[2]) for line in lines) == sorted(at.values())
    judged = 0
    for (place, kind), n in at.items():
        if kind != "red_light" or there[place] < n:
            continue
        low, high = share_limits(n, there[place])
        cells = [str(n), str(there[place]), f"{100 * n / there[place]:.1f} %", f"{100 * low:.1f}-{100 * high:.1f} %"]
        assert any(line[0].endswith(place) and line[2:] == cells for line in lines), (place, cells)
        judged += 1
    assert judged


def test_turning_movements(made: Path, tables: Shown, rows: dict[str, list[Row]]) -> None:
    site = read_site(made / "site.toml")
    lines = {s.id for s in site.stop_lines}
    walks = [c.id for c in site.crosswalks]
    moved: Counter[str] = Counter()
    quarter: Counter[int] = Counter()
    crossed: Counter[str] = Counter()
    for r in rows["counts"]:
        if r["place"] in lines:
            moved[r["movement"]] += int(r["n"])
            quarter[int(float(r["t0"]) // 900)] += int(r["n"])
        elif r["place"] in walks:
            crossed[r["place"]] += int(r["n"])
    head, *_, foot = tables["by-movement"]
    for word, n in (("Left", "left"), ("Through", "through"), ("Right", "right")):
        assert foot[head.index(word)] == str(moved[n])
    assert foot[head.index("Total")] == str(moved.total())
    totals = [int(line[-1]) for line in tables["turning-movements"][2:]]
    by_quarter = [quarter[i] for i in sorted(quarter)]
    begun, ended = ([float(r[c]) for r in rows["counts"]] for c in ("t0", "t1"))
    if max(ended) - min(begun) <= 900:
        by_quarter = [moved.total()]
    assert totals == ([*by_quarter, moved.total()] if len(by_quarter) > 1 else by_quarter)
    last = tables["on-crosswalks"][-1]
    assert [int(v) for v in last[-1 - len(walks) : -1]] == [crossed[w] for w in walks]


def test_near_misses(tables: Shown, rows: dict[str, list[Row]]) -> None:
    pairs = Counter(tuple(sorted((r["class_a"], r["class_b"]))) for r in rows["conflicts"])
    shown: Counter[tuple[str, ...]] = Counter()
    fives = {int(float(r["t0"]) // 300) for r in rows["counts"]}
    assert {float(r["t1"]) - float(r["t0"]) for r in rows["counts"]} == {300.0}
    assert max(fives) - min(fives) < len(fives) + 2, "no break of a quarter of an hour"
    hours = (max(fives) - min(fives) + 1) / 12
    for line in tables["meetings"][1:]:
        who = tuple(sorted(line[0].lower().split(" and ")))
        shown[who] += int(line[2])
        n = int(line[2])
        low, high = poisson_limits(n)
        assert line[4] == f"{n / hours:.1f} ({low / hours:.1f}-{high / hours:.1f})"
    assert all(n <= pairs[who] for who, n in shown.items())
    for line in tables["worst-places"][1:]:
        events, among = int(line[1]) + int(line[2]), line[4]
        if among != "-":
            low, high = (1000 * v / int(among) for v in poisson_limits(events))
            assert line[5:] == [f"{1000 * events / int(among):.1f}", f"{low:.1f}-{high:.1f}"]
    assert sum(int(line[1]) for line in tables["worst-places"][1:]) <= len(rows["violations"])
