"""NanoDet-g as ONNX: any batch, any picture size, pixels in, scores of road users and box distributions out.

The TensorFlow.js graph was itself made from ONNX: around every convolution it turns the tensor to channels-last and
back. Here each tensor carries the turn that is still owed, so that the turns cancel and none is left; paddings are
folded into the convolution that follows, biases into the one before. Nothing depends on the picture size: the resizes
are by factors, the reshapes by channels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model.tfjs import Array, Graph, Node

MEAN_BGR = (103.53, 116.28, 123.675)
STD_BGR = (57.375, 57.12, 58.395)
STRIDES = (8, 16, 32)
BINS = 11
"""Distances are distributions over 0, 1, ..., 10 strides (reg_max 10)."""

COCO_OF_KIND = {"person": 0, "bicycle": 1, "car": 2, "motorcycle": 3, "bus": 5, "truck": 7, "train": 6}
COCO_CARRIED = (*range(24, 32), *range(34, 46), 67, 73, 74, *range(76, 80))
"""Bags, skis, bottles, telephones and other things that a road user may hold, and that are no sign of a mistake."""
COCO_OTHER = tuple(sorted(set(range(80)) - set(COCO_OF_KIND.values()) - set(COCO_CARRIED)))
CHANNELS_FIRST, CHANNELS_LAST = (0, 1, 2, 3), (0, 2, 3, 1)
PICTURES, SCORES, DISTANCES = "pictures", "scores", "distances"
OPSET = 17


@dataclass(frozen=True)
class _Value:
    """A tensor of the ONNX graph as the TensorFlow graph sees it: its axis i is axis turn[i] of the tensor."""

    name: str
    channels: int
    stride: int
    turn: tuple[int, ...] = CHANNELS_FIRST
    pads: tuple[int, ...] = (0, 0, 0, 0)


@dataclass
class _Convolution:
    """A convolution whose bias and whose split into heads are not known yet."""

    weights: Array
    attributes: dict[str, Any]
    source: str


class _Writer:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self.open: dict[str, _Convolution] = {}
        self.values: dict[str, _Value | list[_Value]] = {}
        self.counts: dict[str, int] = {}
        self.scores: set[str] = set()
        self.consumers: dict[str, int] = {}
        for node in graph.nodes.values():
            for name in node.inputs:
                self.consumers[name] = self.consumers.get(name, 0) + 1

    def emit(self, op: str, inputs: list[str], **attributes: Any) -> str:
        """Append a node and name its output after the operation and its number."""
        self.counts[op] = self.counts.get(op, 0) + 1
        name = f"{op}_{self.counts[op]}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: Array) -> str:
        self.constants[name] = value
        return name

    def emit_convolution(self, conv: _Convolution, weights: Array, bias: Array) -> str:
        name = f"Conv_{self.counts.get('Conv', 0) + 1}"
        self.constant(f"{name}.weight", np.ascontiguousarray(weights, np.float32))
        self.constant(f"{name}.bias", np.ascontiguousarray(bias, np.float32))
        return self.emit("Conv", [conv.source, f"{name}.weight", f"{name}.bias"], **conv.attributes)

    def value(self, ref: str) -> _Value:
        name, _, index = ref.partition(":")
        if name not in self.values:
            self.values[name] = self.translate(self.graph.nodes[name])
        found = self.values[name]
        return found[int(index or 0)] if isinstance(found, list) else found

    def translate(self, node: Node) -> _Value | list[_Value]:
        method = getattr(self, f"_{node.op.lower()}", None)
        if method is None:
            raise ValueError(f"{node.name}: the operation {node.op} is not part of NanoDet-g as it was published")
        result: _Value | list[_Value] = method(node)
        return result

    def closed(self, ref: str) -> _Value:
        """The value, which owes no padding and is no half-made convolution."""
        value = self.value(ref)
        if any(value.pads) or value.name in self.open:
            raise ValueError(f"{ref}: used where only a convolution's padding or bias was expected")
        return value

    def _placeholder(self, _: Node) -> _Value:
        turned = self.emit("Transpose", [PICTURES], perm=[0, 3, 1, 2])
        numbers = self.emit("Cast", [turned], to=TensorProto.FLOAT)
        mean = self.constant("mean", np.array(MEAN_BGR, np.float32).reshape(1, 3, 1, 1))
        return _Value(self.emit("Sub", [numbers, mean]), 3, 1)

    def _identity(self, node: Node) -> _Value:
        return self.closed(node.inputs[0])

    def _transpose(self, node: Node) -> _Value:
        value, order = self.value(node.inputs[0]), self.graph.constants[node.inputs[1]]
        return replace(value, turn=tuple(value.turn[int(i)] for i in order))

    def _pad(self, node: Node) -> _Value:
        value, amounts = self.closed(node.inputs[0]), self.graph.constants[node.inputs[1]]
        by_axis = {value.turn[i]: tuple(int(n) for n in pair) for i, pair in enumerate(amounts)}
        if any(by_axis[0]) or any(by_axis[1]):
            raise ValueError(f"{node.name}: pads more than rows and columns")
        return replace(value, pads=(by_axis[2][0], by_axis[3][0], by_axis[2][1], by_axis[3][1]))

    def _padv2(self, node: Node) -> _Value:
        if self.graph.constants[node.inputs[2]] > -1e30:
            raise ValueError(f"{node.name}: pads with something else than minus infinity")
        return self._pad(node)

    def _conv2d(self, node: Node) -> _Value:
        value = self.value(node.inputs[0])
        if value.turn != CHANNELS_LAST or node.text("padding") != "VALID" or node.ints("dilations") != [1, 1, 1, 1]:
            raise ValueError(f"{node.name}: another layout, padding or dilation than NanoDet-g has")
        weights = self.graph.constants[node.inputs[1]].transpose(3, 2, 0, 1)
        if value.stride == 1:
            weights = weights / np.array(STD_BGR, np.float32).reshape(1, 3, 1, 1)
        step = node.ints("strides")[1]
        attributes = {"kernel_shape": list(weights.shape[2:]), "strides": [step, step], "pads": list(value.pads)}
        self.open[node.name] = _Convolution(weights, attributes, value.name)
        return _Value(node.name, len(weights), value.stride * step, CHANNELS_LAST)

    def _add(self, node: Node) -> _Value:
        first = self.value(node.inputs[0])
        conv = self.open.pop(first.name, None)
        if conv is None:
            one, other = self.closed(node.inputs[0]), self.closed(node.inputs[1])
            if one.turn != other.turn:
                raise ValueError(f"{node.name}: adds tensors of two layouts")
            return replace(one, name=self.emit("Add", [one.name, other.name]))
        bias = self.graph.constants[node.inputs[1]]
        if self.consumers[node.name] == 1 and self._split_of(node) is not None:
            self.open[node.name] = conv
            self.constants[node.name] = bias
            return replace(first, name=node.name)
        return replace(first, name=self.emit_convolution(conv, conv.weights, bias))

    def _split_of(self, node: Node) -> Node | None:
        """The split that a convolution's output, turned, goes to."""
        after = [n for n in self.graph.nodes.values() if node.name in n.inputs]
        last = [n for n in self.graph.nodes.values() if after and after[0].name in n.inputs]
        return last[0] if last and last[0].op == "SplitV" else None

    def _splitv(self, node: Node) -> list[_Value]:
        """The head: scores of 80 classes and box distributions.

        Of the scores, the road users' remain, people's less the best score of what is no road user and is not carried
        by one: what looks as much like a traffic light or a dog as like a person is seldom a person. Vehicles keep
        theirs: from above a car looks like much else and is still a car.
        """
        value = self.value(node.inputs[0])
        conv, bias = self.open.pop(value.name), self.constants.pop(value.name)
        sizes = self.graph.constants[node.inputs[1]]
        if value.turn != CHANNELS_FIRST or list(sizes) != [80, 4 * BINS]:
            raise ValueError(f"{node.name}: the head has another shape than NanoDet-g's")
        road, other, boxes = (
            self.emit_convolution(conv, conv.weights[list(rows)], bias[list(rows)])
            for rows in (COCO_OF_KIND.values(), COCO_OTHER, range(80, 80 + 4 * BINS))
        )
        rival = self.emit("Sigmoid", [self.emit("ReduceMax", [other], axes=[1], keepdims=1)])
        people = [kind == "person" for kind in COCO_OF_KIND]
        rival = self.emit("Mul", [rival, self.constant("people", np.array(people, np.float32).reshape(1, -1, 1, 1))])
        margin = self.emit("Relu", [self.emit("Sub", [self.emit("Sigmoid", [road]), rival])])
        self.scores.add(margin)
        return [_Value(margin, len(COCO_OF_KIND), value.stride), _Value(boxes, 4 * BINS, value.stride)]

    def _leakyrelu(self, node: Node) -> _Value:
        value = self.closed(node.inputs[0])
        return replace(value, name=self.emit("LeakyRelu", [value.name], alpha=float(node.attributes["alpha"]["f"])))

    def _sigmoid(self, node: Node) -> _Value:
        value = self.closed(node.inputs[0])
        return value if value.name in self.scores else replace(value, name=self.emit("Sigmoid", [value.name]))

    def _concatv2(self, node: Node) -> _Value:
        values = [self.closed(ref) for ref in node.inputs[:-1]]
        axis = values[0].turn[int(self.graph.constants[node.inputs[-1]])]
        if axis != 1 or len({(v.turn, v.stride) for v in values}) != 1:
            raise ValueError(f"{node.name}: joins something else than channels")
        channels = sum(v.channels for v in values)
        return replace(values[0], channels=channels, name=self.emit("Concat", [v.name for v in values], axis=1))

    def _maxpool(self, node: Node) -> _Value:
        value = self.value(node.inputs[0])
        size, step = node.ints("ksize")[1], node.ints("strides")[1]
        name = self.emit(
            "MaxPool", [value.name], kernel_shape=[size, size], strides=[step, step], pads=list(value.pads)
        )
        return replace(value, name=name, stride=value.stride * step, pads=(0, 0, 0, 0))

    def _resizebilinear(self, node: Node) -> _Value:
        value = self.closed(node.inputs[0])
        if not node.attributes["half_pixel_centers"]["b"]:
            raise ValueError(f"{node.name}: resizes by another rule than half-pixel centres")
        rows = int(self.graph.constants[node.inputs[1]][0])
        stride = self.graph.input_shape[2] // rows
        if 2 * stride == value.stride:
            factors = self.constant("twice", np.array([1, 1, 2, 2], np.float32))
            name = self.emit("Resize", [value.name, "", factors], mode="linear")
        elif stride == 2 * value.stride:
            # to half the size, bilinear with half-pixel centres is the mean of each four
            name = self.emit("AveragePool", [value.name], kernel_shape=[2, 2], strides=[2, 2])
        else:
            raise ValueError(f"{node.name}: resizes from stride {value.stride} to {stride}")
        return replace(value, name=name, stride=stride)

    def _reshape(self, node: Node) -> _Value:
        value = self.closed(node.inputs[0])
        shape = self.constant(f"rows_of_{value.channels}", np.array([0, value.channels, -1], np.int64))
        return replace(value, name=self.emit("Reshape", [value.name, shape]), turn=(0, 1, 2))


