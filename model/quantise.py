"""Int8 by given activation ranges: the graph with QuantizeLinear/DequantizeLinear pairs, which runtimes run in int8.

Activations: uint8, one scale per tensor, from the ranges measured once (`measure_ranges.py`). Weights: symmetric, one
scale per output channel, -63 to 63: with more, processors without VNNI would saturate sums of two products (16 bits)
and give other results than those with it; docs/detectors.md says what the bit costs. Biases: int32. The pictures are
whole numbers already: they go into the first convolution as they are, the mean moved into its bias. The last
convolution of each head gives float32, so that no score is rounded. Scheme: Jacob et al. 2018 (arXiv 1712.05877); pairs
as in the ONNX Runtime documentation on quantised models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import onnx
from onnx import helper, numpy_helper

from model.tfjs import Array

Ranges = Mapping[str, tuple[float, float]]
"""Tensor name: its smallest and largest value."""

KEEPS_RANGE = ("MaxPool", "Resize", "AveragePool")
"""Operations whose output lies within their input's range: same scale, no rounding twice."""
PICTURE_ZERO = 114
"""The grey level that padding of the first convolution means; near the mean of all three colours."""


def read_ranges(text: str) -> Ranges:
    """Ranges from JSON: an object of [smallest, largest] per tensor."""
    return {name: (float(low), float(high)) for name, (low, high) in json.loads(text).items()}


def activations(model: onnx.ModelProto) -> list[str]:
    """Names of the tensors whose ranges int8 needs, in the order of the graph."""
    return [
        node.output[0]
        for node in model.graph.node
        if node.op_type in ("Conv", "LeakyRelu", "Concat", "Add") and not _is_tail(model, node)
    ]


def _is_tail(model: onnx.ModelProto, node: onnx.NodeProto) -> bool:
    """True for the last convolution of a head and what follows it, which stay float32: no convolution comes after."""
    after = [n for n in model.graph.node if set(n.input) & set(node.output)]
    return all(n.op_type != "Conv" and _is_tail(model, n) for n in after)


def quantised(model: onnx.ModelProto, ranges: Ranges, *, weight_bits: int = 7) -> onnx.ModelProto:
    """The int8 model. Raises KeyError for a tensor without a range."""
    writer = _Writer(model, weight_bits)
    pictures = model.graph.input[0].name
    for node in model.graph.node:
        if node.op_type == "Transpose" and node.input[0] == pictures:
            writer.nodes.append(node)
            writer.as_pixels(node.output[0])
        elif node.op_type in ("Cast", "Sub") and not _is_tail(model, node):
            writer.as_before(node)
        elif _is_tail(model, node) and node.op_type != "Conv":
            writer.keep(node)
        elif node.op_type == "Conv":
            writer.convolution(node, None if _is_tail(model, node) else ranges[node.output[0]])
        elif node.op_type in KEEPS_RANGE:
            writer.other(node, None)
        elif node.op_type in ("LeakyRelu", "Concat", "Add"):
            writer.other(node, ranges[node.output[0]])
        else:
            writer.keep(node)
    return writer.model()


