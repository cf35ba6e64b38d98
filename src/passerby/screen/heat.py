"""Where near misses, or violations of one kind, lie thick: a grid over the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from passerby.errors import InputError
from passerby.screen.density import RAMP, Density, levels, opacity
from passerby.screen.ink import INK, severity_rank
from passerby.screen.language import say, term
from passerby.screen.markup import tag
from passerby.screen.words import number

WEIGHT: Final = {1: 1.0, 2: 2.0, 3: 4.0}
"""A step of severity counts as two of the step below: for the eye, no estimate of crashes."""

MOST_CELLS: Final = 250_000
_REACH: Final = 3.0


@dataclass(frozen=True, eq=False)
class Heat:
    """Cells that hold anything: middles in metres, shape (n,), their weight, and how many events lie in them."""

    cell_m: float
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]
    events: npt.NDArray[np.int64]


def heat(rows: pa.Table, cell_m: float, kernel_m: float = 0.0) -> Heat:
    """Events per cell; near misses weighted by severity, every violation 1.

    rows: a table of violations or conflicts. kernel_m: standard deviation of a Gaussian that spreads each event, 0 for
    none; weights keep their sum. InputError where that makes more than `MOST_CELLS` cells.
    """
    xy = np.column_stack([rows[c].to_numpy(zero_copy_only=False) for c in ("x", "y")]).astype(np.float64)
    known = np.isfinite(xy).all(axis=1)
    xy = xy[known]
    weight = np.ones(len(xy))
    if "severity" in rows.column_names:
        weight = np.array([WEIGHT[severity_rank(s)] for s in rows["severity"].to_pylist()], np.float64)[known]
    at = np.floor(xy / cell_m).astype(np.int64)
    if kernel_m > 0:
        at, weight, events = _spread(at, weight, xy, cell_m, kernel_m)
    else:
        events = np.ones(len(at), np.int64)
    cells, index = np.unique(at, axis=0, return_inverse=True)
    index = index.reshape(-1)
    middle = np.asarray((cells + 0.5) * cell_m, np.float64)
    total = np.asarray(np.bincount(index, weight, minlength=len(cells)), np.float64)
    return Heat(cell_m, middle[:, 0], middle[:, 1], total, np.bincount(index, events, len(cells)).astype(np.int64))


def legend_svg(d: Density, unit: str = term("Events per m²")) -> str:
    """The shades in which a grid is drawn and the numbers each stands for, the most on top; a picture 130 px wide."""
    edges = levels(d)
    top = int(d.n.max(initial=0))
    ends = [b - 1 for b in edges[1:]] + [top]
    rows: list[object] = [tag("text", say(unit), x=0, y=14, font_weight=600)]
    shades = RAMP[len(RAMP) - len(edges) :]
    for i, (low, high, ink) in enumerate(reversed(list(zip(edges, ends, shades, strict=True)))):
        y = 26 + 24 * i
        rows.append(tag("rect", x=0, y=y, width=26, height=18, fill=ink, fill_opacity=opacity(d)))
        rows.append(tag("text", number(low) if low >= high else f"{number(low)}–{number(high)}", x=34, y=y + 14))
    high = 26 + 24 * len(edges)
    size = {"width": 130, "height": high, "viewBox": f"0 0 130 {high}"}
    style = {"font_family": 'system-ui, "Liberation Sans", sans-serif', "font_size": 13, "fill": INK}
    return str(tag("svg", tag("g", rows, **style), xmlns="http://www.w3.org/2000/svg", **size))


def _spread(
    at: npt.NDArray[np.int64], weight: npt.NDArray[np.float64], xy: npt.NDArray[np.float64], cell_m: float, sd: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    reach = int(np.ceil(_REACH * sd / cell_m))
    if len(at) * (2 * reach + 1) ** 2 > 20 * MOST_CELLS:
        raise InputError("kernel_m: too wide for cells so small and so many events; make cell_m larger")
    step = np.arange(-reach, reach + 1)
    dx, dy = (d.ravel() for d in np.meshgrid(step, step, indexing="ij"))
    cells = at[:, None, :] + np.stack([dx, dy], axis=1)
    away = (cells + 0.5) * cell_m - xy[:, None, :]
    square = (away**2).sum(axis=2)
    # of a kernel that is narrow beside the cells, all goes to the nearest, and none is lost
    share = np.exp(-(square - square.min(axis=1, keepdims=True)) / max(2 * sd * sd, 1e-12))
    share *= (weight / share.sum(axis=1))[:, None]
    own = np.broadcast_to((dx == 0) & (dy == 0), share.shape).astype(np.int64)
    return cells.reshape(-1, 2), share.ravel(), own.ravel()
