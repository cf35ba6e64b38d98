"""Sheets of a junction's results: what each of them shows, in the report's drawing and words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from passerby.screen.bars import bars_svg
from passerby.screen.density import Density
from passerby.screen.findings import findings
from passerby.screen.ground import ground
from passerby.screen.heat import heat, legend_svg
from passerby.screen.incident import event_t, incident_svg
from passerby.screen.markup import tag
from passerby.screen.near_misses import CONTACT
from passerby.screen.plan import frame_of, plan_svg
from passerby.screen.ranked import By, ranking
from passerby.screen.sheet import Picture, Sheet, Table
from passerby.screen.strip import strip_svg
from passerby.screen.turning import MOVEMENTS, approaches, at_crosswalks, at_stop_lines, epoch_s, movement_name
from passerby.screen.words import KINDS, capital, class_word, clock, decimal, kind_word, number, state_word, zone
from passerby.screen.worst import PLACES
from passerby.serve.detail import surroundings
from passerby.serve.junction import Junction
from passerby.serve.queries.counts import Bin, binned
from passerby.serve.queries.export import provenance
from passerby.serve.queries.mapped import Severity, mapped, table_of
from passerby.site.model import Site
from passerby.tracks.classes import CLASSES
from passerby.tracks.history import smooth

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LISTED: Final = 24
_GROUND: Final = "ground"
_LEGEND_SHARE: Final = 0.13
_MEASURES: Final = (
    # column, name, factor, digits, unit
    ("ttc_s", "Time to collision", 1.0, 2, "s"),
    ("pet_s", "Post-encroachment time", 1.0, 2, "s"),
    ("drac_mps2", "Braking needed", 1.0, 1, "m/s²"),
    ("max_speed_mps", "Highest speed", 3.6, 0, "km/h"),
    ("delta_v_mps", "Speed change in a collision", 3.6, 0, "km/h"),
    ("speed_mps", "Speed", 3.6, 0, "km/h"),
    ("into_state_s", "Into the signal's state", 1.0, 1, "s"),
    ("duration_s", "Lasted", 1.0, 1, "s"),
    ("confidence", "Confidence", 100.0, 0, "%"),
)


def incident_sheet(junction: Junction, table: str, row: Mapping[str, Any], made: datetime) -> Sheet:
    """One event: plan and strip where it is remembered how everybody moved, else what was measured alone."""
    site = junction.site
    tz = zone(site.timezone)
    near = table == "conflicts"
    classes = [row["class_a"], row["class_b"]] if near else [row["class"]]
    who = " and ".join(class_word(c or "other") for c in classes)
    what = "near miss" if near else kind_word(row["kind"])
    facts = [("Kind", row["kind"].replace("_", " ")), ("Place", str(row.get("place") or "–"))]
    if row.get("signal"):
        facts.append(("Signal", f"{row['signal']}: {state_word(row.get('state'))}"))
    if row.get("severity"):
        facts.append(("Severity", row["severity"]))
    for column, name, factor, digits, unit in _MEASURES:
        if row.get(column) is not None:
            facts.append((name, decimal(float(row[column]) * factor, digits, unit)))
    pictures = []
    around = surroundings(junction, row)
    if around is not None:
        tracks, signals = around
        motion = smooth(tracks)
        drawn = incident_svg(site, motion, row, signals=signals, width_px=460, ground_id=_GROUND)
        strip = strip_svg(site, motion, row, signals=signals, width_px=460)
        pictures = [Picture(drawn, "Plan of the event"), Picture(strip, "Signal, distance and speed over time")]
    when = clock(event_t(row), tz, "%d %B %Y, %H:%M:%S")
    at = datetime.fromtimestamp(event_t(row), UTC)
    contact = [CONTACT] if any(row.get(c) == 0 for c in ("ttc_s", "pet_s")) else []
    source = _source(site, table, 1, at, at, made, f"Event {row['event']}.", *contact)
    return Sheet(
        f"{capital(what)}: {who}", f"{site.name}, {when} ({site.timezone})", facts, pictures, [], source, _ground(site)
    )


def map_sheet(
    site: Site,
    tables: Mapping[str, pa.Table],
    kind: str | None,
    severity: Severity | None,
    since: datetime | None,
    until: datetime | None,
    made: datetime,
) -> Sheet:
    """Where near misses (of a severity), or violations (of a kind), happened, per square metre."""
    since, until = measured(tables, since, until)
    name = table_of(kind)
    rows = mapped(tables[name], kind, severity)
    shown = "Near misses" if name == "conflicts" else "Violations"
    if kind in KINDS:
        shown = capital(kind_word(kind, 2))
    if severity is not None:
        shown = f"{capital(severity)} {shown.lower()}"
    found = heat(rows, 1.0)
    frame = frame_of(site, 1000)
    columns, lines = int(np.ceil(frame.x1 - frame.x0)), int(np.ceil(frame.y1 - frame.y0))
    n = np.zeros((lines, columns), np.int64)
    i, j = (np.floor(v - v0).astype(np.int64) for v, v0 in ((found.x, frame.x0), (found.y, frame.y0)))
    inside = (i >= 0) & (i < columns) & (j >= 0) & (j < lines)
    np.add.at(n, (j[inside], i[inside]), found.events[inside])
    grid = Density(n, frame.x0, frame.y0, 1.0)
    drawn = plan_svg(site, density=grid, ground_id=_GROUND, frame=frame)
    busiest = int(n.max(initial=0))
    facts = [("Events", number(len(rows))), ("Most in a square metre", number(busiest))]
    source = _source(site, name, len(rows), since, until, made)
    title = f"Where it happens: {shown.lower()}"
    pictures = [Picture(drawn, f"Map of {shown.lower()}")]
    if busiest > 0:
        pictures.append(Picture(legend_svg(grid), "What the shades mean, in events per square metre", _LEGEND_SHARE))
    return Sheet(title, _period(site, since, until), facts, pictures, [], source, _ground(site))


def ranking_sheet(
    site: Site, tables: Mapping[str, pa.Table], by: By, since: datetime | None, until: datetime | None, made: datetime
) -> Sheet:
    """The worst places or hours, with their rates per 1,000 passings."""
    since, until = measured(tables, since, until)
    places = findings(site, {}, None, None, {}, None, False, 10).places
    rows = ranking(site, tables, by)
    body = []
    for r in rows[:_LISTED]:
        rate, span = "–", "–"
        if r.rate is not None and r.low is not None and r.high is not None:
            rate, span = f"{r.rate:.1f}", f"{r.low:.1f}–{r.high:.1f}"
        numbers = [number(v) for v in (r.violations, r.conflicts, r.severe)]
        body.append([label(r.key, by, places), *numbers, number(r.passings) if r.passings else "–", rate, span])
    what = "places" if by == "place" else "hours"
    head = ["Place" if by == "place" else "Hour", "Violations", "Near misses", "of them serious", "Passings"]
    table = Table(f"The worst {what}", [*head, "Per 1,000", "95 % interval"], body)
    source = _source(
        site,
        "violations and conflicts",
        sum(len(tables[t]) for t in ("violations", "conflicts")),
        since,
        until,
        made,
        "Ranked by the lower end of the rate's 95 % interval (Garwood): few passings must show more to rank high.",
    )
    title = f"The worst {what}"
    return Sheet(title, _period(site, since, until), [], [], [table], source)


def counts_sheet(
    site: Site, counts: pa.Table, minutes: Bin, since: datetime | None, until: datetime | None, made: datetime
) -> Sheet:
    """Road users per interval by class, and turning movements by class."""
    since, until = measured({"counts": counts}, since, until)
    passed = pa.concat_tables([at_stop_lines(site, counts), at_crosswalks(site, counts)])
    pictures = []
    if len(passed):
        rows = binned(passed, minutes, zone(site.timezone))
        t0, t1 = epoch_s(rows["t0"]), epoch_s(rows["t1"])
        starts, at = np.unique(t0, return_inverse=True)
        used = [c for c in CLASSES if c in set(rows["class"].to_pylist())]
        n = np.zeros((len(starts), len(used)), np.int64)
        which = np.array([used.index(c) for c in rows["class"].to_pylist()], np.int64)
        np.add.at(n, (at.reshape(-1), which), rows["n"].to_numpy())
        width = float(np.max(t1 - t0))
        pictures = [Picture(bars_svg(starts, width, used, n, zone(site.timezone)), f"Road users per {minutes} minutes")]
    facts = [("Passings", number(int(pc.sum(passed["n"]).as_py() or 0))), ("Interval", f"{minutes} min")]
    source = _source(site, "counts", len(counts), since, until, made)
    title = "Traffic counts"
    return Sheet(title, _period(site, since, until), facts, pictures, _movements(site, counts), source)


def label(key: str, by: By, places: Mapping[str, str]) -> str:
    """A ranked place's or hour's name; places: id -> name."""
    if by == "place":
        return PLACES.get(key) or capital(places.get(key, key))
    day, _, hour = key.rpartition("-")
    span = f"{int(hour):02}:00\u2013{(int(hour) + 1) % 24:02}:00"
    return f"{DAYS[int(day)]}, {span}" if day else span


def _movements(site: Site, counts: pa.Table) -> list[Table]:
    rows = at_stop_lines(site, counts)
    if not len(rows):
        return []
    names, heading = approaches(site), {s.id: s.heading_deg for s in site.stop_lines}
    used = [c for c in CLASSES if c in set(rows["class"].to_pylist())]
    n: dict[tuple[str, str], np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for place, movement, cls, many in zip(
        *(rows[c].to_pylist() for c in ("place", "movement", "class", "n")), strict=True
    ):
        key = (names[place][0], movement_name(movement, heading[place]))
        n.setdefault(key, np.zeros(len(used), np.int64))[used.index(cls)] += many
    order = {a: i for i, (a, _) in enumerate(sorted(set(names.values()), key=lambda v: v[1]))}
    keys = sorted(n, key=lambda k: (order[k[0]], MOVEMENTS.index(k[1])))
    body = [
        [f"From the {a.lower()}", m.replace("_", "-"), *map(number, n[a, m].tolist()), number(int(n[a, m].sum()))]
        for a, m in keys
    ]
    total = sum(n.values(), np.zeros(len(used), np.int64))
    body.append(["All", "", *map(number, total.tolist()), number(int(total.sum()))])
    head = ["Approach", "Movement", *(capital(class_word(c, 2)) for c in used), "Total"]
    return [Table("Turning movements, by class", head, body)]


def _ground(site: Site) -> str:
    return str(tag("g", ground(site), id=_GROUND))


def measured(
    tables: Mapping[str, pa.Table], since: datetime | None, until: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """A period with the ends that were not asked for as the rows themselves have them; None where there are no rows."""
    begins = [epoch_s(rows["t0" if name == "counts" else "t"]) for name, rows in tables.items() if len(rows)]
    ends = [epoch_s(rows["t1" if name == "counts" else "t"]) for name, rows in tables.items() if len(rows)]
    if begins and since is None:
        since = datetime.fromtimestamp(min(float(t.min()) for t in begins), UTC)
    if ends and until is None:
        until = datetime.fromtimestamp(max(float(t.max()) for t in ends), UTC)
    return since, until


def _period(site: Site, since: datetime | None, until: datetime | None) -> str:
    tz = zone(site.timezone)
    first, last = (t.astimezone(tz).strftime("%d %B %Y, %H:%M") if t is not None else None for t in (since, until))
    ends = [f"{word} {t}" for word, t in (("from", first), ("to", last)) if t is not None]
    return f"{site.name}, {' '.join(ends)} ({site.timezone})" if ends else f"{site.name}, nothing is kept"


def _source(
    site: Site, table: str, rows: int, since: datetime | None, until: datetime | None, made: datetime, *more: str
) -> list[str]:
    facts = provenance(site, table, pa.table({"n": [0] * rows}), since, until, made).items()
    if since is None and until is None:
        facts["period"] = "nothing is kept"
    kept = "; ".join(f"{k}: {facts[k]}" for k in ("site", "timezone", "period", "made"))
    return [*more, kept, facts["note"]]
