"""Where pictures come from: a video file, a folder of images, or a stream, behind one door."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path

from passerby.errors import InputError
from passerby.vision.source_file import FileSource
from passerby.vision.source_images import ImagesSource
from passerby.vision.source_paced import PacedSource
from passerby.vision.source_state import Source, SourceState, Warn
from passerby.vision.source_stream import StreamSource
from passerby.vision.source_stream_limits import SCHEMES, StreamLimits

__all__ = ["Source", "SourceState", "StreamLimits", "is_stream", "open_source"]


def open_source(
    spec: str,
    *,
    realtime: bool = False,
    start: float | None = None,
    fps: float | None = None,
    zone: tzinfo = UTC,
    on_warning: Warn | None = None,
    on_frame: Callable[[], None] | None = None,
    limits: StreamLimits | None = None,
) -> Source:
    """Open a camera's pictures.

    spec: a video file, a folder of images, or an rtsp, rtsps, http or https address. realtime: play a recording at its
    own pace, the newest picture winning when the reader is late; else every picture comes, in order. start: epoch s of
    a recording's first picture. fps: pictures a second of images whose names tell no times. zone: of times in names.
    on_warning: gets sentences, always from the thread that reads. on_frame: called, from another thread, when a live
    source has something to read, so that one reader can wait for many. limits: of a stream.
    Raises InputError where spec names nothing that can be read; a stream that is not there now is no error.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", spec)
    if scheme and scheme[1].lower() != "file":
        return StreamSource(
            scheme[1].lower() + spec[len(scheme[1]) :],
            limits=limits or StreamLimits(),
            on_warning=on_warning,
            on_frame=on_frame,
        )
    path = Path(spec[7:] if scheme else spec)
    if fps is not None and not 0 < fps <= 1000:
        raise InputError(f"{path}: {fps:g} pictures a second are not possible; give a rate above 0, at most 1000")
    later: list[Callable[[str], None]] = []
    early: list[str] = []

    def hear(sentence: str) -> None:
        later[0](sentence) if later else early.append(sentence)

    warn = hear if realtime else on_warning
    inner: Source
    if path.is_dir():
        inner = ImagesSource(path, start=start, fps=fps, zone=zone, on_warning=warn)
    else:
        inner = FileSource(path, start=start, zone=zone, on_warning=warn)
    if not realtime:
        return inner
    paced = PacedSource(inner, on_warning=on_warning, on_frame=on_frame)
    later.append(paced.hear)
    for sentence in early:
        paced.hear(sentence)
    return paced


def is_stream(spec: str) -> bool:
    """Whether spec is the address of a stream rather than a file or folder."""
    return spec.partition("://")[0].lower() in SCHEMES
