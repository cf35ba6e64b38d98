"""The street without anybody: the only picture that may leave this room, and only when it is certain."""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import cv2
import numpy as np
import numpy.typing as npt

from passerby.errors import PrivacyError, StoreError
from passerby.tracks.record import FloatArray
from passerby.vision.detections import Detections
from passerby.vision.frame import Frame, Picture
from passerby.vision.median import BASE, HoledStack

Detect = Callable[[Sequence[Picture], float], Sequence[Detections]]
"""Pictures (BGR, uint8 (h, w, 3)) and the lowest score wanted in, what was found in each out."""

MIN_FRAMES: Final = 100
MIN_SPAN_S: Final = 600.0
"""What `passerby privacy verify` accepts at the least (passerby.privacy.plates)."""
MAX_WIDTH_PX: Final = 960
EVERY_S: Final = 5.0
SCORE: Final = 0.2
MAX_FILLED: Final = 0.35

_GROUPS: Final = 5
_IN_GROUP: Final = 3
_SPREAD: Final = 30
_ROUNDS: Final = 3
_MADE_HERE: Final = object()


class Plate:
    """A picture of the street with nobody in it, made by `PlateMaker` alone.

    frames, span_s: how many frames it is the median of, over how long; filled: share that is drawn because somebody or
    something stood there all the time or was found at the last check.
    """

    __slots__ = ("_bgr", "filled", "frames", "span_s")

    def __init__(self, made_here: object, bgr: Picture, frames: int, span_s: float, filled: float) -> None:
        if made_here is not _MADE_HERE:
            raise PrivacyError(
                "a plate is made by PlateMaker from many frames and checked, never from a picture as it is"
            )
        self._bgr, self.frames, self.span_s, self.filled = bgr, frames, span_s, filled

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self._bgr.shape[1], self._bgr.shape[0]

    def bgr(self) -> Picture:
        """Blue, green, red, uint8 (h, w, 3); a copy."""
        return self._bgr.copy()

    def __repr__(self) -> str:
        return f"Plate({self.size[0]}x{self.size[1]}, {self.frames} frames, {self.span_s:.0f} s)"

    def __reduce_ex__(self, _: Any) -> NoReturn:
        raise PrivacyError("a plate is handed on by write_plate, with its certificate")


