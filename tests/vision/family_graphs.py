"""Tiny ONNX graphs with the inputs and outputs of each family's export, whose outputs are what a test wants."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Outputs = dict[str, np.ndarray]
FLOAT = TensorProto.FLOAT


def write(
    path: Path,
    outputs: Outputs,
    *,
    picture: str = "images",
    shape: tuple[int | str, ...] = (1, 3, 64, 96),
    sizes: str | None = None,
    metadata: dict[str, str] | None = None,
    free: dict[str, list[str | int]] | None = None,
) -> Path:
    """A graph that answers anything with the outputs. free: shapes to declare instead of the true ones."""
    inputs = [helper.make_tensor_value_info(picture, FLOAT, list(shape))]
    if sizes is not None:
        inputs.append(helper.make_tensor_value_info(sizes, TensorProto.INT64, [shape[0], 2]))
    nodes, told = [], []
    for name, value in outputs.items():
        nodes.append(helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value)))
        kind = helper.np_dtype_to_tensor_dtype(value.dtype)
        told.append(helper.make_tensor_value_info(name, kind, (free or {}).get(name, list(value.shape))))
    model = helper.make_model(
        helper.make_graph(nodes, "family", inputs, told),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path


def cells(size: tuple[int, int], strides: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Column, row and stride of every cell, in the order of the exports."""
    return [(x, y, s) for s in strides for y in range(-(-size[0] // s)) for x in range(-(-size[1] // s))]


def peak(distance: float, bins: int) -> np.ndarray:
    """Logits of a distribution over 0 to bins - 1 whose mean is the distance."""
    below = int(distance)
    share = distance - below
    weights = np.full(bins, 1e-12)
    weights[below] += 1.0 - share
    if share:
        weights[below + 1] += share
    return np.log(weights)


def nanodet_rows(
    size: tuple[int, int],
    boxes: list[tuple[float, float, float, float]],
    columns: list[int],
    strides: tuple[int, ...],
    centre: float,
    bins: int,
    classes: int = 80,
) -> np.ndarray:
    """Rows (cells, classes + 4 * bins): each box at the cell of stride 16 nearest to its middle, with score 0.9."""
    grid = cells(size, strides)
    rows = np.zeros((len(grid), classes + 4 * bins), np.float32)
    for box, column in zip(boxes, columns, strict=True):
        middle = ((box[0] + box[2]) / 32, (box[1] + box[3]) / 32)
        at = grid.index((int(middle[0] + 0.5 - centre), int(middle[1] + 0.5 - centre), 16))
        x, y = ((grid[at][k] + centre) * 16 for k in (0, 1))
        rows[at, column] = 0.9
        for side, distance in enumerate((x - box[0], y - box[1], box[2] - x, box[3] - y)):
            rows[at, classes + side * bins : classes + (side + 1) * bins] = peak(distance / 16, bins)
    return rows


def yolox_rows(
    size: tuple[int, int], boxes: list[tuple[float, float, float, float]], columns: list[int], *, decoded: bool
) -> np.ndarray:
    """Rows (cells, 85); objectness 0.95, class score 0.9 / 0.95."""
    grid = cells(size, (8, 16, 32))
    rows = np.zeros((len(grid), 85), np.float32)
    if decoded:
        rows[:, :2] = [((x + 0.4) * s, (y + 0.4) * s) for x, y, s in grid]
        rows[:, 2:4] = 10.0
    for box, column in zip(boxes, columns, strict=True):
        cx, cy, w, h = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]
        at = grid.index((int(cx / 16), int(cy / 16), 16))
        x, y, s = grid[at]
        rows[at, :4] = (cx, cy, w, h) if decoded else (cx / s - x, cy / s - y, np.log(w / s), np.log(h / s))
        rows[at, 4], rows[at, 5 + column] = 0.95, 0.9 / 0.95
    return rows
