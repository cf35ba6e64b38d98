"""How many different road users passed over each patch of ground, as a grid and as vector cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.screen.markup import Markup, tag
from passerby.tracks.classes import CODE
from passerby.tracks.motion import Motion

# Light to dark in one hue, so that it prints: steps of a blue-black ramp.
RAMP: Final = ("#dbe7ef", "#b5cfe0", "#86b0cc", "#5589ae", "#2f628b", "#143c60")


@dataclass(frozen=True, eq=False)
class Density:
    """n: different road users per cell, shape (rows, columns), row 0 southmost; (x0, y0) its south-west corner (m)."""

    n: npt.NDArray[np.int64]
    x0: float
    y0: float
    cell_m: float


def density(
    motion: Motion,
    bounds: tuple[float, float, float, float],
    cell_m: float = 1.0,
    classes: Iterable[str] | None = None,
    least: int = 1,
) -> Density:
    """Different road users (of some classes) per square cell within bounds x0, y0, x1, y1; below `least` it is 0."""
    x0, y0, x1, y1 = bounds
    columns, rows = max(1, int(np.ceil((x1 - x0) / cell_m))), max(1, int(np.ceil((y1 - y0) / cell_m)))
    i, j = np.floor((motion.x - x0) / cell_m).astype(np.int64), np.floor((motion.y - y0) / cell_m).astype(np.int64)
    inside = (i >= 0) & (i < columns) & (j >= 0) & (j < rows)
    if classes is not None:
        inside &= np.isin(motion.cls, [CODE[c] for c in classes])[motion.track]
    place = j[inside] * columns + i[inside]
    track = motion.track[inside]
    # Samples come in the order of travel, so most repeats are neighbours: drop those before sorting.
    fresh = np.append(True, (np.diff(place) != 0) | (np.diff(track) != 0))[: len(place)]
    seen = np.unique(track[fresh] * (rows * columns) + place[fresh]) % (rows * columns)
    n = np.bincount(seen, minlength=rows * columns).reshape(rows, columns)
    return Density(np.where(n >= least, n, 0), x0, y0, cell_m)


def levels(d: Density) -> list[int]:
    """The lower bounds of up to six shades: powers of two up to the busiest cell, the smallest dropped first."""
    top = int(d.n.max(initial=0))
    if top == 0:
        return []
    edges = [1 << i for i in range(top.bit_length())]
    return edges[-len(RAMP) :]


def opacity(d: Density) -> str:
    """How much of a shade is seen over the ground: large cells let more of it through."""
    return ".82" if d.cell_m < 3 else ".55"


def density_layer(d: Density, matrix: str) -> Markup:
    """The grid as one path per shade, runs of equal cells joined, in metres under the plan's transform."""
    edges = levels(d)
    if not edges:
        return Markup("")
    shade = np.searchsorted(edges, d.n, side="right")
    rows, columns = shade.shape
    change = np.diff(shade, axis=1, prepend=-1) != 0
    at = np.flatnonzero(change)
    row, start = np.divmod(at, columns)
    end = np.append(at[1:], rows * columns)
    length = np.minimum(end - at, columns - start)
    value = shade.ravel()[at]
    paths = []
    offset = len(RAMP) - len(edges)
    for level in range(1, len(edges) + 1):
        mine = value == level
        if not mine.any():
            continue
        runs = zip(start[mine].tolist(), (rows - 1 - row[mine]).tolist(), length[mine].tolist(), strict=True)
        paths.append(tag("path", d="".join(f"M{x} {y}h{w}v1h-{w}z" for x, y, w in runs), fill=RAMP[level - 1 + offset]))
    top = -(d.y0 + rows * d.cell_m)
    place = f"{matrix} translate({d.x0:.2f} {top:.2f}) scale({d.cell_m:g})"
    return tag(
        "g",
        paths,
        class_="density",
        transform=place,
        fill_opacity=opacity(d),
        shape_rendering="crispEdges",
    )
