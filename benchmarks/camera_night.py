"""How well the camera follows people as it gets dark: the clips as a small sensor would see them, by light level.

    python benchmarks/camera_night.py                        # PETS09 S2.L1 at six light levels, about 5 minutes
    python benchmarks/camera_night.py --every 2 --clips      # the other clips as well
    python benchmarks/camera_night.py --baseline             # the obvious pipeline beside it

The pictures are darkened in memory, never written. The model is that of EMVA 1288 (release 4.0 linear, section 2:
https://www.emva.org/standards-technology/emva-1288/): photons arrive as a Poisson process and free electrons with a
quantum efficiency; a normally distributed read-out noise is added; a gain turns electrons into numbers, which are
rounded. The light on a pixel follows from that in the street by the camera equation (E = L pi T / (4 N^2), ISO 12232).
See `Sensor` for the figures. Exposure is held at what 100 lux need until gain can give no more; noise is made on the
colour filter's mosaic, so that it comes out blotchy as it does in a camera. Left out, because they differ from camera
to camera: the camera's own noise filter and compression (what is shown here is the worse for it), and blur by motion
(at 1/25 s someone walking moves 6 cm: 3 pixels in these clips).
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import av
import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from obvious_pipeline import obvious

from passerby.site.model import Camera as Drawn
from passerby.tracks.class_names import MOT, MOT_NUMBER
from passerby.tracks.classes import CLASSES
from passerby.vision.camera import Camera
from passerby.vision.detector import Detector, load_detector
from passerby.vision.frame import Frame
from passerby.vision.source_state import Source, SourceState
from passerby.vision.watch import watch
from tests.vision.scoring import (
    DATA,
    Rows,
    clips,
    judged,
    pets_truth,
    score,
)

Picture = npt.NDArray[np.uint8]
CLIP = DATA / "pets09" / "vtest.avi"
LEVELS_LUX = (100.0, 30.0, 10.0, 3.0, 1.0, 0.3)
PHOTONS_PER_LUX_S_M2 = 4.09e15
"""At 555 nm: 1 / (683 lm/W x h c / 555 nm)."""
MANY_E = 40.0
"""From so many electrons on, a normal distribution stands for Poisson's."""
KINDS = {int(number): name for number, name in MOT.items()}


@dataclass(frozen=True)
class Sensor:
    """A 1/2.8 inch surveillance sensor behind an ordinary lens; figures as in data sheets of its kind."""

    pixel_m: float = 2.9e-6
    quantum_efficiency: float = 0.7
    read_noise_e: float = 2.5
    f_number: float = 1.6
    transmission: float = 0.85
    exposure_s: float = 1 / 25
    most_gain_db: float = 36.0
    white_reflectance: float = 0.9
    filters: tuple[float, float, float] = (0.25, 0.5, 0.35)
    """Share of the light that each colour filter (blue, green, red) lets through."""

    def white_e(self, lux: float) -> float:
        """Electrons in an unfiltered pixel that sees a white surface under so much light."""
        on_sensor = lux * self.white_reflectance * self.transmission / (4 * self.f_number**2)
        photons = on_sensor * self.exposure_s * PHOTONS_PER_LUX_S_M2 * self.pixel_m**2
        return photons * self.quantum_efficiency

    def gain(self, lux: float, full_lux: float) -> float:
        """How much the numbers are raised against those at full_lux."""
        return min(full_lux / lux, 10 ** (self.most_gain_db / 20))

    def seen(self, picture: Picture, lux: float, rng: np.random.Generator, full_lux: float = 100.0) -> Picture:
        """What the camera gives of this scene, uint8 (h, w, 3) BGR, if the picture is how it looked in good light."""
        light = _LINEAR[picture]
        height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
        mosaic = np.empty((height, width), np.float32)
        share = np.array(self.filters)
        for y, x, channel in ((0, 0, 2), (0, 1, 1), (1, 0, 1), (1, 1, 0)):  # red, green / green, blue
            mosaic[y::2, x::2] = light[y:height:2, x:width:2, channel] * share[channel]
        expected = mosaic * np.float32(self.white_e(lux))
        few = expected < MANY_E
        spread = np.sqrt(np.where(few, 0, expected) + self.read_noise_e**2)
        electrons = expected + spread * rng.standard_normal(mosaic.shape, np.float32)
        electrons[few] += rng.poisson(expected[few]) - expected[few]
        level = electrons / self.white_e(full_lux) * self.gain(lux, full_lux)
        for y, x, channel in ((0, 0, 2), (0, 1, 1), (1, 0, 1), (1, 1, 0)):
            level[y::2, x::2] /= share[channel]  # white balance
        raw = np.clip(level * 4095 + 256, 0, 65535).astype(np.uint16)  # 12 bit above a black level
        colours = cv2.cvtColor(raw, cv2.COLOR_BayerRGGB2BGR)
        out = picture.copy()
        out[:height, :width] = _CODED[np.clip(colours.astype(np.int32) - 256, 0, 4095)]
        return out


