"""From FFmpeg's pictures, whatever their pixel format, to `Frame`."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from passerby.vision.frame import Frame, Picture

MAX_PIXELS = 40_000_000
"""A damaged header may announce any size: larger pictures (8K has 33 million) are refused before memory is taken."""


class Pixels:
    """Turns decoded pictures into frames: planar YUV 4:2:0, 8 bit, studio range, upright."""

    def __init__(self) -> None:
        self._to_yuv, self._to_bgr = VideoReformatter(), VideoReformatter()

    def frame(self, index: int, t: float, picture: av.VideoFrame) -> Frame:
        """A frame of its own: no memory of the decoder stays in use. Odd sizes come as BGR."""
        quarters = round(picture.rotation / 90) % 4
        if picture.width % 2 or picture.height % 2:
            return Frame(index, t, bgr=np.ascontiguousarray(np.rot90(self._bgr(picture), quarters)))
        yuv = self._yuv420(picture)
        return Frame(index, t, yuv420=_turned(yuv, quarters) if quarters else yuv)

    def _yuv420(self, picture: av.VideoFrame) -> Picture:
        full = _full_range(picture)
        if picture.format.name != "yuv420p" or full:
            picture = self._to_yuv.reformat(
                picture,
                format="yuv420p",
                src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
                dst_color_range=ColorRange.MPEG,
                threads=1,  # several threads were seen to spoil columns of pictures whose width is no multiple of 8
            )
        return np.asarray(picture.to_ndarray(), np.uint8)

    def _bgr(self, picture: av.VideoFrame) -> Picture:
        source = ColorRange.JPEG if _full_range(picture) else ColorRange.MPEG
        bgr = self._to_bgr.reformat(picture, format="bgr24", src_color_range=source, threads=1)
        return np.asarray(bgr.to_ndarray(), np.uint8)


def _full_range(picture: av.VideoFrame) -> bool:
    """Whether 0 is black (JPEG, RGB, grey) rather than 16 (ITU-R BT.601 studio range)."""
    name = picture.format.name
    return picture.color_range == ColorRange.JPEG or name.startswith(("yuvj", "gray", "pal8", "mono", "ya"))


def _turned(yuv: Picture, quarters: int) -> Picture:
    """A YUV 4:2:0 picture, shape (h * 3 / 2, w), turned by quarters * 90 degrees counterclockwise."""
    height, width = yuv.shape[0] * 2 // 3, yuv.shape[1]
    chroma = yuv[height:].reshape(2, height // 2, width // 2)
    planes = (yuv[:height], chroma[0], chroma[1])
    rows = width if quarters % 2 else height
    return np.concatenate([np.rot90(p, quarters).ravel() for p in planes]).reshape(rows * 3 // 2, -1)
