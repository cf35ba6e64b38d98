"""The report's part on how good the data is: time observed and missed, tracks, signals, clocks, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from passerby.screen.findings import SURE, Findings, doubtful
from passerby.screen.headline import when
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, table
from passerby.screen.signal_timing import spans
from passerby.screen.turning import at_stop_lines
from passerby.screen.words import capital, clock, decimal, duration, number, percent
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion

_FAST_ON_FOOT_MPS: Final = 3.0
POSITION_SIGMA_M: Final = 0.3
"""That of `[rules.conflicts]` where the site gives none."""

LABELS: Final = {
    "rows": term("Rows read"),
    "dropped_rows": term("Rows dropped"),
    "gaps": term("Gaps in tracks"),
    "clock_offset_s": term("Estimated clock offset, tracks against signals (s)"),
    "clock_sigma_s": term("Uncertainty of the clocks (s)"),
    "coverage": term("Share of the period covered"),
    "rate_hz": term("Sampling rate (Hz)"),
    "noise_m": term("Position noise (m)"),
}


def quality_section(f: Findings) -> Markup:
    """Time, tracks, counts, signals, as the data itself shows them, and everything the reader of the files reported."""
    rows = [*_time(f), *_tracks(f), *_counts(f), *_signals(f), *_verdicts(f), *_flat(f.quality)]
    return table(
        [say("What"), say("Found")], rows, class_="narrow facts", caption=say("What the data is"), name="data-quality"
    )


def _time(f: Findings) -> list[list[object]]:
    rows: list[list[object]] = [[say("Period"), when(f)]]
    if f.period is None:
        return rows
    whole = f.period[1] - f.period[0]
    rows.append([say("Length"), duration(whole)])
    if len(f.spans) < 2 and (f.motion is not None or not len(f.spans)):
        return rows
    counted = f.motion is None
    share = say("{share} of the period", share=percent(f.observed_s / whole, 1)) if whole else "–"
    time = (
        say("Time with anybody counted, breaks below 1 h included")
        if counted
        else say("Time with anybody in view, breaks below 1 h included")
    )
    rows.append([time, f"{duration(f.observed_s)}, {share}"])
    gaps = f.spans[1:, 0] - f.spans[:-1, 1]
    if len(gaps):
        i = int(np.argmax(gaps))
        since = clock(float(f.spans[i, 1]), f.tz, "%-d %B %Y, %H:%M")
        rows.append(
            [
                say("Longest time with nobody counted") if counted else say("Longest time with nobody in view"),
                say(
                    "{span} from {since}; {n} such in all (nobody came, or nobody looked: counts do not tell)"
                    if counted
                    else "{span} from {since}; {n} such in all (nobody came, or nobody looked: tracks do not tell)",
                    span=duration(float(gaps[i])),
                    since=since,
                    n=number(len(gaps)),
                ),
            ]
        )
    return rows


def _tracks(f: Findings) -> list[list[object]]:
    if f.motion is None or not f.tracked:
        return [[say("Tracks"), say("not at hand: no map of movement, no drawing of single events")]]
    m = f.motion
    life = np.diff(m.starts) > 0
    seen = (m.k[m.starts[1:][life] - 1] - m.k[m.starts[:-1][life]]) * 0.1
    lost = max(int(np.sum(~m.joined)) - int(life.sum()), 0)
    rows: list[list[object]] = [
        [say("Tracks"), number(len(m.ids))],
        [say("Samples on the common clock (10 Hz)"), number(len(m))],
        [say("A track lasts (median)"), duration(float(np.median(seen)))],
        [
            say("Tracks lost and found again"),
            say("{n}, {rate} in 100 tracks", n=number(lost), rate=decimal(100 * lost / len(m.ids), 1)),
        ],
        [say("Smoothness of positions within a track (not their error)"), _sigma(m.sigma_m, "m")],
        [say("Smoothness of speeds within a track (not their error)"), _sigma(m.sigma_mps * 3.6, "km/h")],
    ]
    riders = _fast_on_foot(m)
    if riders:
        rows.append([say("Pedestrians mostly faster than 3 m/s (runners, or riders misread)"), number(riders)])
    return rows


def _counts(f: Findings) -> list[list[object]]:
    """How many of those counted at the stop lines left by a movement that is not known."""
    lines = at_stop_lines(f.site, f.counts)
    n = lines["n"].to_numpy(zero_copy_only=False)
    total = int(n.sum())
    if not total:
        return []
    unknown = int(sum(v for v, m in zip(n.tolist(), lines["movement"].to_pylist(), strict=True) if m == "unknown"))
    said = say(
        "{n} of {all} passings of stop lines ({share})",
        n=number(unknown),
        all=number(total),
        share=percent(unknown / total, 1),
    )
    return [[say("Movement not known"), said if unknown else say("none")]]


def _signals(f: Findings) -> list[list[object]]:
    if f.signals is None or not f.signals.signals:
        return [[say("Signal log"), say("not at hand for this page: no signal timing, no share of time on red")]]
    sigma = f.signals.clock_sigma_s
    rows: list[list[object]] = [
        [say("Uncertainty of the signal clock"), decimal(sigma, 2, "s") if sigma > 0 else say("not given")]
    ]
    unknown = _unknown_s(f)
    if unknown and f.period is not None:
        name, longest = max(unknown.items(), key=lambda i: (i[1], i[0]))
        mean = sum(unknown.values()) / len(unknown) / max(f.observed_s, 1e-9)
        said = say("at no time")
        if longest >= 1:
            average = say("{share} of the time on average", share=percent(mean, 1))
            said = f"{average}; {name} {duration(longest)}"
        rows.append([say("Signal state unknown (nothing is judged then)"), said])
    return rows


def _verdicts(f: Findings) -> list[list[object]]:
    """How many verdicts the stated errors could turn, and the error of positions that near misses allow for."""
    limit = numeric(f"{SURE:g}")
    tables = (
        (
            say("Violations within the errors of clocks and positions (confidence below {limit})", limit=limit),
            f.violation_rows,
        ),
        (say("Near misses within the errors of positions (confidence below {limit})", limit=limit), f.conflict_rows),
    )
    found: list[list[object]] = [
        [label, say("{n} of {all}", n=number(sum(map(doubtful, rows))), all=number(len(rows)))]
        for label, rows in tables
        if rows
    ]
    if f.conflict_rows:
        given = f.site.rules.get("conflicts", {}).get("position_sigma_m")
        sigma = float(given) if isinstance(given, int | float) else POSITION_SIGMA_M
        said = say(
            "{sigma} for each road user, as set for this site"
            if given is not None
            else "{sigma} for each road user, a round figure for roadside cameras: a survey of standing vehicles shows "
            "the site's own",
            sigma=decimal(sigma, 2, "m"),
        )
        label = say("Position error that near misses allow for (standard error of place and ends)")
        found.append([label, said])
    return found


def _fast_on_foot(m: Motion) -> int:
    """How many pedestrians' median speed is above what people walk at."""
    on_foot = np.flatnonzero(m.cls == CLASSES.index("pedestrian"))
    speeds = (m.speed[m.starts[i] : m.starts[i + 1]] for i in on_foot)
    return sum(bool(len(v) and np.median(v) > _FAST_ON_FOOT_MPS) for v in speeds)


