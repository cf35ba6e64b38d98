"""The plan of a junction: the ground, who moved over it, and what went wrong where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from passerby.screen.density import Density, density_layer
from passerby.screen.ground import STYLE as GROUND_STYLE
from passerby.screen.ground import ground, heart
from passerby.screen.ink import (
    ALARM,
    CLASS_DASH,
    CLASS_INK,
    CONFLICT,
    INK,
    PAPER,
    conflict_symbol,
    severity_rank,
    violation_symbol,
)
from passerby.screen.language import say
from passerby.screen.markup import Markup, tag
from passerby.screen.words import capital, class_word, decimal, kind_word
from passerby.site.model import Site, unit
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion

FloatArray = npt.NDArray[np.float64]

MAX_TRACKS: Final = 1200
SIMPLIFY_M: Final = 0.3
STYLE: Final = f"""{GROUND_STYLE}
.tracks path{{fill:none;vector-effect:non-scaling-stroke;stroke-linecap:round;stroke-linejoin:round}}
.violation{{fill:{ALARM};stroke:{PAPER};stroke-width:1.6;paint-order:stroke;stroke-linejoin:round}}
.violation .hollow{{fill:{PAPER};stroke:{ALARM};stroke-width:2.2}}
.violation .bar{{fill:{PAPER};stroke:none}}
.conflict{{fill:{CONFLICT};fill-opacity:.17;stroke:{CONFLICT};stroke-width:1.8}}
.conflict .dot{{fill-opacity:1;stroke:none}}
.plan text{{font:11px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:{INK}}}
.plan .place{{font-size:10px;fill:#4a525c;paint-order:stroke;stroke:{PAPER};stroke-width:2.5;
stroke-opacity:.85;stroke-linejoin:round}}"""


@dataclass(frozen=True)
class Frame:
    """The rectangle of ground a plan shows (m) and how many pixels it gives a metre."""

    x0: float
    y0: float
    x1: float
    y1: float
    px_per_m: float

    @property
    def width_px(self) -> float:
        """Width of the picture."""
        return (self.x1 - self.x0) * self.px_per_m

    @property
    def height_px(self) -> float:
        """Height of the picture."""
        return (self.y1 - self.y0) * self.px_per_m

    def px(self, x: float, y: float) -> tuple[float, float]:
        """Pixels, right and down, of a point in metres."""
        return (x - self.x0) * self.px_per_m, (self.y1 - y) * self.px_per_m

    def holds(self, x: float, y: float) -> bool:
        """Whether a point in metres lies on the ground shown."""
        return self.x0 < x < self.x1 and self.y0 < y < self.y1

    @property
    def matrix(self) -> str:
        """The SVG transform from metres (y already turned down) to pixels."""
        s = self.px_per_m
        return f"matrix({s:.5g} 0 0 {s:.5g} {-self.x0 * s:.2f} {self.y1 * s:.2f})"


def frame_of(site: Site, width_px: float, motion: Motion | None = None, margin_m: float = 24.0) -> Frame:
    """The ground around the junction's middle, 0.6 to 0.85 as high as wide; around the tracks if none is drawn."""
    xy = heart(site)
    if len(xy) == 0 and motion is not None and len(motion):
        xy = np.column_stack([np.percentile(v, [2, 98]) for v in (motion.x, motion.y)])
    if len(xy) == 0:
        xy = np.array([[-30.0, -30.0], [30.0, 30.0]])
    low, high = xy.min(axis=0) - margin_m, xy.max(axis=0) + margin_m
    wide, tall = high - low
    wider = max(wide, tall / 0.85)
    taller = max(tall, wider * 0.6)
    low, high = low - np.array([wider - wide, taller - tall]) / 2, high + np.array([wider - wide, taller - tall]) / 2
    return Frame(float(low[0]), float(low[1]), float(high[0]), float(high[1]), width_px / wider)


