"""`Detector`: road users in pictures, by the packaged network or one that the user brings."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from passerby.errors import InputError
from passerby.vision.detections import Detections
from passerby.vision.families import Array, Family, picture_port, recognised
from passerby.vision.frame import Picture
from passerby.vision.letterbox import STEP_PX, Fit, fitted, free_size_for, size_for
from passerby.vision.packaged_model import packaged_model
from passerby.vision.runtime import Graph, open_runtime, read_graph
from passerby.vision.suppression import without_doubles

LADDER: Final = ((192, 256), (256, 320), (320, 416), (416, 544), (480, 640), (576, 768))
"""Inputs (h, w) of a network that takes any size: each half as large again as the one before, or less."""


class Detector:
    """Finds road users. name: of the family; input_sizes: (h, w) px that the input may have, small to large.

    any_size: the input may have any height and width that are multiples of 32, so that a picture needs no scaling.
    May be used from several threads.
    """

    def __init__(self, model: Path, provider: str | None, threads: int, *, what: str | None = None) -> None:
        what = what or model.name
        self._graph: Graph = read_graph(model)
        self._family: Family = recognised(what, self._graph)
        port = picture_port(self._graph)
        if port is None:
            raise InputError(f"{what}: wanted one input of pictures, found {len(self._graph.inputs)} inputs")
        self._port = port
        self._batch = port.shape[0]
        rows, columns = port.shape[1:3] if self._family.pixels else port.shape[2:]
        self.name = self._family.name
        self.any_size = rows is None or columns is None
        self.input_sizes: list[tuple[int, int]]
        if rows is not None and columns is not None:
            self.input_sizes = [(rows, columns)]
        elif self._family.pixels:
            self.input_sizes = list(LADDER)
        else:
            side = self._family.default_px
            self.any_size, self.input_sizes = False, [(side, side)]
        # one network on one core per picture outruns one picture on two cores; alone, a picture gets both
        self._wide = open_runtime(model, provider, threads)
        many = threads > 1 and not self._wide.at_once
        self._narrow = open_runtime(model, provider, 1) if many else self._wide
        self._workers = ThreadPoolExecutor(threads, "detector") if many else None

    def size_for(self, height: int, width: int) -> tuple[int, int]:
        """The input (h, w) that a picture of this size goes into: as it is where that is possible."""
        if self.any_size:
            most = self.input_sizes[-1]
            return free_size_for(height, width, most[0] * most[1])
        return size_for(height, width, self.input_sizes)

    def detect(
        self, images: Sequence[Picture], min_score: float = 0.1, *, size: tuple[int, int] | None = None
    ) -> list[Detections]:
        """What is in each picture, uint8 (h, w, 3) BGR: boxes in its pixels, scores from min_score up.

        size: (h, w) of the input instead of the fitting one; only where any_size, multiples of 32. Pictures are never
        enlarged (but for families trained on stretched ones); those that do not fit are shrunk. Low scores are of use:
        a tracker associates them second.
        """
        for image in images:
            if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
                raise InputError(f"a picture has shape {image.shape}, {image.dtype}; wanted (height, width, 3), uint8")
        if size is not None and (not self.any_size or size[0] % STEP_PX or size[1] % STEP_PX or min(size) <= 0):
            raise InputError(f"{self.name}: no input of {size[0]} x {size[1]} px; there is {self.input_sizes}")
        sizes = [size or self.size_for(*image.shape[:2]) for image in images]
        if self._wide.at_once:
            return self._together(images, sizes, min_score)
        if self._workers is None or len(images) < 2:
            return [self._one(image, s, min_score, narrow=False) for image, s in zip(images, sizes, strict=True)]
        tasks = [
            self._workers.submit(self._one, image, s, min_score, narrow=True)
            for image, s in zip(images, sizes, strict=True)
        ]
        return [task.result() for task in tasks]

    def _one(self, image: Picture, size: tuple[int, int], min_score: float, *, narrow: bool) -> Detections:
        whole, fit = fitted(image, size, pad=self._family.pad, stretch=self._family.stretch)
        (found,) = self._run(whole[None], [fit], min_score, narrow=narrow)
        return found

    def _together(
        self, images: Sequence[Picture], sizes: Sequence[tuple[int, int]], min_score: float
    ) -> list[Detections]:
        """One run per input size."""
        found: dict[int, Detections] = {}
        for size in set(sizes):
            rows = [i for i, s in enumerate(sizes) if s == size]
            pairs = [fitted(images[i], size, pad=self._family.pad, stretch=self._family.stretch) for i in rows]
            step = self._batch or len(rows)
            for at in range(0, len(rows), step):
                part = pairs[at : at + step]
                results = self._run(np.stack([p for p, _ in part]), [f for _, f in part], min_score, narrow=False)
                found |= dict(zip(rows[at : at + step], results, strict=True))
        return [found[i] for i in range(len(images))]

    def _run(self, pictures: Picture, fits: Sequence[Fit], min_score: float, *, narrow: bool) -> list[Detections]:
        height, width = pictures.shape[1:3]
        lacking = (self._batch or len(pictures)) - len(pictures)
        if lacking > 0:
            pictures = np.concatenate([pictures, np.repeat(pictures[-1:], lacking, axis=0)])
        feeds: dict[str, Array] = {self._port.name: self._family.prepared(pictures, self._port.dtype)}
        for port in self._graph.inputs:
            if port.name != self._port.name:
                # the only other input that a family has: the size that boxes are to be given for, width first
                feeds[port.name] = np.tile(np.array([[width, height]], port.dtype), (len(pictures), 1))
        outputs = (self._narrow if narrow else self._wide).run(feeds)
        results = []
        for i, fit in enumerate(fits):
            values = {port.name: value[i] for port, value in zip(self._graph.outputs, outputs, strict=True)}
            candidates = self._family.decode(values, height, width, min_score)
            merged = without_doubles(candidates, min_score)
            boxes = fit.to_picture(merged.boxes)
            results.append(
                Detections(boxes, merged.score, merged.kind).take((boxes[:, 2:] - boxes[:, :2]).min(axis=1) > 0.5)
                if len(merged)
                else merged
            )
        return results


def load_detector(model: Path | None = None, *, provider: str | None = None, threads: int = 2) -> Detector:
    """The packaged detector, or an ONNX model of a known family (docs/detectors.md).

    provider: where it runs (cpu, openvino, cuda, ...), the CPU if None. threads: at least 1; two pictures are worked on
    at once on two threads, one picture alone uses both. Raises InputError, PrivacyError, DependencyError.
    """
    if threads < 1:
        raise InputError(f"threads is {threads}; wanted 1 or more")
    if model is None:
        return Detector(packaged_model(), provider, threads, what="the packaged detector")
    return Detector(Path(model), provider, threads)