def _unknown_s(f: Findings) -> dict[str, float]:
    """For how long the state of each of the site's signals was not known, within the time observed."""
    if f.signals is None or f.period is None:
        return {}
    used = [s.id for s in f.site.signals]
    observed = f.spans.tolist() or [f.period]
    return {i: sum(b - a for p, q in observed for a, b, s in spans(f.signals, i, p, q) if s == "unknown") for i in used}


def _sigma(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], unit: str) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return say("unknown")
    return say(
        "median {median}, 95 % below {most}",
        median=decimal(float(np.median(known)), 2, unit),
        most=decimal(float(np.percentile(known, 95)), 2, unit),
    )


def _flat(quality: Mapping[str, object], prefix: str = "") -> list[list[object]]:
    rows: list[list[object]] = []
    for name, value in quality.items():
        label = prefix + (say(LABELS[name]) if name in LABELS else capital(str(name).replace("_", " ")))
        if isinstance(value, Mapping):
            rows += _flat(value, f"{label}: ")
        elif isinstance(value, bool) or value is None:
            rows.append([label, say({True: term("yes"), False: term("no|answer"), None: term("unknown")}[value])])
        elif isinstance(value, int):
            rows.append([label, number(value)])
        elif isinstance(value, float):
            rows.append([label, numeric(f"{value:.4g}")])
        elif isinstance(value, list | tuple):
            rows.append([label, "; ".join(str(v) for v in value) or say("none")])
        else:
            rows.append([label, value])
    return rows