class _Writer:
    def __init__(self, model: onnx.ModelProto, weight_bits: int) -> None:
        self.source = model
        self.most = 2 ** (weight_bits - 1) - 1
        self.floats = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self.scale: dict[str, tuple[np.float32, np.uint8]] = {}
        self.name_of: dict[str, str] = {}
        self.mean: dict[str, Array] = {}

    def as_pixels(self, name: str) -> None:
        self.scale[name] = (np.float32(1.0), np.uint8(PICTURE_ZERO))
        self.dequantise(name, name)

    def as_before(self, node: onnx.NodeProto) -> None:
        """The pixels as numbers, and those less the mean: still the pixels, the mean to be taken off in the bias."""
        source, name = node.input[0], node.output[0]
        self.name_of[name], self.scale[name] = self.name_of[source], self.scale[source]
        if node.op_type == "Sub":
            self.mean[name] = self.floats[node.input[1]].ravel()

    def keep(self, node: onnx.NodeProto) -> None:
        kept = helper.make_node(
            node.op_type, [self.name_of.get(i, i) for i in node.input], list(node.output), name=node.name
        )
        kept.attribute.extend(node.attribute)
        self.nodes.append(kept)
        self.constants |= {i: self.floats[i] for i in node.input if i in self.floats}

    def convolution(self, node: onnx.NodeProto, bounds: tuple[float, float] | None) -> None:
        source, weights, bias = node.input[0], self.floats[node.input[1]], self.floats[node.input[2]]
        if source in self.mean:
            bias = bias + (weights.sum((2, 3)) * (PICTURE_ZERO - self.mean[source])).sum(1)
        scale = np.maximum(np.abs(weights).max((1, 2, 3)), 1e-9).astype(np.float32) / self.most
        integers = np.rint(weights / scale[:, None, None, None]).astype(np.int8)
        bias_scale = self.scale[source][0] * scale
        parts = (
            (node.input[1], integers, scale, np.zeros(len(scale), np.int8)),
            (node.input[2], np.rint(bias / bias_scale).astype(np.int32), bias_scale, np.zeros(len(scale), np.int32)),
        )
        for name, value, step, zero in parts:
            self.constants |= {f"{name}.q": value, f"{name}.scale": step, f"{name}.zero": zero}
            self.nodes.append(
                helper.make_node("DequantizeLinear", [f"{name}.q", f"{name}.scale", f"{name}.zero"], [name], axis=0)
            )
        self.put(node, bounds)

    def other(self, node: onnx.NodeProto, bounds: tuple[float, float] | None) -> None:
        """bounds None: the input's scale is the output's."""
        if bounds is None:
            self.scale[node.output[0]] = self.scale[node.input[0]]
        self.constants |= {i: self.floats[i] for i in node.input if i in self.floats}
        self.put(node, bounds, rounds=True)

    def put(self, node: onnx.NodeProto, bounds: tuple[float, float] | None, *, rounds: bool = False) -> None:
        name = node.output[0]
        rounded = rounds or bounds is not None
        raw = f"{name}.raw" if rounded else name
        put = helper.make_node(node.op_type, [self.name_of.get(i, i) for i in node.input], [raw], name=node.name)
        put.attribute.extend(node.attribute)
        self.nodes.append(put)
        if not rounded:
            return
        if bounds is not None:
            low, high = min(bounds[0], 0.0), max(bounds[1], 0.0)
            step = np.float32((high - low) / 255)
            self.scale[name] = step, np.uint8(np.clip(np.rint(-low / step), 0, 255))
        self.pair_constants(name)
        self.nodes.append(helper.make_node("QuantizeLinear", [raw, f"{name}.scale", f"{name}.zero"], [f"{name}.q"]))
        self.dequantise(f"{name}.q", name)

    def pair_constants(self, name: str) -> None:
        step, zero = self.scale[name]
        self.constants |= {f"{name}.scale": np.array(step, np.float32), f"{name}.zero": np.array(zero, np.uint8)}

    def dequantise(self, integers: str, name: str) -> None:
        self.pair_constants(name)
        self.name_of[name] = f"{name}.real"
        self.nodes.append(
            helper.make_node("DequantizeLinear", [integers, f"{name}.scale", f"{name}.zero"], [f"{name}.real"])
        )

    def model(self) -> onnx.ModelProto:
        source = self.source
        graph = helper.make_graph(
            self.nodes,
            source.graph.name,
            list(source.graph.input),
            list(source.graph.output),
            [numpy_helper.from_array(np.asarray(value), name) for name, value in self.constants.items()],
        )
        made = helper.make_model(
            graph, opset_imports=list(source.opset_import), producer_name="passerby", ir_version=source.ir_version
        )
        helper.set_model_props(made, {p.key: p.value for p in source.metadata_props})
        onnx.checker.check_model(made, full_check=True)
        return made
