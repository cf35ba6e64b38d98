"""The evidence for each event: a sentence, a plan, its course over time; and the list of violations."""

from __future__ import annotations

from typing import Final

from passerby.screen.findings import Findings, Row, doubtful
from passerby.screen.incident import incident_svg
from passerby.screen.ink import key, violation_symbol
from passerby.screen.language import say
from passerby.screen.markup import Markup, table, tag
from passerby.screen.rates import none_found
from passerby.screen.strip import strip_svg
from passerby.screen.words import (
    CONFLICT_WORDS,
    a_class,
    capital,
    class_word,
    conflict_word,
    decimal,
    kind_word,
    number,
    state_word,
    two,
)

_STANDS_MPS: Final = 0.5
_WAITED_S: Final = 6.0
LINKED: Final = 6
"""How many events of one incident are linked."""


def pair(r: Row) -> str:
    """The two of a near miss in words."""
    return two(r["class_a"] or "other", r["class_b"] or "other")


def sentence(f: Findings, r: Row) -> str:
    """One event in one sentence."""
    if "track_a" in r:
        a, b = r["class_a"] or "other", r["class_b"] or "other"
        both = capital(pair(r) if a == b else say("{a} and {b}", a=a_class(a), b=a_class(b)))
        how = f" ({conflict_word(r['kind'])})" if r["kind"] in CONFLICT_WORDS else ""
        ttc, pet = r["ttc_s"], r["pet_s"]
        if ttc is not None and ttc == ttc:
            near = say(
                "{both} were {s} s from colliding had both gone on as they did{how}.",
                both=both,
                s=decimal(ttc, 1),
                how=how,
            )
        elif pet is not None and pet == pet:
            near = say("{both} used the same spot {s} s apart{how}.", both=both, s=decimal(pet, 1), how=how)
            waited = _stood_until_s(f, r)
            if waited is not None:
                near += say(" The second stood until {s} s before: a gap that was waited for.", s=decimal(waited, 1))
        else:
            near = say("{both} came very close{how}.", both=both, how=how)
        return near
    words = f"{capital(a_class(r['class']))}: {kind_word(r['kind'], 1, r['class'])}"
    if r["place"]:
        words += f", {f.place(r['place'])}"
    if r["state"] and r["into_state_s"] is not None:
        words += say("; signal {state} for {s} s", state=state_word(r["state"]), s=decimal(r["into_state_s"], 1))
    if r["speed_mps"] is not None:
        words += f"; {r['speed_mps'] * 3.6:.0f} km/h"
    if r["duration_s"]:
        words += say("; lasted {s} s", s=decimal(r["duration_s"], 1))
    return words + "."


def _stood_until_s(f: Findings, r: Row) -> float | None:
    """How long before its arrival the second one still stood; None where it drove up, or there is no track of it."""
    track = f.numbers.get(str(r["track_b"]))
    if f.motion is None or track is None:
        return None
    m = f.motion
    mine = slice(int(m.starts[track]), int(m.starts[track + 1]))
    before = r["t"] - m.t[mine]
    stood = before[(m.speed[mine] < _STANDS_MPS) & (before > 0) & (before < _WAITED_S)]
    return float(stood.min()) if len(stood) else None


def linked(f: Findings, r: Row) -> list[object]:
    """Links to the other events of the same incident, the first few where there are many."""
    there = [f.anchors[e] for e in r["linked"] or [] if e in f.anchors]
    links: list[object] = [tag("a", f"{name.upper()} ", href=f"#{name}") for name in there[:LINKED]]
    return [*links, say("and {n} more", n=len(there) - LINKED)] if len(there) > LINKED else links


def nowrap(words: str) -> Markup:
    """A cell that stays on one line."""
    return tag("td", words, class_="nowrap")


def sure(r: Row) -> str:
    """A confidence, marked where the errors of clocks and positions could turn the verdict."""
    return ("≈\u00a0" if doubtful(r) else "") + decimal(r["confidence"], 2)


def kmh(mps: float | None) -> float | None:
    """Metres a second as kilometres an hour."""
    return None if mps is None else mps * 3.6


