"""Families of detectors, recognised from what a graph's inputs and outputs look like, never from a file's name.

What each export takes and gives, from its own repository:

- NanoDet (RangiLyu/nanodet tools/export_onnx.py): BGR, mean and standard deviation of ImageNet; one output of class
  scores (after the sigmoid) and distance distributions per cell, or one of each per stride. Four strides: NanoDet-Plus,
  whose cells are placed by their corner; three: by their centre.
- YOLOX (Megvii-BaseDetection/YOLOX tools/export_onnx.py): BGR, 0 to 255, padded with 114.
- RTMDet (MMDeploy, end2end.onnx): BGR, mean and standard deviation of ImageNet, padded with 114; ``dets`` with the
  score in the fifth column, ``labels`` of whole numbers.
- RF-DETR (rfdetr export): RGB, 0 to 1, mean and standard deviation of ImageNet, stretched; ``dets`` and ``labels``
  (logits by COCO's own ids).
- RT-DETR, RT-DETRv2, D-FINE, DEIM (tools/deployment/export_onnx.py): RGB, 0 to 1, stretched; a second input with the
  size of the picture; ``labels``, ``boxes``, ``scores``. Exported through Transformers: ``logits`` and ``pred_boxes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from passerby.errors import InputError
from passerby.vision import decoders
from passerby.vision.class_names import columns_of_kinds, names_in, refuse_identifying
from passerby.vision.runtime import Graph, Port
from passerby.vision.suppression import Candidates

Array = npt.NDArray[Any]
Decode = Callable[[Mapping[str, Array], int, int, float], Candidates]
"""Outputs of one picture by name (without the batch axis), input height and width, least score."""

KNOWN: Final = "NanoDet, YOLOX, RTMDet, RF-DETR, RT-DETR, D-FINE"
MEAN_BGR, STD_BGR = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)
PLAIN_STRIDES, PLUS_STRIDES = (8, 16, 32), (8, 16, 32, 64)


@dataclass(frozen=True, eq=False)
class Family:
    """How to feed a network and to read it. mean, std: per channel in the network's order, of levels 0 to 255."""

    name: str
    decode: Decode
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    rgb: bool = False
    pad: int = 114
    stretch: bool = False
    pixels: bool = False
    """The input takes the pixels as they are: uint8, (n, h, w, 3), blue, green, red."""
    default_px: int = 640
    """Side of the input where the graph leaves it free."""

    def prepared(self, pictures: npt.NDArray[np.uint8], dtype: str) -> Array:
        """Pictures, uint8 (n, h, w, 3) BGR, as the network's input."""
        if self.pixels:
            return pictures
        ordered = pictures[..., ::-1] if self.rgb else pictures
        scaled = (ordered.astype(np.float32) - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        kind = np.float16 if dtype == "float16" else np.float32
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), kind)


_IMAGENET_RGB: Final = {
    "mean": tuple(255 * v for v in (0.485, 0.456, 0.406)),
    "std": tuple(255 * v for v in (0.229, 0.224, 0.225)),
}


def recognised(what: str, graph: Graph) -> Family:
    """The family of a graph; what: name for messages. Raises InputError, PrivacyError."""
    names = names_in(graph.metadata)
    refuse_identifying(what, [port.name for port in graph.outputs])
    for recognise in (_packaged, _rt_detr, _transformers, _rf_detr, _rtmdet, _nanodet_by_stride, _one_output):
        family = recognise(what, graph, names)
        if family is not None:
            return family
    found = f"{_told(graph.inputs)} in, {_told(graph.outputs)} out"
    raise InputError(f"{what}: not a graph of a family that is known ({KNOWN}); found {found}")


def _told(ports: Sequence[Port]) -> str:
    return ", ".join(f"{p.name} {p.dtype} ({' x '.join(str(d or '?') for d in p.shape)})" for p in ports[:6])


def picture_port(graph: Graph) -> Port | None:
    """The input that takes the pictures: four axes, three channels."""
    found = [p for p in graph.inputs if len(p.shape) == 4]
    return found[0] if len(found) == 1 else None


def _by_name(graph: Graph) -> dict[str, Port]:
    return {port.name: port for port in graph.outputs}


