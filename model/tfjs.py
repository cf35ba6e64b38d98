"""Reads a TensorFlow.js graph model: nodes and float32 weights, no TensorFlow needed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Node:
    """One operation: inputs are names of nodes, with ``:k`` where it is not the node's first output."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    def text(self, key: str) -> str:
        """A string attribute."""
        return base64.b64decode(self.attributes[key]["s"]).decode()

    def ints(self, key: str) -> list[int]:
        """A list of whole numbers."""
        return [int(i) for i in self.attributes[key]["list"].get("i", [])]


@dataclass(frozen=True)
class Graph:
    """A frozen graph: nodes by name, constants by name, the shape of its only input."""

    nodes: Mapping[str, Node]
    constants: Mapping[str, Array]
    input_shape: tuple[int, ...]


def read_graph(topology: bytes, weights: bytes) -> Graph:
    """Read model.json and its weights (one file). Raises ValueError where they do not belong together.

    Format: the ``modelTopology`` and ``weightsManifest`` of the TensorFlow.js converter's graph models.
    """
    model = json.loads(topology)
    constants: dict[str, Array] = {}
    at = 0
    for entry in (e for group in model["weightsManifest"] for e in group["weights"]):
        stored = np.dtype(entry.get("quantization", entry)["dtype"])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        value = np.frombuffer(weights, stored, count, at).reshape(entry["shape"])
        constants[entry["name"]] = value.astype(np.float32) if stored.kind == "f" else value
        at += count * stored.itemsize
    if at != len(weights):
        raise ValueError(f"the weights hold {len(weights)} bytes, the model describes {at}")
    nodes = {
        n["name"]: Node(
            n["name"],
            n["op"],
            tuple(i for i in n.get("input", []) if not i.startswith("^")),
            n.get("attr", {}),
        )
        for n in model["modelTopology"]["node"]
    }
    (signature,) = model["signature"]["inputs"].values()
    return Graph(nodes, constants, tuple(int(d["size"]) for d in signature["tensorShape"]["dim"]))