class PlateMaker:
    """Gathers the street from what is free of people and vehicles, frame by frame, and hands it out when it is certain.

    height, width: of the frames, pixels. detect: looks at a frame and, at the end, at the plate; without one (None)
    there is never a plate. A frame every `every_s` seconds counts; 11 medians of 11 frames make the plate (remedian,
    Rousseeuw and Bassett 1990), which takes up to 66 bytes of memory a pixel: 29 MB for 768x576.
    """

    def __init__(self, height: int, width: int, detect: Detect | None, *, every_s: float = EVERY_S) -> None:
        shrink = min(1.0, MAX_WIDTH_PX / width)
        self._size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        self._scale = np.array([self._size[0] / width, self._size[1] / height] * 2)
        self._detect, self._every_s = detect, every_s
        self.restart()

    def restart(self) -> None:
        """Forget everything, as when the camera has moved."""
        self._stack = HoledStack(self._size[1], self._size[0])
        self._first = -np.inf
        self._groups: deque[_Group] = deque(maxlen=BASE)
        self._last = -np.inf
        self._failed = 0
        self.reason = self._too_little()

    def due(self, t: float) -> bool:
        """Whether a frame of this time would count; before that there is no need to call `add`."""
        return self._detect is not None and not self._last <= t < self._last + self._every_s

    def add(self, frame: Frame, occupied: FloatArray, moving: Picture | None = None) -> bool:
        """Use a frame where nobody and nothing is; whether it was used.

        occupied: (n, 4), boxes of every track and detection, frame pixels. moving: the background model's mask, uint8,
        any size. Boxes are widened, and the detector is asked about this very frame; where it fails, the frame is left.
        """
        if not self.due(frame.t) or self._detect is None:
            return False
        if frame.t < self._last:
            self.restart()
        try:
            found = self._detect([frame.bgr()], SCORE)[0]
        except Exception:
            self._failed += 1
            return False
        boxes = np.concatenate([occupied.reshape(-1, 4), found.boxes]) * self._scale
        free = ~_widened(boxes, self._size)
        if moving is not None:
            near = cv2.dilate(
                cv2.resize(moving, self._size, interpolation=cv2.INTER_NEAREST), np.ones((9, 9), np.uint8)
            )
            free &= np.asarray(near) == 0
        if not len(self._stack):
            self._first = frame.t
        self._stack.add(np.asarray(cv2.resize(frame.bgr(), self._size, interpolation=cv2.INTER_AREA), np.uint8), free)
        self._last = frame.t
        if len(self._stack) == BASE:
            self._groups.append(_Group(self._stack.median(), self._stack.seen >= _IN_GROUP, self._first, frame.t))
            self._stack = HoledStack(self._size[1], self._size[0])
        return True

    def plate(self) -> Plate | None:
        """The plate, or None where it is not certain that nobody is in it; `reason` says why."""
        if self._detect is None:
            self.reason = "no plate: there is no detector to check it with"
            return None
        frames = BASE * len(self._groups)
        if frames < MIN_FRAMES or self._span_s() < MIN_SPAN_S:
            self.reason = self._too_little()
            return None
        picture, unsure = _middle(list(self._groups), self._size)
        picture, holes = _filled(picture, unsure)
        for _ in range(_ROUNDS):
            try:
                boxes = _found(picture, self._detect)
            except Exception as e:
                self.reason = f"no plate: the detector failed at the last check ({type(e).__name__})"
                return None
            if not len(boxes):
                break
            holes |= _widened(boxes, self._size)
            picture, holes = _filled(picture, holes)
        else:
            self.reason = "no plate: the detector still sees somebody or something in it after it was filled"
            return None
        share = float(holes.mean())
        if share > MAX_FILLED:
            self.reason = f"no plate: {100 * share:.0f} % of the street was never seen free for long enough"
            return None
        self.reason = ""
        return Plate(_MADE_HERE, picture, frames, self._span_s(), share)

    def _span_s(self) -> float:
        return self._groups[-1].end - self._groups[0].start if self._groups else 0.0

    def _too_little(self) -> str:
        failed = f"; the detector failed on {self._failed} frames" if self._failed else ""
        return (
            f"no plate: the street was watched for {self._span_s():.0f} s and {BASE * len(self._groups)} frames, "
            f"wanted {MIN_SPAN_S:.0f} s and {MIN_FRAMES} frames: people who stand still would be in it{failed}"
        )


class _Group:
    """A median of BASE frames and where it is one."""

    def __init__(self, picture: Picture, sure: npt.NDArray[np.bool_], start: float, end: float) -> None:
        self.picture, self.sure, self.start, self.end = picture, sure, start, end


def write_plate(plate: Plate, folder: Path, name: str = "plate") -> Path:
    """Write `<name>.png` and its certificate (`plate.json`, or `<name>.plate.json`); no metadata, no temporary folder.

    The only function of Passerby that encodes a picture. Raises PrivacyError for anything but a Plate, StoreError where
    the folder cannot be written.
    """
    if type(plate) is not Plate:
        raise PrivacyError(f"only a Plate may be written as a picture, got {type(plate).__name__}")
    if plate.frames < MIN_FRAMES or plate.span_s < MIN_SPAN_S:
        raise PrivacyError(f"{plate!r} is made from too little: wanted {MIN_FRAMES} frames over {MIN_SPAN_S:.0f} s")
    ok, data = cv2.imencode(".png", plate.bgr())
    if not ok:
        raise StoreError(f"{folder}: the plate could not be encoded; report this as a defect")
    content = np.asarray(data, np.uint8).tobytes()
    entry = {
        "file": f"{name}.png",
        "sha256": hashlib.sha256(content).hexdigest(),
        "frames": plate.frames,
        "span_s": round(plate.span_s, 3),
    }
    certificate = "plate.json" if name == "plate" else f"{name}.plate.json"
    text = json.dumps({"version": 1, "pictures": [entry]}, indent=1) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The certificate first: a picture without one must not lie there even for a moment.
        for file, payload in ((certificate, text.encode()), (f"{name}.png", content)):
            part = folder / f".{file}.part"
            part.write_bytes(payload)
            os.replace(part, folder / file)
    except OSError as e:
        raise StoreError(f"{folder}: cannot write the plate ({e.strerror}); choose a folder that can be written") from e
    return folder / f"{name}.png"


