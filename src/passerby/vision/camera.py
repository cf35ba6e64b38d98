"""`Camera`: one camera's frames in, who is where out; between the two it says where the detector should look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from passerby.errors import SiteError
from passerby.site.model import Calibration, Signal
from passerby.site.model import Camera as DrawnCamera
from passerby.vision.attention import Attention, Pace, Wish
from passerby.vision.background import Background
from passerby.vision.detections import Detections, no_detections
from passerby.vision.frame import Frame
from passerby.vision.lamps import Change, LampReader
from passerby.vision.moved import CameraMoved, CameraState
from passerby.vision.plate import Detect, Plate, PlateMaker
from passerby.vision.pose import CameraPose
from passerby.vision.regions import MovingRegions
from passerby.vision.rough import rough_calibration
from passerby.vision.rows import placeable
from passerby.vision.self_check import Scale, SelfCheck
from passerby.vision.sightings import Sightings, no_sightings
from passerby.vision.sizes import unknown_view
from passerby.vision.source import Source
from passerby.vision.tracker import Tracker
from passerby.vision.view import calibrated_view

SAME_SHAPE: Final = 0.02


@dataclass(frozen=True, eq=False)
class Perception:
    """A frame, what moves in it, and whether the camera still sees what it should."""

    frame: Frame
    moving: MovingRegions
    state: CameraState


@dataclass(frozen=True, eq=False)
class Glance:
    """A frame as far as it goes without the detector: what moves in it, and where the detector should look."""

    frame: Frame
    moving: MovingRegions
    state: CameraState
    wish: Wish


@dataclass(frozen=True, eq=False)
class Sight:
    """What one frame of one camera brought. index: of the frame, from 0; t: epoch s.

    lamps: changes of signals that became certain. state: whether the camera still sees what it was calibrated on; while
    a calibrated one does not, there are no sightings.
    """

    camera: str
    index: int
    t: float
    sightings: Sightings
    lamps: tuple[Change, ...]
    state: CameraState


@dataclass
class Camera:
    """A camera: perceive(frame), glance(...) and settle(...) with what the detector found where it was asked to look.

    perceive may run some frames ahead, in another thread.

    drawn: as in site.toml; without calibration places are guessed. signals: the site's, for lamps in the picture.
    record: keep what is needed to go over the tracks again at the end (`revised`). plate_with: the detector that checks
    the background plate; without one there is no plate. A frame of another size begins everything anew: it is another
    picture. size: of the last frame, width and height in pixels. pose: None where the camera is not calibrated.
    """

    drawn: DrawnCamera
    source: Source
    signals: Sequence[Signal] = ()
    pace: Pace = field(default_factory=Pace)
    record: bool = False
    plate_with: Detect | None = None

    def __post_init__(self) -> None:
        self.size = (0, 0)
        self.pose: CameraPose | None = None
        self.lamps: LampReader | None = None
        self.looks = 0
        self._seen_size = (0, 0)
        self._moving = MovingRegions.none()
        self._last = no_sightings()
        self._usable = True
        self._check: SelfCheck | None = None
        self._overdue = 0.0

    @property
    def name(self) -> str:
        """The camera's id."""
        return self.drawn.id

    @property
    def overdue(self) -> float:
        """How many intervals late the last look that was asked for is; nothing for a camera that asks for none."""
        return self._overdue

    def perceive(self, frame: Frame) -> Perception:
        """Look at what moves; cheap, needs neither detector nor tracks, frame after frame in their order."""
        if (frame.width, frame.height) != self._seen_size:
            self._seen_size = (frame.width, frame.height)
            self._background = Background(frame.height, frame.width)
            self._moved = CameraMoved(frame.height, frame.width)
            self._moving = MovingRegions.none()
        luma = frame.luma()
        self._moved.check(luma, frame.t)
        if not self._background.unchanged(luma):
            self._background.update(luma, frame.t)
            self._moving = self._background.regions()
        return Perception(frame, self._moving, self._moved.state)

    def glance(self, seen: Perception) -> Glance:
        """Where the detector should look at a frame, before `settle` of the same."""
        frame = seen.frame
        if (frame.width, frame.height) != self.size:
            self._begin(frame.width, frame.height)
        tracked = self._last.box[self._last.confirmed | self._last.seen]
        wish = self._attention.wish(frame.t, seen.moving.boxes, tracked)
        self._overdue = wish.overdue if wish.due else 0.0
        return Glance(frame, seen.moving, seen.state, wish)

    def settle(self, glance: Glance, found: Detections | None) -> Sight:
        """Go on with the tracks; found: what the detector found where the glance wished, None if it did not look."""
        frame, state = glance.frame, glance.state
        # without a calibration there are no places that a slip would falsify
        usable = state.usable or (self.pose is None and state.status == "moved")
        if self._usable and not state.usable:
            self._plates.restart()
        self._usable = state.usable
        looked = np.empty((0, 4))
        if found is not None:
            looked = glance.wish.regions
            self.looks += 1
            self._overdue = 0.0
            self._attention.looked(frame.t, glance.wish)
        changes: list[Change] = []
        if self.lamps is not None and self.lamps.signals:
            changes = self.lamps.read(frame.bgr(), frame.t) if usable else self.lamps.blind(frame.t)
        if not usable:
            self._last = no_sightings()
            return Sight(self.name, frame.index, frame.t, self._last, tuple(changes), state)
        self._last = self._tracker.update(frame.t, found or no_detections(), looked, glance.moving)
        if self._check is not None and found is not None:
            sure = self._last.take(self._last.confirmed & self._last.seen)
            self._check.add(frame.t, sure.track, sure.box, sure.code)
        if state.usable and self._plates.due(frame.t):
            self._plates.add(frame, np.concatenate([self._last.box, glance.moving.boxes]))
        return Sight(self.name, frame.index, frame.t, self._near(self._last), tuple(changes), state)

    def revised(self) -> Sightings:
        """At the end of a recording: all its sightings, each in the light of what came later."""
        return self._near(self._tracker.finish()) if self.size != (0, 0) else no_sightings()

    def plate(self) -> tuple[Plate | None, str]:
        """The street without anybody, once that is certain; else None, and why not."""
        if self.size == (0, 0):
            return None, "no plate: there was no picture"
        return self._plates.plate(), self._plates.reason

    def rough_calibration(self) -> Calibration:
        """Of a camera without one: the ground as guessed from the size of those who passed, metres."""
        return rough_calibration(self._tracker.view)

    @property
    def scale(self) -> Scale | None:
        """By which factor distances seem to be off; None before the first picture and without a calibration."""
        return self._check.scale() if self._check is not None else None

    @property
    def doubt(self) -> str:
        """What speaks against the calibration, in a sentence; empty where nothing does."""
        scale = self.scale
        return scale.sentence if scale is not None and scale.off else ""

    def _refuse_other_shape(self, calibration: Calibration, width: int, height: int) -> None:
        """SiteError where the pixels were picked in a picture of other proportions: it showed something else."""
        if calibration.size is None:
            return
        wide, high = calibration.size
        if abs(width * high - height * wide) > SAME_SHAPE * width * high:
            raise SiteError(
                f'camera "{self.name}": was calibrated in pictures of {wide} x {high} pixels and gives '
                f"{width} x {height}, of another shape; calibrate it in a picture as it gives them now"
            )

    def _near(self, sightings: Sightings) -> Sightings:
        return sightings.take(placeable(sightings, self.pose)) if self.pose is not None else sightings

    def _begin(self, width: int, height: int) -> None:
        self.size = (width, height)
        if self.drawn.calibration is not None:
            self._refuse_other_shape(self.drawn.calibration, width, height)
            self.pose = CameraPose(self.drawn.calibration, width, height)
            self._check = SelfCheck(self.pose)
            view = calibrated_view(self.pose)
        else:
            view = unknown_view(width, height)
        self.lamps = LampReader(self.drawn, self.signals, width, height)
        self._plates = PlateMaker(height, width, self.plate_with)
        self._attention = Attention(width, height, self.pace)
        self._tracker = Tracker(view, record=self.record)
        self._last = no_sightings()
