"""The report: one HTML file that needs nothing else, for the engineer's desk or, coarsened, for everybody."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

import passerby
from passerby.errors import StoreError
from passerby.screen import public as pub
from passerby.screen.before_after import BeforeAfter
from passerby.screen.cameras import camera_section
from passerby.screen.change import change as change_section
from passerby.screen.counting import counting
from passerby.screen.density import RAMP, density
from passerby.screen.evidence import events
from passerby.screen.findings import Findings, findings
from passerby.screen.ground import ground
from passerby.screen.headline import headline, when
from passerby.screen.incident import INCIDENT_STYLE
from passerby.screen.ink import conflict_symbol, key, swatch, violation_symbol
from passerby.screen.language import say, speaking, spoken, term
from passerby.screen.markup import Markup, tag
from passerby.screen.near_misses import near_misses
from passerby.screen.numbered import numbered
from passerby.screen.plan import MAX_TRACKS, STYLE, beyond, frame_of, plan_svg
from passerby.screen.provenance import method_section, privacy_section, signal_section
from passerby.screen.quality import quality_section
from passerby.screen.summary import summary
from passerby.screen.violations import violations
from passerby.screen.words import capital, class_word, count, kind_word, listed, number
from passerby.screen.worst import worst
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.tracks.classes import MOTOR_VEHICLES
from passerby.tracks.motion import Motion

TOP: Final = 6
EVIDENCE: Final = 80
MOST_CIRCLES: Final = 300
"""With more near misses than that a plan of them all is one blot."""
HEAT: Final = (
    (term("Vehicles"), (*sorted(MOTOR_VEHICLES), "tram")),
    (term("Cyclists"), ("cyclist",)),
    (term("Pedestrians"), ("pedestrian",)),
)


def write_report(
    path: str | Path,
    site: Site,
    results: Mapping[str, pa.Table],
    motion: Motion | None = None,
    signals: SignalHistory | None = None,
    quality: Mapping[str, object] | None = None,
    title: str | None = None,
    *,
    public: bool = False,
    k: int = 10,
    keep_days: Mapping[str, float] | None = None,
    top: int = TOP,
    evidence: int = EVIDENCE,
    cameras: Sequence[Mapping[str, Any]] | None = None,
    change: BeforeAfter | None = None,
    language: str = "en",
) -> Path:
    """Write the report and return its path; raises StoreError where the file cannot be written.

    The arguments are those of `report_html`.
    """
    text = report_html(
        site,
        results,
        motion,
        signals,
        quality,
        title,
        public=public,
        k=k,
        keep_days=keep_days,
        top=top,
        evidence=evidence,
        cameras=cameras,
        change=change,
        language=language,
    )
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"{target}: the report cannot be written: {error.strerror}; choose another place") from None
    return target


def report_html(
    site: Site,
    results: Mapping[str, pa.Table],
    motion: Motion | None = None,
    signals: SignalHistory | None = None,
    quality: Mapping[str, object] | None = None,
    title: str | None = None,
    *,
    public: bool = False,
    k: int = 10,
    keep_days: Mapping[str, float] | None = None,
    top: int = TOP,
    evidence: int = EVIDENCE,
    cameras: Sequence[Mapping[str, Any]] | None = None,
    change: BeforeAfter | None = None,
    played: int = 0,
    language: str = "en",
) -> str:
    """The report as one HTML document; the same input gives the same bytes.

    results: tables `violations`, `conflicts` and `counts` as in `passerby.tables`; a missing one counts as empty.
    motion, signals: where given, the plan shows tracks and events get their evidence. quality: facts about the data,
    shown as they are. public: no event, no track, times to the hour, counts below k withheld so that they
    cannot be worked out.
    keep_days: table -> days after which it is deleted. top: near misses with a plan. evidence: violations with one.
    cameras: how each is doing, as the server's `health` tells. change: two periods compared (`before_after.compare`).
    played: how often a recording was played to give the results, 0 where they are of the street itself.
    language: one of `passerby.screen.language.LANGUAGES`; InputError for another.
    """
    with speaking(language):
        f = findings(site, results, motion, signals, quality or {}, keep_days, public, k)
        return _page(f, title, top, evidence, cameras or (), change, played)


def _page(
    f: Findings,
    title: str | None,
    top: int,
    evidence: int,
    cameras: Sequence[Mapping[str, Any]],
    change: BeforeAfter | None,
    played: int,
) -> str:
    site, public = f.site, f.public
    name = title or say("{name}: what happened at the junction", name=site.name)
    parts = _public_parts(f, change) if public else _parts(f, top, evidence, cameras, change)
    body = [
        tag(
            "header",
            tag("p", "Passerby", class_="mark"),
            tag("h1", name),
            tag("p", f"{site.name} · " if title else None, pub.coarse_when(f) if public else when(f), class_="when"),
            tag("p", say("Public version"), class_="badge") if public else None,
            class_="top",
        ),
        tag("section", tag("h2", say("Summary")), _replayed(played) if played else None, parts[0], id="summary"),
        tag("nav", (tag("a", t, href=f"#{i}") for i, t, _ in parts[1]), aria_label=say("Contents")),
        [tag("section", tag("h2", tag("span", str(n)), t), c, id=i) for n, (i, t, c) in enumerate(parts[1], 1)],
        tag(
            "footer",
            say(
                "Made by Passerby {version} from tracks and signal states. Nobody is identified; nothing "
                "here is evidence against anyone.",
                version=passerby.__version__,
            ),
            class_="end",
        ),
    ]
    style = _asset("report.css") + STYLE + INCIDENT_STYLE
    sheet = tag("svg", tag("g", ground(site), id="ground"), width="0", height="0", class_="sheet", aria_hidden="true")
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{report_policy()}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"{tag('title', name)}<style>{style}</style>"
    )
    page = f"{sheet}{numbered(tag('main', body))}<script>{_asset('report.js')}</script>"
    return f'<!doctype html>\n<html lang="{spoken()}"><head>{head}</head>\n<body>{page}</body></html>\n'


def _replayed(times: int) -> Markup:
    """That the results are of a recording, and what that makes of its numbers."""
    if times == 1:
        said = say("This is a recording that was replayed: nothing in it happened at the times named here.")
    else:
        said = say(
            "This is a recording that was played {n} times over: nothing in it happened at the times named here, the "
            "same events count anew each time, and so the 95 % intervals and comparisons mean nothing.",
            n=number(times),
        )
    return tag("p", tag("strong", said))


def report_policy() -> str:
    """The content security policy of the page: its own styles, its own script by its hash, nothing from anywhere."""
    digest = base64.b64encode(hashlib.sha256(_asset("report.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (files("passerby.screen") / name).read_text(encoding="utf-8")


def _parts(
    f: Findings, top: int, evidence: int, cameras: Sequence[Mapping[str, Any]], change: BeforeAfter | None
) -> tuple[Markup, list[tuple[str, str, Markup]]]:
    most = worst(f)
    return Markup(headline(f) + summary(f, change)), [
        ("plan", say("The junction"), _plan(f)),
        ("counts", say("Who used it"), counting(f)),
        ("violations", say("Violations"), violations(f)),
        ("near-misses", say("Near misses"), near_misses(f, top)),
        *([("worst", say("The worst places and movements"), most)] if most is not None else []),
        *([("change", say("Before and after"), change_section(f, change))] if change is not None else []),
        *([("where", say("Where people move and where they come close"), _heat(f))] if f.tracked else []),
        *([("signals", say("Signals"), signal_section(f))] if f.lit else []),
        ("quality", say("Quality of the data"), Markup(quality_section(f) + camera_section(cameras))),
        ("method", say("Method and limits"), method_section(f)),
        ("privacy", say("What this report does not do"), privacy_section(f)),
        *([("events", _appendix(f), events(f, evidence))] if f.violation_rows else []),
    ]


def _appendix(f: Findings) -> str:
    return say("Appendix: every violation, with its evidence") if f.tracked else say("Appendix: every violation")


def _public_parts(f: Findings, change: BeforeAfter | None) -> tuple[Markup, list[tuple[str, str, Markup]]]:
    return pub.public_headline(f), [
        ("plan", say("The junction"), pub.public_plan(f)),
        ("counts", say("Who used it"), pub.public_counts(f)),
        ("violations", say("Violations"), pub.public_violations(f)),
        ("near-misses", say("Near misses"), pub.public_near_misses(f)),
        *([("change", say("Before and after"), change_section(f, change))] if change is not None else []),
        ("method", say("Method and limits"), method_section(f)),
        ("privacy", say("What this report does not do"), privacy_section(f)),
    ]


def _plan(f: Findings) -> Markup:
    near = f.conflicts
    only = ""
    if len(near) > MOST_CIRCLES:
        near = near.filter(pc.equal(near["severity"], "serious"))
        only = say(" Of {n} near misses the serious ones are drawn.", n=number(len(f.conflicts)))
    frame = frame_of(f.site, 1040, f.motion)
    farther = (
        (beyond(f.violations, frame), "violation", "violations"),
        (beyond(near, frame), "near miss", "near misses"),
    )
    out = listed([count(*events) for events in farther if events[0]])
    outside = say(" Farther out than the plan reaches: {what}.", what=out) if out else ""
    drawn = plan_svg(
        f.site,
        tracks=f.motion,
        violations=f.violations,
        conflicts=near,
        links=f.anchors,
        ground_id="ground",
        frame=frame,
    )
    kinds = sorted({r["kind"] for r in f.violation_rows})
    items = [tag("span", swatch(c), capital(class_word(c, 2))) for c in f.seen] if f.seen is not None else []
    items += [tag("span", key(violation_symbol(kind, 0, 0)), capital(kind_word(kind))) for kind in kinds]
    if f.conflict_rows:
        sizes = [key(conflict_symbol(i, 0, 0), 14) for i in (1, 2, 3)]
        items.append(tag("span", sizes, say("Near miss: slight, moderate, serious")))
    every = max(1, -(-sum((f.seen or {}).values()) // MAX_TRACKS))
    some = say(" One road user in {n} is drawn.", n=every) if every > 1 else ""
    lines = say(" Each thin line is one road user.") if f.motion is not None else ""
    lead = tag("span", say(" Symbols lead to the event."), class_="onscreen") if f.anchors else None
    caption = say("The junction from above, north up.") + lines + some + only + outside
    return tag(
        "figure",
        tag("div", Markup(drawn), class_="zoom"),
        tag("div", items, class_="legend"),
        tag("figcaption", caption, lead),
    )


def _heat(f: Findings) -> Markup:
    assert f.motion is not None
    frame = frame_of(f.site, 560, f.motion, margin_m=14)
    bounds = (frame.x0, frame.y0, frame.x1, frame.y1)
    maps = []
    for name, classes in HEAT:
        if not any(c in f.classes for c in classes):
            continue
        mine = f.conflicts.filter(
            pa.array([bool({r["class_a"], r["class_b"]} & set(classes)) for r in f.conflicts.to_pylist()], pa.bool_())
        )
        d = density(f.motion, bounds, 1.0, classes)
        drawn = plan_svg(f.site, density=d, conflicts=mine, ground_id="ground", labels=False, frame=frame)
        top = int(d.n.max(initial=0))
        near = "" if f.only_on_foot else "; " + count(len(mine), "near miss", "near misses")
        maps.append(
            tag(
                "figure",
                Markup(drawn),
                tag(
                    "figcaption",
                    tag("b", say(name)),
                    say(": up to {n} on the same square metre in the period", n=top),
                    near,
                ),
            )
        )
    shades = [tag("i", style=f"background:{c}") for c in RAMP]
    legend = tag(
        "div",
        tag(
            "span",
            say("fewer"),
            tag("span", shades, class_="ramp"),
            say("more different road users on a square metre, each shade twice the last"),
        ),
        class_="legend",
    )
    return tag("div", tag("div", maps, class_="maps"), legend)