def card(f: Findings, r: Row, anchor: str, name: str) -> Markup:
    """One event: its sentence, its plan, its course over time, and whose tracks they were."""
    assert f.motion is not None
    head = tag(
        "header",
        tag("b", name),
        tag("span", f.moment(r["t"]), class_="time"),
        tag("span", say("confidence {value}", value=sure(r)), class_="sure"),
    )
    plan = incident_svg(f.site, f.motion, r, signals=f.signals, numbers=f.numbers, ground_id="ground")
    strip = strip_svg(f.site, f.motion, r, signals=f.signals, numbers=f.numbers)
    tracks = [str(r[k]) for k in ("track", "track_a", "track_b") if r.get(k)]
    links = linked(f, r)
    foot = tag(
        "footer",
        tag("span", say("Tracks " if len(tracks) > 1 else "Track "), ", ".join(tracks)),
        tag("span", say("Event "), r["event"]),
        tag("span", say("Same incident: "), links) if links else None,
    )
    return tag(
        "article",
        head,
        tag("p", sentence(f, r)),
        tag("div", plan, strip, class_="views"),
        foot,
        id=anchor,
        class_="card",
    )


def events(f: Findings, evidence: int) -> Markup:
    """Every violation with its measurements, in order of time, and the evidence for as many as are drawn."""
    rows = f.violation_rows
    if not rows:
        return none_found(f, "violation")
    drawn = _chosen(rows, evidence) if f.motion is not None else frozenset[int]()
    body = []
    for i, r in enumerate(rows, 1):
        name = tag("a", f"V{i}", href=f"#v{i}") if i in drawn else f"V{i}"
        state = "–"
        if r["state"]:
            state = state_word(r["state"])
            if r["into_state_s"] is not None:
                state += say(", {span} in", span=decimal(r["into_state_s"], 1, "s"))
        mark = tag(
            "span", key(violation_symbol(r["kind"], 0, 0)), name, class_="who", id=None if i in drawn else f"v{i}"
        )
        body.append(
            [
                mark,
                tag("td", f.moment(r["t"]), data_t=f"{r['t']:.3f}"),
                capital(kind_word(r["kind"], 1, r["class"])),
                class_word(r["class"]),
                capital(f.place(r["place"])),
                state,
                decimal(kmh(r["speed_mps"]), 0),
                decimal(r["duration_s"], 1),
                sure(r),
                linked(f, r) or "–",
            ]
        )
    head = [say("No."), say("Time"), say("Kind"), say("Who"), say("Place"), say("Signal"), "km/h"]
    head += [say("Lasted, s"), say("Confidence"), say("Linked")]
    listing = table(
        head,
        body,
        numeric=(6, 7, 8),
        class_="sortable filterable",
        all_=say("all"),
        caption=say("Violations in order of time"),
        name="listing",
    )
    cards = []
    for kind in sorted({r["kind"] for r in rows}):
        mine = [(i, r) for i, r in enumerate(rows, 1) if r["kind"] == kind and i in drawn and f.motion is not None]
        if mine:
            inner = [card(f, r, f"v{i}", f"V{i}") for i, r in mine]
            name = tag("summary", say("{kinds}: evidence for {n}", kinds=capital(kind_word(kind, 2)), n=len(mine)))
            cards.append(tag("details", name, tag("div", inner, class_="cards"), open=True))
    left = len(rows) - len(drawn)
    note = None
    if left and drawn:
        note = say("{n} of {all} events are listed without a drawing.", n=number(left), all=number(len(rows)))
    return tag("div", listing, tag("p", note, class_="note") if note else None, cards)


def _chosen(rows: list[Row], most: int) -> frozenset[int]:
    """Numbers of the events to draw: taken from every kind in turn, the least certain of each first."""
    by_kind: dict[str, list[int]] = {}
    order = sorted(
        range(len(rows)), key=lambda i: (rows[i]["confidence"] if rows[i]["confidence"] is not None else 1.0, i)
    )
    for i in order:
        by_kind.setdefault(rows[i]["kind"], []).append(i + 1)
    out: list[int] = []
    queues = list(by_kind.values())
    while len(out) < most and any(queues):
        for queue in queues:
            if queue and len(out) < most:
                out.append(queue.pop(0))
    return frozenset(out)
