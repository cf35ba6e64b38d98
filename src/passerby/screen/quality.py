"""The report's part on how good the data is: time observed and missed, tracks, signals, clocks, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from passerby.screen.findings import Findings
from passerby.screen.headline import when
from passerby.screen.markup import Markup, table
from passerby.screen.signal_timing import spans
from passerby.screen.turning import at_stop_lines
from passerby.screen.words import capital, clock, decimal, duration, number
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion

_FAST_ON_FOOT_MPS: Final = 3.0
_SURE: Final = 0.8

LABELS: Final = {
    "rows": "Rows read",
    "dropped_rows": "Rows dropped",
    "gaps": "Gaps in tracks",
    "clock_offset_s": "Estimated clock offset, tracks against signals (s)",
    "clock_sigma_s": "Uncertainty of the clocks (s)",
    "coverage": "Share of the period covered",
    "rate_hz": "Sampling rate (Hz)",
    "noise_m": "Position noise (m)",
}


def quality_section(f: Findings) -> Markup:
    """Time, tracks, counts, signals, as the data itself shows them, and everything the reader of the files reported."""
    rows = [*_time(f), *_tracks(f), *_counts(f), *_signals(f), *_verdicts(f), *_flat(f.quality)]
    return table(["What", "Found"], rows, class_="narrow facts", caption="What the data is", name="data-quality")


def _time(f: Findings) -> list[list[object]]:
    rows: list[list[object]] = [["Period", when(f)]]
    if f.period is None:
        return rows
    whole = f.period[1] - f.period[0]
    rows.append(["Length", duration(whole)])
    if len(f.spans) < 2 and (f.motion is not None or not len(f.spans)):
        return rows
    did, doubt = ("counted", "counts") if f.motion is None else ("in view", "tracks")
    share = f"{100 * f.observed_s / whole:.1f}\u00a0% of the period" if whole else "–"
    rows.append([f"Time with anybody {did}, breaks below 15 min included", f"{duration(f.observed_s)}, {share}"])
    gaps = f.spans[1:, 0] - f.spans[:-1, 1]
    if len(gaps):
        i = int(np.argmax(gaps))
        since = clock(float(f.spans[i, 1]), f.tz, "%-d %B %Y, %H:%M")
        rows.append(
            [
                f"Longest time with nobody {did}",
                f"{duration(float(gaps[i]))} from {since}; {number(len(gaps))} such in all "
                f"(nobody came, or nobody looked: {doubt} do not tell)",
            ]
        )
    return rows


def _tracks(f: Findings) -> list[list[object]]:
    if f.motion is None or not f.tracked:
        return [["Tracks", "not at hand: no map of movement, no drawing of single events"]]
    m = f.motion
    life = np.diff(m.starts) > 0
    seen = (m.k[m.starts[1:][life] - 1] - m.k[m.starts[:-1][life]]) * 0.1
    lost = max(int(np.sum(~m.joined)) - int(life.sum()), 0)
    rows: list[list[object]] = [
        ["Tracks", number(len(m.ids))],
        ["Samples on the common clock (10 Hz)", number(len(m))],
        ["A track lasts (median)", duration(float(np.median(seen)))],
        ["Tracks lost and found again", f"{number(lost)}, {100 * lost / len(m.ids):.1f} in 100 tracks"],
        ["Position error, as the tracks show it", f"median {_sigma(m.sigma_m, 'm')}"],
        ["Speed error, as the tracks show it", f"median {_sigma(m.sigma_mps * 3.6, 'km/h')}"],
    ]
    riders = _fast_on_foot(m)
    if riders:
        rows.append(["Pedestrians mostly faster than 3 m/s (runners, or riders misread)", number(riders)])
    return rows


def _counts(f: Findings) -> list[list[object]]:
    """How many of those counted at the stop lines left by a movement that is not known."""
    lines = at_stop_lines(f.site, f.counts)
    n = lines["n"].to_numpy(zero_copy_only=False)
    total = int(n.sum())
    if not total:
        return []
    unknown = int(sum(v for v, m in zip(n.tolist(), lines["movement"].to_pylist(), strict=True) if m == "unknown"))
    said = f"{number(unknown)} of {number(total)} passings of stop lines ({100 * unknown / total:.1f}\u00a0%)"
    return [["Movement not known", said if unknown else "none"]]


def _signals(f: Findings) -> list[list[object]]:
    if f.signals is None or not f.signals.signals:
        return [["Signal log", "not at hand for this page: no signal timing, no share of time on red"]]
    sigma = f.signals.clock_sigma_s
    rows: list[list[object]] = [
        ["Uncertainty of the signal clock", decimal(sigma, 2, "s") if sigma > 0 else "not given"]
    ]
    unknown = _unknown_s(f)
    if unknown and f.period is not None:
        name, longest = max(unknown.items(), key=lambda i: (i[1], i[0]))
        mean = 100 * sum(unknown.values()) / len(unknown) / max(f.observed_s, 1e-9)
        said = "at no time" if longest < 1 else f"{mean:.1f}\u00a0% of the time on average; {name} {duration(longest)}"
        rows.append(["Signal state unknown (nothing is judged then)", said])
    return rows


def _verdicts(f: Findings) -> list[list[object]]:
    known = [r["confidence"] for r in f.violation_rows if r["confidence"] is not None]
    if not known:
        return []
    doubtful = sum(c < _SURE for c in known)
    return [[f"Violations of a confidence below {_SURE:g}", f"{number(doubtful)} of {number(len(known))}"]]


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
        return "unknown"
    return (
        f"{decimal(float(np.median(known)), 2, unit)}, 95 % below {decimal(float(np.percentile(known, 95)), 2, unit)}"
    )


def _flat(quality: Mapping[str, object], prefix: str = "") -> list[list[object]]:
    rows: list[list[object]] = []
    for name, value in quality.items():
        label = prefix + LABELS.get(str(name), capital(str(name).replace("_", " ")))
        if isinstance(value, Mapping):
            rows += _flat(value, f"{label}: ")
        elif isinstance(value, bool) or value is None:
            rows.append([label, {True: "yes", False: "no", None: "unknown"}[value]])
        elif isinstance(value, int):
            rows.append([label, number(value)])
        elif isinstance(value, float):
            rows.append([label, f"{value:,.4g}"])
        elif isinstance(value, list | tuple):
            rows.append([label, "; ".join(str(v) for v in value) or "none"])
        else:
            rows.append([label, value])
    return rows
