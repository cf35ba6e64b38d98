"""`Frame`: one decoded picture, in memory and nowhere else."""

from __future__ import annotations

from typing import Any, NoReturn

import cv2
import numpy as np
import numpy.typing as npt

from passerby.errors import PrivacyError

Picture = npt.NDArray[np.uint8]


class Frame:
    """A picture of a camera: index (from 0, counting what the source produced, dropped ones too), t (epoch s).

    width, height in pixels. luma and bgr give the pixels to this room; a frame can be neither pickled nor copied.
    """

    __slots__ = ("_bgr", "_luma", "_yuv", "height", "index", "t", "width")

    def __init__(self, index: int, t: float, *, yuv420: Picture | None = None, bgr: Picture | None = None) -> None:
        """yuv420: planar Y, U, V, shape (h * 3 / 2, w), even h and w; or bgr: shape (h, w, 3)."""
        self.index, self.t = index, t
        self._yuv, self._bgr = yuv420, bgr
        self._luma: Picture | None = None
        if yuv420 is not None:
            self.height, self.width = yuv420.shape[0] * 2 // 3, yuv420.shape[1]
        elif bgr is not None:
            self.height, self.width = bgr.shape[:2]
        else:
            raise ValueError("a frame needs its pixels")

    def luma(self) -> Picture:
        """Brightness, uint8, shape (h, w); a view where the decoder gave planes."""
        if self._luma is None:
            if self._yuv is not None:
                self._luma = self._yuv[: self.height]
            else:
                self._luma = np.asarray(cv2.cvtColor(self.bgr(), cv2.COLOR_BGR2GRAY), np.uint8)
        return self._luma

    def bgr(self) -> Picture:
        """Blue, green, red, uint8, shape (h, w, 3); converted when first asked for."""
        if self._bgr is None:
            assert self._yuv is not None
            self._bgr = np.asarray(cv2.cvtColor(self._yuv, cv2.COLOR_YUV2BGR_I420), np.uint8)
        return self._bgr

    def __repr__(self) -> str:
        return f"Frame(index={self.index}, t={self.t:.3f}, {self.width}x{self.height})"

    def __reduce_ex__(self, _: Any) -> NoReturn:
        raise PrivacyError("a frame never leaves the process that decoded it; hand on tracks instead")