def nanodet_to_onnx(graph: Graph) -> onnx.ModelProto:
    """NanoDet-g as a float32 ONNX model. Raises ValueError where the graph is not the published one.

    pictures: uint8 (n, h, w, 3), blue, green, red, h and w multiples of 32. scores: (n, 7, cells), 0 to 1, one row per
    kind of road user, less the best score of anything else. distances: (n, 44, cells), logits of left, top, right,
    bottom over 0 to 10 strides. Cells row by row at strides 8, 16, 32; a cell's centre is at (column + 0.5, row + 0.5)
    strides.
    """
    writer = _Writer(graph)
    for output, names in (
        (SCORES, ("Identity", "Identity_1", "Identity_2")),
        (DISTANCES, ("Identity_3", "Identity_4", "Identity_5")),
    ):
        values = [writer.value(name) for name in names]
        if tuple(v.stride for v in values) != STRIDES:
            raise ValueError(f"{output}: strides {[v.stride for v in values]} instead of {list(STRIDES)}")
        writer.nodes.append(helper.make_node("Concat", [v.name for v in values], [output], name=output, axis=2))
    model = helper.make_model(
        helper.make_graph(
            writer.nodes,
            "nanodet-g",
            [helper.make_tensor_value_info(PICTURES, TensorProto.UINT8, ["batch", "height", "width", 3])],
            [
                helper.make_tensor_value_info(SCORES, TensorProto.FLOAT, ["batch", len(COCO_OF_KIND), "cells"]),
                helper.make_tensor_value_info(DISTANCES, TensorProto.FLOAT, ["batch", 4 * BINS, "cells"]),
            ],
            [numpy_helper.from_array(value, name) for name, value in writer.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="passerby",
        ir_version=8,
    )
    helper.set_model_props(
        model,
        {
            "family": "passerby-nanodet",
            "names": ",".join(COCO_OF_KIND),
            "strides": ",".join(map(str, STRIDES)),
            "licence": "Apache-2.0 (NanoDet-g weights, RangiLyu/nanodet)",
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return model