def plan_svg(
    site: Site,
    *,
    tracks: Motion | None = None,
    violations: pa.Table | None = None,
    conflicts: pa.Table | None = None,
    density: Density | None = None,
    width_px: float = 1040,
    links: Mapping[str, str] | None = None,
    ground_id: str | None = None,
    labels: bool = True,
    frame: Frame | None = None,
) -> str:
    """The junction from above as a self-contained SVG, north up.

    tracks: drawn as thin lines by class, at most `MAX_TRACKS` of them, simplified to `SIMPLIFY_M` (Douglas and
    Peucker 1973). violations, conflicts: rows of those tables, drawn as symbols by kind and circles by severity.
    density: drawn as cells under everything that moves. links: event id -> anchor on the page. ground_id: the
    id of a `ground` group already on the page, to be used instead of being drawn again.
    """
    frame = frame or frame_of(site, width_px, tracks)
    base = tag("use", href=f"#{ground_id}") if ground_id else ground(site)
    layers: list[object] = [
        None if ground_id else tag("style", Markup(STYLE)),
        tag("g", base, transform=frame.matrix),
        density_layer(density, frame.matrix) if density is not None else None,
        track_layer(tracks, frame) if tracks is not None and len(tracks) else None,
        _conflicts(conflicts, frame, links or {}) if conflicts is not None else None,
        _violations(violations, frame, links or {}) if violations is not None else None,
        _place_labels(site, frame) if labels else None,
        _scale_bar(frame),
        _north(frame),
    ]
    return tag(
        "svg",
        layers,
        viewBox=f"0 0 {frame.width_px:.0f} {frame.height_px:.0f}",
        class_="plan paper",
        role="group" if links else "img",
        aria_label=say("Plan of {name}, north up", name=site.name),
        xmlns="http://www.w3.org/2000/svg",
    )


def beyond(events: pa.Table, frame: Frame) -> int:
    """How many events (rows with x and y, m) lie outside the ground that a plan shows."""
    xy = zip(events["x"].to_pylist(), events["y"].to_pylist(), strict=True)
    return sum(x is not None and y is not None and not frame.holds(x, y) for x, y in xy)


