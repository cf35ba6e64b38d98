"""Small cells of a published table: which to withhold so that none can be worked out from the rest.

A cell of 1 to k - 1 is withheld (primary). A reader subtracts published cells from published totals, so each
withheld cell is put on a rectangle of withheld cells along which at least k units can be moved without changing
anything published and without making any cell negative (complementary). The reader is then left with a range at
least k wide. Cox (1980), JASA 75:377-385; Willenborg and de Waal (2001), Elements of Statistical Disclosure Control.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

IntTable = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def with_totals(cells: npt.ArrayLike) -> IntTable:
    """A table of counts, shape (r, c), with its row totals, column totals and grand total: shape (r + 1, c + 1)."""
    n = np.asarray(cells, np.int64)
    n = np.vstack([n, n.sum(axis=0, keepdims=True)])
    return np.hstack([n, n.sum(axis=1, keepdims=True)])


def withheld(cells: npt.ArrayLike, k: int = 10) -> Mask:
    """Which cells and totals of a table of counts, shape (r, c), to withhold: shape (r + 1, c + 1), True = withhold.

    Zeros may be shown: nobody is in them. The grand total is shown whenever it is 0 or at least k, in every
    table of the same people alike, so that two tables that share only it tell nothing more together.
    """
    n = np.asarray(cells, np.int64)
    if n.ndim != 2 or np.any(n < 0):
        raise ValueError(f"a table of counts must have two dimensions and no negative cell, got shape {n.shape}")
    full = with_totals(n)
    primary = (full > 0) & (full < k)
    out = primary.copy()
    if not primary.any():
        return out
    if primary[-1, -1]:
        return np.ones_like(out)
    for i, j in np.argwhere(primary):
        if not _on_wide_rectangle(full, out, int(i), int(j), k):
            everything = np.ones_like(out)
            everything[-1, -1] = False
            return everything
    return out


def _on_wide_rectangle(full: IntTable, out: Mask, i: int, j: int, k: int) -> bool:
    """Withhold the cheapest rectangle through (i, j) that at least k units can move along; False if none."""
    rows, columns = full.shape
    best: tuple[int, int] | None = None
    corners: tuple[tuple[int, int], ...] = ()
    for p, q in product(range(rows), range(columns)):
        if p == i or q == j or (max(i, p) == rows - 1 and max(j, q) == columns - 1):
            continue
        ring = ((i, j), (i, q), (p, q), (p, j))
        if _width(full, ring) < k:
            continue
        new = [c for c in ring if not out[c]]
        margins = sum(c[0] == rows - 1 or c[1] == columns - 1 for c in new)
        cost = (len(new) + margins, int(sum(full[c] for c in new)))
        if best is None or cost < best:
            best, corners = cost, ring
    for corner in corners:
        out[corner] = True
    return best is not None


def _width(full: IntTable, ring: tuple[tuple[int, int], ...]) -> int:
    """How many units can move around the ring, one way plus the other, without a negative cell."""
    rows, columns = full.shape
    falls_first: list[int] = []
    falls_second: list[int] = []
    for step, (r, c) in enumerate(ring):
        # A total is the negative of a cell in "cells minus total = 0", so it moves against its place in the ring.
        margin = (r == rows - 1) != (c == columns - 1)
        (falls_first if (step % 2 == 1) != margin else falls_second).append(int(full[r, c]))
    return min(falls_first) + min(falls_second)