def _packaged(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    port, outputs = picture_port(graph), _by_name(graph)
    if port is None or port.dtype != "uint8" or set(outputs) != {"scores", "distances"}:
        return None
    columns = columns_of_kinds(what, names, outputs["scores"].shape[1])

    def decode(values: Mapping[str, Array], height: int, width: int, least: float) -> Candidates:
        points, strides = decoders.cells(height, width, PLAIN_STRIDES, 0.5)
        scores = values["scores"] if columns == list(range(7)) else _rows(values["scores"], columns)
        return decoders.from_distributions(scores, values["distances"], points, strides, least)

    return Family("NanoDet-g", decode, pad=0, pixels=True)


def _rows(scores: Array, columns: Sequence[int | None]) -> Array:
    nothing = np.zeros_like(scores[:1])[0]
    return np.stack([nothing if column is None else scores[column] for column in columns])


def _rt_detr(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    outputs = _by_name(graph)
    sizes = [p for p in graph.inputs if len(p.shape) == 2 and p.dtype.startswith("int")]
    if len(sizes) != 1 or not {"labels", "boxes", "scores"} <= set(outputs):
        return None
    columns = columns_of_kinds(what, names, None)

    def decode(values: Mapping[str, Array], _h: int, _w: int, least: float) -> Candidates:
        return decoders.from_labels(values["boxes"], values["scores"], values["labels"], columns, least)

    return Family("RT-DETR/D-FINE", decode, std=(255.0,) * 3, rgb=True, stretch=True)


def _queries(
    name: str, what: str, names: list[str] | None, outputs: tuple[Port, Port], mean_std: Mapping[str, Any]
) -> Family:
    boxes, logits = outputs
    columns = columns_of_kinds(what, names, logits.shape[-1])

    def decode(values: Mapping[str, Array], height: int, width: int, least: float) -> Candidates:
        return decoders.from_queries(values[boxes.name], values[logits.name], columns, height, width, least)

    return Family(name, decode, rgb=True, stretch=True, **mean_std)


def _transformers(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    outputs = _by_name(graph)
    if not {"logits", "pred_boxes"} <= set(outputs):
        return None
    both = outputs["pred_boxes"], outputs["logits"]
    if both[1].shape[-1] in (90, 91, 92) and names is None:
        return _queries("RF-DETR", what, names, both, _IMAGENET_RGB)
    return _queries("RT-DETR/D-FINE", what, names, both, {"std": (255.0,) * 3})


def _rf_detr(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    outputs = _by_name(graph)
    dets, labels = outputs.get("dets"), outputs.get("labels")
    if dets is None or labels is None or not labels.dtype.startswith("float") or dets.shape[-1] not in (4, None):
        return None
    return _queries("RF-DETR", what, names, (dets, labels), _IMAGENET_RGB)


def _rtmdet(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    outputs = _by_name(graph)
    dets, labels = outputs.get("dets"), outputs.get("labels")
    if dets is None or labels is None or not labels.dtype.startswith("int") or dets.shape[-1] not in (5, None):
        return None
    columns = columns_of_kinds(what, names, None)

    def decode(values: Mapping[str, Array], _h: int, _w: int, least: float) -> Candidates:
        rows = values["dets"]
        return decoders.from_labels(rows[:, :4], rows[:, 4], values["labels"], columns, least)

    return Family("RTMDet", decode, MEAN_BGR, STD_BGR)


def _nanodet_by_stride(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    """NanoDet before Plus: one output of scores and one of distributions for each stride."""
    ranked = [p for p in graph.outputs if len(p.shape) == 3 and p.dtype.startswith("float")]
    half = len(graph.outputs) // 2
    if len(ranked) != len(graph.outputs) or half not in (3, 4):
        return None
    first, last = ranked[:half], ranked[half:]
    scores, boxes = {p.shape[-1] for p in first}, {p.shape[-1] for p in last}
    if len(scores) != 1 or len(boxes) != 1 or None in scores | boxes:
        return None
    (classes,), (bins,) = scores, boxes
    if bins is None or bins % 4 or bins < 20:
        return None
    columns = columns_of_kinds(what, names, classes)
    strides, centre = (PLAIN_STRIDES, 0.5) if half == 3 else (PLUS_STRIDES, 0.0)

    def decode(values: Mapping[str, Array], height: int, width: int, least: float) -> Candidates:
        points, steps = decoders.cells(height, width, strides, centre)
        found = np.concatenate([values[p.name] for p in first]).T
        logits = np.concatenate([values[p.name] for p in last]).T
        return decoders.from_distributions(_rows(found, columns), logits, points, steps, least)

    return Family("NanoDet", decode, MEAN_BGR, STD_BGR, pad=0, default_px=416)


def _one_output(what: str, graph: Graph, names: list[str] | None) -> Family | None:
    """NanoDet (with Plus) and YOLOX: rows of cells. How many cells there are tells the strides, and so the family."""
    port = picture_port(graph)
    if port is None or len(graph.outputs) != 1 or len(graph.outputs[0].shape) != 3:
        return None
    output = graph.outputs[0]
    rows, width = output.shape[1:]
    height_px, width_px = port.shape[2:]
    if width is None or rows is None or height_px is None or width_px is None:
        return None
    classes = len(names) if names is not None else 80
    plain, plus = (len(decoders.cells(height_px, width_px, s, 0.5)[1]) for s in (PLAIN_STRIDES, PLUS_STRIDES))
    bins, odd = divmod(width - classes, 4)
    if not odd and bins >= 5 and rows in (plain, plus):
        columns = columns_of_kinds(what, names, classes)
        strides, centre = (PLUS_STRIDES, 0.0) if rows == plus else (PLAIN_STRIDES, 0.5)
        return Family(
            "NanoDet-Plus" if rows == plus else "NanoDet",
            partial(_nanodet_rows, output.name, classes, columns, strides, centre),
            MEAN_BGR,
            STD_BGR,
            pad=0,
        )
    if rows == plain and (names is None or width == 5 + classes):
        columns = columns_of_kinds(what, names, width - 5)

        def decode(values: Mapping[str, Array], height: int, width: int, least: float) -> Candidates:
            return decoders.from_yolox(values[output.name], columns, height, width, least)

        return Family("YOLOX", decode)
    return None


def _nanodet_rows(
    name: str,
    classes: int,
    columns: Sequence[int | None],
    strides: tuple[int, ...],
    centre: float,
    values: Mapping[str, Array],
    height: int,
    width: int,
    least: float,
) -> Candidates:
    points, steps = decoders.cells(height, width, strides, centre)
    table = values[name].T
    return decoders.from_distributions(_rows(table[:classes], columns), table[classes:], points, steps, least)
