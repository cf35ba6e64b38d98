"""Sheets of a junction's results: what each of them shows, in the report's drawing and words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import passerby
from passerby.screen.bars import bars_svg
from passerby.screen.density import Density
from passerby.screen.findings import findings
from passerby.screen.ground import ground
from passerby.screen.heat import heat, legend_svg
from passerby.screen.incident import event_t, incident_svg
from passerby.screen.language import say, term
from passerby.screen.markup import tag
from passerby.screen.near_misses import CONTACT
from passerby.screen.plan import frame_of, plan_svg
from passerby.screen.ranked import By, ranking
from passerby.screen.sheet import Picture, Sheet, Table
from passerby.screen.sheets import WORDS
from passerby.screen.strip import strip_svg
from passerby.screen.turning import MOVEMENTS, approaches, at_crosswalks, at_stop_lines, epoch_s, movement_name
from passerby.screen.words import (
    KINDS,
    capital,
    class_word,
    clock,
    conflict_word,
    decimal,
    inner,
    kind_word,
    number,
    state_word,
    written,
    zone,
)
from passerby.screen.worst import PLACES, RANKED
from passerby.serve.detail import surroundings
from passerby.serve.junction import Junction
from passerby.serve.queries.counts import Bin, binned
from passerby.serve.queries.export import provenance
from passerby.serve.queries.mapped import Severity, mapped, table_of
from passerby.serve.rows import rfc3339
from passerby.site.model import Site
from passerby.tracks.classes import CLASSES
from passerby.tracks.history import smooth

DAYS: Final = (
    term("Monday"),
    term("Tuesday"),
    term("Wednesday"),
    term("Thursday"),
    term("Friday"),
    term("Saturday"),
    term("Sunday"),
)
_SOURCE: Final = (term("site"), term("timezone"), term("period"), term("made"))
_GRADED: Final[dict[Severity, str]] = {
    "slight": term("slight near misses"),
    "moderate": term("moderate near misses"),
    "serious": term("serious near misses"),
}
_LISTED: Final = 24
_GROUND: Final = "ground"
_LEGEND_SHARE: Final = 0.13
_MEASURES: Final = (
    # column, name, factor, digits, unit
    ("ttc_s", term("Time to collision"), 1.0, 2, "s"),
    ("pet_s", term("Post-encroachment time"), 1.0, 2, "s"),
    ("drac_mps2", term("Braking needed"), 1.0, 1, "m/s²"),
    ("max_speed_mps", term("Highest speed"), 3.6, 0, "km/h"),
    ("delta_v_mps", term("Speed change in a collision"), 3.6, 0, "km/h"),
    ("speed_mps", term("Speed"), 3.6, 0, "km/h"),
    ("into_state_s", term("Into the signal's state"), 1.0, 1, "s"),
    ("duration_s", term("Lasted"), 1.0, 1, "s"),
    ("confidence", term("Confidence"), 100.0, 0, "%"),
)


def incident_sheet(junction: Junction, table: str, row: Mapping[str, Any], made: datetime) -> Sheet:
    """One event: plan and strip where it is remembered how everybody moved, else what was measured alone."""
    site = junction.site
    tz = zone(site.timezone)
    near = table == "conflicts"
    classes = [row["class_a"], row["class_b"]] if near else [row["class"]]
    who = say(" and ").join(class_word(c or "other") for c in classes)
    what = say("near miss") if near else kind_word(row["kind"])
    kind = conflict_word(row["kind"]) if near else kind_word(row["kind"])
    facts = [(say("Kind"), kind), (say("Place"), str(row.get("place") or "–"))]
    if row.get("signal"):
        facts.append((say("Signal"), f"{row['signal']}: {state_word(row.get('state'))}"))
    if row.get("severity"):
        facts.append((say("Severity"), say(row["severity"])))
    for column, name, factor, digits, unit in _MEASURES:
        if row.get(column) is not None:
            facts.append((say(name), decimal(float(row[column]) * factor, digits, unit)))
    pictures = []
    around = surroundings(junction, row)
    if around is not None:
        tracks, signals = around
        motion = smooth(tracks)
        drawn = incident_svg(site, motion, row, signals=signals, width_px=460, ground_id=_GROUND)
        strip = strip_svg(site, motion, row, signals=signals, width_px=460)
        pictures = [
            Picture(drawn, say("Plan of the event")),
            Picture(strip, say("Signal, distance and speed over time")),
        ]
    when = clock(event_t(row), tz, "%d %B %Y, %H:%M:%S")
    at = datetime.fromtimestamp(event_t(row), UTC)
    contact = [say(CONTACT)] if any(row.get(c) == 0 for c in ("ttc_s", "pet_s")) else []
    source = _source(site, table, 1, at, at, made, say("Event {id}.", id=row["event"]), *contact)
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
    shown = say("Near misses" if name == "conflicts" else "Violations")
    if kind in KINDS:
        shown = capital(kind_word(kind, 2))
    if severity is not None:
        shown = capital(say(_GRADED[severity]))
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
    facts = [(say("Events"), number(len(rows))), (say("Most in a square metre"), number(busiest))]
    source = _source(site, name, len(rows), since, until, made)
    title = say("Where it happens: {what}", what=inner(shown))
    pictures = [Picture(drawn, say("Map of {what}", what=inner(shown)))]
    if busiest > 0:
        pictures.append(
            Picture(legend_svg(grid), say("What the shades mean, in events per square metre"), _LEGEND_SHARE)
        )
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
            rate, span = decimal(r.rate, 1), f"{decimal(r.low, 1)}–{decimal(r.high, 1)}"
        numbers = [number(v) for v in (r.violations, r.conflicts, r.severe)]
        body.append([label(r.key, by, places), *numbers, number(r.passings) if r.passings else "–", rate, span])
    title = say("The worst places" if by == "place" else "The worst hours")
    head = [say("Place" if by == "place" else "Hour"), *map(say, RANKED)]
    left = len(rows) - len(body)
    table = Table(title, head, body)
    source = _source(
        site,
        say("violations and conflicts"),
        sum(len(tables[t]) for t in ("violations", "conflicts")),
        since,
        until,
        made,
        say("Ranked by the lower end of the rate's 95 % interval (Garwood): few passings must show more to rank high."),
        *([say("{n} more are not listed.", n=number(left))] if left else []),
    )
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
        pictures = [
            Picture(bars_svg(starts, width, used, n, zone(site.timezone)), say("Road users per {n} minutes", n=minutes))
        ]
    facts = [(say("Passings"), number(int(pc.sum(passed["n"]).as_py() or 0))), (say("Interval"), f"{minutes} min")]
    source = _source(site, "counts", len(counts), since, until, made)
    title = say("Traffic counts")
    return Sheet(title, _period(site, since, until), facts, pictures, _movements(site, counts), source)


def label(key: str, by: By, places: Mapping[str, str]) -> str:
    """A ranked place's or hour's name; places: id -> name."""
    if by == "place":
        return say(PLACES[key]) if key in PLACES else capital(places.get(key, key))
    day, _, hour = key.rpartition("-")
    span = f"{int(hour):02}:00\u2013{(int(hour) + 1) % 24:02}:00"
    return f"{say(DAYS[int(day)])}, {span}" if day else span


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
        [
            say("From the {where}", where=inner(a)),
            inner(say(WORDS[m])),
            *map(number, n[a, m].tolist()),
            number(int(n[a, m].sum())),
        ]
        for a, m in keys
    ]
    total = sum(n.values(), np.zeros(len(used), np.int64))
    body.append([say("All"), "", *map(number, total.tolist()), number(int(total.sum()))])
    head = [say("Approach"), say("Movement"), *(capital(class_word(c, 2)) for c in used), say("Total")]
    return [Table(say("Turning movements, by class"), head, body)]


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
    both = [t for t in (since, until) if t is not None]
    first, last = (
        written(t.astimezone(tz), "%d %B %Y, %H:%M", *both) if t is not None else None for t in (since, until)
    )
    ends = [say(words, t=t) for words, t in ((term("from {t}"), first), (term("to {t}"), last)) if t is not None]
    return f"{site.name}, {' '.join(ends)} ({site.timezone})" if ends else f"{site.name}, {say('nothing is kept')}"


def _source(
    site: Site, table: str, rows: int, since: datetime | None, until: datetime | None, made: datetime, *more: str
) -> list[str]:
    facts = provenance(site, table, pa.table({"n": [0] * rows}), since, until, made).items()
    if since is None and until is None:
        facts["period"] = say("nothing is kept")
    facts["made"] = f"{rfc3339(made)}, Passerby {passerby.__version__}"
    kept = "; ".join(f"{say(k)}: {facts[k]}" for k in _SOURCE)
    return [*more, kept, say(facts["note"])]