def _widened(boxes: FloatArray, size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Pixels in or near boxes: a fifth of their size around, and twice that below, where shadows lie."""
    mask = np.zeros((size[1], size[0]), bool)
    for x0, y0, x1, y1 in boxes:
        dx, dy = 0.2 * (x1 - x0) + 4, 0.2 * (y1 - y0) + 4
        top, left = max(0, int(y0 - dy)), max(0, int(x0 - dx))
        mask[top : max(0, int(y1 + 2 * dy) + 1), left : max(0, int(x1 + dx) + 1)] = True
    return mask


def _middle(groups: list[_Group], size: tuple[int, int]) -> tuple[Picture, npt.NDArray[np.bool_]]:
    """The median of the groups' medians, brought to the light of the newest, and where it is not certain."""
    stack = HoledStack(size[1], size[0])
    newest = groups[-1]
    for group in groups:
        both = group.sure & newest.sure
        gain = 1.0
        if both.sum() > 100:
            gain = float(np.median((newest.picture[both] + 1.0) / (group.picture[both] + 1.0)))
        stack.add(np.asarray(cv2.convertScaleAbs(group.picture, alpha=gain), np.uint8), group.sure)
    ordered = np.stack([p[:, :, 1] for p in stack.ordered()])
    quarter = (stack.seen // 4).astype(np.intp)[None]
    low, high = (np.take_along_axis(ordered, BASE // 2 + sign * quarter, axis=0)[0] for sign in (-1, 1))
    unsure = (stack.seen < _GROUPS) | (high.astype(int) - low > _SPREAD)
    unsure = np.asarray(cv2.morphologyEx(unsure.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), bool)
    return stack.median(), unsure


def _filled(picture: Picture, holes: npt.NDArray[np.bool_]) -> tuple[Picture, npt.NDArray[np.bool_]]:
    """Holes, widened, drawn over in the colour of the ground around them: nothing of what stood there is used."""
    own = np.asarray(cv2.dilate(holes.astype(np.uint8), np.ones((7, 7), np.uint8)), np.uint8)
    out = picture.copy()
    _, labels, stats, _ = cv2.connectedComponentsWithStats(own)
    clean = own == 0
    overall = np.median(picture[clean], axis=0) if clean.any() else np.full(3, 128.0)
    for k, (x, y, w, h, _area) in enumerate(stats[1:].tolist(), 1):
        window = np.s_[max(0, y - 12) : y + h + 12, max(0, x - 12) : x + w + 12]
        mine = labels[window] == k
        ring = np.asarray(cv2.dilate(mine.astype(np.uint8), np.ones((21, 21), np.uint8)), bool) & clean[window]
        out[window][mine] = np.median(picture[window][ring], axis=0) if ring.sum() > 20 else overall
    return out, own > 0


def _found(picture: Picture, detect: Detect) -> FloatArray:
    """Boxes of whatever the detector sees in a picture, whole and in enlarged, overlapping tiles."""
    height, width = picture.shape[:2]
    views, places = [picture], [(0.0, 0.0, 1.0)]
    for parts in (2, 3):
        w, h = int(width / parts * 1.3), int(height / parts * 1.3)
        for left in np.linspace(0, width - w, parts).astype(int).tolist():
            for top in np.linspace(0, height - h, parts).astype(int).tolist():
                tile = picture[top : top + h, left : left + w]
                views.append(np.asarray(cv2.resize(tile, None, fx=parts, fy=parts, interpolation=cv2.INTER_LINEAR)))
                places.append((left, top, 1.0 / parts))
    boxes = [np.empty((0, 4))]
    for (left, top, scale), seen in zip(places, detect(views, SCORE), strict=True):
        boxes.append(seen.boxes * scale + (left, top, left, top))
    return np.concatenate(boxes)