def _linear(v: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """ITU-R BT.709, inverse."""
    return np.where(v < 0.081, v / 4.5, ((v + 0.099) / 1.099) ** (1 / 0.45)).astype(np.float32)


def _coded(light: npt.NDArray[np.float64]) -> Picture:
    """ITU-R BT.709."""
    v = np.where(light < 0.018, light * 4.5, 1.099 * light**0.45 - 0.099)
    return np.rint(v * 255).astype(np.uint8)


_LINEAR = _linear(np.arange(256) / 255)
_CODED = _coded(np.arange(4096) / 4095)


class Darkened(Source):
    """A clip as the sensor sees it at so much light; lux None: as it is. every: only each so manieth picture."""

    def __init__(self, clip: Path, lux: float | None, every: int = 1, sensor: Sensor | None = None) -> None:
        self.name, self._lux, self._every = clip.name, lux, every
        self._sensor, self._rng = sensor or Sensor(), np.random.default_rng(1288)
        with av.open(str(clip)) as container:
            self.fps = float(container.streams.video[0].average_rate or 25) / every
        self._pictures = self._made(clip)
        self._next = next(self._pictures, None)
        self._index = 0

    def _made(self, clip: Path) -> Iterator[Picture]:
        with av.open(str(clip)) as container:
            container.streams.video[0].thread_type = "AUTO"
            for i, frame in enumerate(container.decode(video=0)):
                if i % self._every == 0:
                    picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                    yield picture if self._lux is None else self._sensor.seen(picture, self._lux, self._rng)

    @property
    def state(self) -> SourceState:
        return SourceState("running" if self._next is not None else "ended")

    def read(self, timeout_s: float = 0.5) -> Frame | None:
        picture, self._next = self._next, next(self._pictures, None)
        if picture is None:
            return None
        index, self._index = self._index, self._index + 1
        self.height, self.width = picture.shape[:2]
        assert self.fps is not None
        height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
        yuv = cv2.cvtColor(picture[:height, :width], cv2.COLOR_BGR2YUV_I420)
        return Frame(index, 1_780_000_000 + index / self.fps, yuv420=np.asarray(yuv, np.uint8))

    def close(self) -> None:
        self._next = None

    def pictures(self) -> Iterator[Picture]:
        """The same, for the other pipeline."""
        while self._next is not None:
            yield self._next
            self._next = next(self._pictures, None)


def product(source: Darkened, detector: Detector) -> Rows:
    """The product's tracks, gone over at the end: MOTChallenge rows, class in the eighth column."""
    camera = Camera(Drawn("night", source.name), source, record=True)
    index = {sight.t: sight.index for sight in watch([camera], detector, Event()) if sight is not None}
    seen = camera.revised()
    seen = seen.take(seen.confirmed)
    if not len(seen):
        return np.empty((0, 8))
    box = seen.box
    return np.column_stack(
        [
            [index[t] + 1 for t in seen.t.tolist()],
            seen.track,
            box[:, :2],
            box[:, 2:] - box[:, :2],
            seen.score,
            [MOT_NUMBER[CLASSES[code]] for code in seen.code],
        ]
    )


def thinned(truth: Rows, every: int) -> Rows:
    """The truth of every so manieth frame, numbered anew."""
    rows = truth[(truth[:, 0] - 1) % every == 0].copy()
    rows[:, 0] = (rows[:, 0] - 1) // every + 1
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lux", type=float, nargs="+", default=list(LEVELS_LUX))
    parser.add_argument("--every", type=int, default=1, help="only every so manieth picture of PETS09")
    parser.add_argument("--clips", action="store_true", help="the other clips, too")
    parser.add_argument("--baseline", action="store_true", help="the obvious pipeline, too")
    args = parser.parse_args()
    if not CLIP.exists():
        sys.exit(f"{CLIP} is absent (set PASSERBY_DATA)")
    warnings.simplefilter("ignore")
    detector, truth, sensor = load_detector(), thinned(pets_truth(), args.every), Sensor()
    print(f"{'light':>9}{'white':>9}{'gain':>9}   PETS09 S2.L1")
    for lux in (None, *args.lux):
        light = "as it is" if lux is None else f"{lux:g} lux"
        white = "" if lux is None else f"{sensor.white_e(lux) * sensor.filters[1]:.0f} e"
        gain = "" if lux is None else f"{20 * np.log10(sensor.gain(lux, 100.0)):.0f} dB"
        found = product(Darkened(CLIP, lux, args.every), detector)
        result = score(truth, found[found[:, 7] == MOT_NUMBER["pedestrian"]])
        print(f"{light:>9}{white:>9}{gain:>9}   {result}", flush=True)
        if args.baseline:
            result = score(truth, obvious(Darkened(CLIP, lux, args.every).pictures(), "bytetrack"))
            print(f"{'obvious':>27}   {result}", flush=True)
        if args.clips:
            for clip, users in clips().items():
                faults = judged(users, product(Darkened(DATA / clip, lux), detector), KINDS).faults(users)
                moving = sum(u.state == "moving" for u in users)
                print(f"{'':27}   {clip}: {moving} move, {len(faults)} faults", flush=True)


if __name__ == "__main__":
    main()
