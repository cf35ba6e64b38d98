"""Measures activation ranges of NanoDet-g on video and writes activation_ranges.json: numbers, no pixels.

``python -m model.measure_ranges CLIP...`` (needs av, opencv and onnxruntime). Run once; the result is in the
repository, so that building needs no video. Per tensor and frame the outermost 1 in 100,000 values on either side are
left out, and the widest range over all frames is kept: docs/detectors.md compares this with the plain extremes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import av
import cv2
import numpy as np
import onnx
import onnxruntime

from model import fetch
from model.build import RANGES
from model.quantise import activations
from model.tfjs import Array, read_graph
from model.to_onnx import PICTURES, nanodet_to_onnx

SIZES = ((480, 640), (416, 416))
EVERY, MOST = 40, 10
LEFT_OUT = 1e-5


def pictures(path: str, size: tuple[int, int]) -> Iterator[Array]:
    """Every 40th frame of a clip, ten at most, shrunk into the top left of the input."""
    taken = 0
    with av.open(path) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i % EVERY == 5 and taken < MOST:
                taken += 1
                image = frame.to_ndarray(format="bgr24")
                ratio = min(size[0] / image.shape[0], size[1] / image.shape[1], 1.0)
                small = cv2.resize(image, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
                canvas = np.zeros((1, *size, 3), np.uint8)
                canvas[0, : small.shape[0], : small.shape[1]] = small[: size[0], : size[1]]
                yield canvas


def measured(model: onnx.ModelProto, clips: list[str], left_out: float = LEFT_OUT) -> dict[str, tuple[float, float]]:
    """Range per tensor over the clips; left_out: share of a frame's values beyond it on either side, 0 for none."""
    names = activations(model)
    watched = onnx.ModelProto.FromString(model.SerializeToString())
    for name in names:
        watched.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    ranges = dict.fromkeys(names, (0.0, 0.0))
    for clip in clips:
        for size in SIZES:
            for canvas in pictures(clip, size):
                for name, values in zip(names, session.run(names, {PICTURES: canvas}), strict=True):
                    low, high = np.quantile(values, [left_out, 1 - left_out])
                    ranges[name] = (min(ranges[name][0], float(low)), max(ranges[name][1], float(high)))
    return ranges


def main(clips: list[str]) -> None:
    """Measure on the clips and write the file."""
    files = fetch.nanodet_files()
    ranges = measured(nanodet_to_onnx(read_graph(files[fetch.TOPOLOGY], files[fetch.WEIGHTS])), clips)
    rows = [f'"{name}": [{low:.5g}, {high:.5g}]' for name, (low, high) in ranges.items()]
    RANGES.write_text("{\n " + ",\n ".join(rows) + "\n}\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m model.measure_ranges CLIP...")
    main(sys.argv[1:])
