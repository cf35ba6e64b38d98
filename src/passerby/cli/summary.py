"""The result of an analysis on the terminal: who, how many, which movements, what went wrong, the worst near misses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from passerby.cli.terminal import clock_period, clock_time, out, plain
from passerby.screen.words import capital, conflict_word, kind_word

if TYPE_CHECKING:
    import pyarrow as pa

    from passerby.live.analyse import Analysis
    from passerby.site.model import Site

_TURNS = ("left", "through", "right", "u_turn", "unknown")
_WORST = 5


def print_summary(site: Site, result: Analysis, summary: dict[str, Any]) -> None:
    """Print an analysis for a person."""
    users = summary["road_users"]
    minutes = (summary["end"] - summary["begin"]) / 60
    out.print(f"\n[bold]{plain(site.name)}[/]")
    out.print(
        f"{clock_period(summary['begin'], summary['end'], site.timezone)}, {minutes:.0f} min, "
        f"{sum(users.values()):,} road users ({_listed(users)}), {summary['rows']:,} rows in {summary['seconds']:.1f} s"
    )
    _movements(result.tables["counts"])
    _violations(result.tables["violations"])
    _near_misses(site, result.tables["conflicts"])
    out.print("[dim]Events serve engineers. They identify nobody and are no evidence against anyone.[/]")


def _listed(users: dict[str, int]) -> str:
    plural = {"bus": "buses"}
    return ", ".join(
        f"{n} {plural.get(c, c + 's') if n != 1 else c}" for c, n in sorted(users.items(), key=lambda u: -u[1])
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right")
    return table


def _movements(counts: pa.Table) -> None:
    cells: Counter[tuple[str, str]] = Counter()
    others: Counter[str] = Counter()
    for row in counts.to_pylist():
        if row["movement"] in _TURNS:
            cells[row["place"], row["movement"]] += row["n"]
        else:
            others[row["place"]] += row["n"]
    if cells:
        turns = [t for t in _TURNS if any(m == t for _, m in cells)]
        table = _table("Over the stop lines", "stop line", *(t.replace("_", "-") for t in turns), "all")
        for place in sorted({p for p, _ in cells}):
            row = [cells[place, t] for t in turns]
            table.add_row(plain(place), *(str(n) if n else "·" for n in row), str(sum(row)))
        table.add_section()
        totals = [sum(n for (_, m), n in cells.items() if m == t) for t in turns]
        table.add_row("all", *map(str, totals), str(sum(totals)))
        out.print(table)
    if others:
        listed = ", ".join(f"{plain(place)} {n}" for place, n in sorted(others.items()))
        out.print(f"[bold]Over the crosswalks and zones[/]\n{listed}\n")


def _violations(violations: pa.Table) -> None:
    if not len(violations):
        out.print("[bold]No violation was found.[/]\n")
        return
    cells: Counter[tuple[str, str]] = Counter()
    places: dict[str, Counter[str]] = {}
    classes: Counter[str] = Counter()
    for row in violations.to_pylist():
        cells[row["kind"], row["class"]] += 1
        classes[row["class"]] += 1
        places.setdefault(row["kind"], Counter())[row["place"] or "-"] += 1
    used = [c for c, _ in classes.most_common()]
    table = _table("Violations", "kind", *used, "all", "mostly at")
    table.columns[-1].justify = "left"
    for kind in sorted(places, key=lambda k: -sum(places[k].values())):
        row = [cells[kind, c] for c in used]
        where, n = places[kind].most_common(1)[0]
        table.add_row(
            capital(kind_word(kind, 2)), *(str(x) if x else "·" for x in row), str(sum(row)), f"{plain(where)} ({n})"
        )
    out.print(table)


def _near_misses(site: Site, conflicts: pa.Table) -> None:
    if not len(conflicts):
        out.print("[bold]No near miss was found.[/]\n")
        return
    rows = conflicts.to_pylist()
    grades = Counter(r["severity"] for r in rows)
    order = {"serious": 0, "moderate": 1, "slight": 2}
    # as the report has them: on collision course before those by post-encroachment time alone
    rows.sort(key=lambda r: (order.get(r["severity"], 3), r["ttc_s"] is None, _least(r), r["t"]))
    graded = ", ".join(f"{grades[g]} {g}" for g in order if grades[g])
    table = _table(f"Near misses: {len(rows)} ({graded}); the worst", "at", "who", "kind", "TTC s", "PET s", "km/h")
    for i in (1, 2):
        table.columns[i].justify = "left"
    for r in rows[:_WORST]:
        table.add_row(
            clock_time(r["t"].timestamp(), site.timezone),
            f"{r['class_a']} / {r['class_b']}",
            conflict_word(r["kind"]),
            _figure(r["ttc_s"]),
            _figure(r["pet_s"]),
            f"{(r['max_speed_mps'] or 0) * 3.6:.0f}",
        )
    out.print(table)


def _least(row: dict[str, Any]) -> float:
    return min(v for v in (row["ttc_s"], row["pet_s"], 99.0) if v is not None)


def _figure(value: float | None) -> str:
    return "·" if value is None else f"{value:.1f}"
