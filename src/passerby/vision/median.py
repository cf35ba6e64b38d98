"""Median of many pictures with holes, in little memory: the remedian, over sorting networks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from passerby.vision.frame import Picture

BASE: Final = 11


class HoledStack:
    """Up to BASE pictures of one size, uint8 (h, w, 3), each with holes; `median()` of what is there.

    The holes of a pixel are filled with 0 and 255 in turn, so that the middle of the sorted stack is the median of what
    was seen (the lower one where their number is even).
    """

    def __init__(self, height: int, width: int) -> None:
        self.pictures: list[Picture] = []
        self.seen = np.zeros((height, width), np.uint8)
        self._dark = np.zeros((height, width), bool)

    def __len__(self) -> int:
        return len(self.pictures)

    def add(self, picture: Picture, free: npt.NDArray[np.bool_]) -> None:
        """A picture and where it may be used."""
        own = picture.copy()
        own[~free] = 0
        own[~free & self._dark] = 255
        self._dark ^= ~free
        self.seen += free
        self.pictures.append(own)

    def median(self) -> Picture:
        """uint8 (h, w, 3); meaningless where `seen` is 0."""
        return self.ordered()[BASE // 2]

    def ordered(self) -> list[Picture]:
        """BASE pictures, each pixel's values from low to high."""
        stack = [p.copy() for p in self.pictures]
        dark = self._dark.copy()
        while len(stack) < BASE:
            stack.append(np.repeat(np.where(dark, 255, 0).astype(np.uint8)[:, :, None], 3, axis=2))
            dark ^= True
        for i, j in _network(BASE):
            low = np.asarray(cv2.min(stack[i], stack[j]), np.uint8)
            cv2.max(stack[i], stack[j], dst=stack[j])
            stack[i] = low
        return stack


@lru_cache(maxsize=4)
def _network(n: int) -> tuple[tuple[int, int], ...]:
    return tuple(_merge_exchange(n))


def _merge_exchange(n: int) -> Iterator[tuple[int, int]]:
    """Comparators of Batcher's merge exchange (Knuth, The Art of Computer Programming 3, algorithm 5.2.2M)."""
    top = 1 << max(0, (n - 1).bit_length() - 1)
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while True:
            for i in range(n - d):
                if i & p == r:
                    yield i, i + d
            if q == p:
                break
            d, q, r = q - p, q >> 1, p
        p >>= 1