def track_layer(motion: Motion, frame: Frame) -> Markup:
    """Every track (or every n-th of very many) as a thin line: decimetre integers, relative, one path per piece."""
    every = -(-len(motion.ids) // MAX_TRACKS)
    margin = 1.0
    inside = (
        (motion.x > frame.x0 - margin)
        & (motion.x < frame.x1 + margin)
        & (motion.y > frame.y0 - margin)
        & (motion.y < frame.y1 + margin)
        & (motion.track % every == 0)
    )
    at = np.flatnonzero(inside)
    if len(at) < 2:
        return Markup("")
    track = motion.track[at]
    new = np.append(True, (np.diff(at) != 1) | (np.diff(track) != 0)) | ~motion.joined[at]
    new[0] = True
    last = np.append(new[1:], True)
    keep = new | last | (motion.k[at] % 3 == 0)
    piece = (np.cumsum(new) - 1)[keep]
    at, track = at[keep], track[keep]
    # A piece needs two points to be a line.
    size = np.bincount(piece)
    long = size[piece] > 1
    at, track, piece = at[long], track[long], np.unique(piece[long], return_inverse=True)[1]
    if len(at) == 0:
        return Markup("")
    lines = shapely.linestrings(np.column_stack([motion.x[at], -motion.y[at]]), indices=piece)
    lines = shapely.simplify(lines, SIMPLIFY_M, preserve_topology=False)
    owner = track[np.flatnonzero(np.append(True, np.diff(piece) > 0))]
    xy, index = shapely.get_coordinates(lines, return_index=True)
    dm = np.rint(xy * 10).astype(np.int64)
    step = np.diff(dm, axis=0, prepend=0)
    first = np.append(True, np.diff(index) > 0)
    step[first] = dm[first]
    starts = np.flatnonzero(first).tolist()
    words = [f"{x} {y}" if y >= 0 else f"{x}{y}" for x, y in step.tolist()]
    bounds = [*starts[1:], len(words)]
    by_class: dict[int, list[str]] = {}
    code = motion.cls[owner].tolist()
    for i, (a, b) in enumerate(zip(starts, bounds, strict=True)):
        d = f"m{words[a]}l{' '.join(words[a + 1 : b])}"
        by_class.setdefault(code[i], []).append(f'<path d="{d}"/>')
    groups = []
    order = sorted(by_class, key=lambda c: -len(by_class[c]))
    for c in order:
        name = CLASSES[c]
        width = 1.5 if name in ("pedestrian", "cyclist") else 1.15
        groups.append(
            tag(
                "g",
                tag("title", class_word(name)),
                Markup("".join(by_class[c])),
                stroke=CLASS_INK[name],
                stroke_width=width,
                stroke_opacity=f"{min(0.6, max(0.12, 3.2 / len(by_class[c]) ** 0.5)):.2f}",
                stroke_dasharray=CLASS_DASH.get(name),
            )
        )
    note = say("1 in {n} road users drawn", n=every) if every > 1 else say("every road user drawn")
    return tag("g", tag("desc", note), groups, class_="tracks", transform=f"{frame.matrix} scale(.1)")


def _linked(symbol: Markup, event: object, links: Mapping[str, str]) -> Markup:
    anchor = links.get(str(event))
    return tag("a", symbol, href=f"#{anchor}") if anchor else symbol


def _violations(violations: pa.Table, frame: Frame, links: Mapping[str, str]) -> Markup:
    made = []
    columns = violations.select(["event", "kind", "x", "y", "place"]).to_pydict()
    for event, kind, x, y, place in zip(*columns.values(), strict=True):
        if x is None or y is None or not frame.holds(x, y):
            continue
        symbol = violation_symbol(kind, *frame.px(x, y))
        title = tag("title", f"{capital(kind_word(kind))}" + (f", {place}" if place else ""))
        made.append(_linked(tag("g", title, symbol), event, links))
    return tag("g", made)


def _conflicts(conflicts: pa.Table, frame: Frame, links: Mapping[str, str]) -> Markup:
    made = []
    for row in conflicts.select(["event", "x", "y", "ttc_s", "pet_s", "severity"]).to_pylist():
        x, y = row["x"], row["y"]
        if x is None or y is None or not frame.holds(x, y):
            continue
        rank = severity_rank(row["severity"])
        times = f"TTC {decimal(row['ttc_s'], 1, 's')}, PET {decimal(row['pet_s'], 1, 's')}"
        title = tag("title", say("Near miss: {times}", times=times))
        made.append((rank, _linked(tag("g", title, conflict_symbol(rank, *frame.px(x, y))), row["event"], links)))
    return tag("g", [m for _, m in sorted(made, key=lambda m: -m[0])])


def _place_labels(site: Site, frame: Frame) -> Markup:
    made = []
    for line in site.stop_lines:
        x, y = frame.px(*(np.mean(line.points, axis=0) - 1.6 * unit(line.heading_deg)))
        # Along the lane, away from the line, never upside down.
        angle = (line.heading_deg + 90) % 360 - 180
        upright = -90 < angle <= 90
        turn = angle if upright else angle + 180
        made.append(
            tag(
                "text",
                line.id,
                x="0",
                y="3.5",
                class_="place",
                text_anchor="end" if upright else "start",
                transform=f"translate({x:.1f} {y:.1f}) rotate({turn:.1f})",
            )
        )
    return tag("g", made)


def _scale_bar(frame: Frame) -> Markup:
    metres = max((m for m in (1, 2, 5, 10, 20, 50, 100) if m * frame.px_per_m <= frame.width_px * 0.22), default=1)
    w = metres * frame.px_per_m
    x, y = 16.0, frame.height_px - 16
    halves = (
        f'<path d="M0-5H{w / 2:.1f}V0H0z" fill="{INK}"/><path d="M{w / 2:.1f}-5H{w:.1f}V0H{w / 2:.1f}z" fill="#fff"/>'
    )
    edge = f'<path d="M0-5H{w:.1f}V0H0z" fill="none" stroke="{INK}"/>'
    words = tag("text", f"{metres} m", x=f"{w + 6:.1f}", y="1")
    return tag("g", Markup(halves + edge), words, transform=f"translate({x} {y:.1f})")


def _north(frame: Frame) -> Markup:
    east = f'<path d="M0-17 6 6 0 2z" fill="{INK}"/>'
    west = f'<path d="M0-17-6 6 0 2z" fill="#fff" stroke="{INK}" stroke-width=".8"/>'
    letter = tag("text", "N", x="0", y="19", text_anchor="middle", font_weight="600")
    return tag("g", Markup(east + west), letter, transform=f"translate({frame.width_px - 24:.1f} 30)")
