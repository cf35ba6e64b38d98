"""A signal head by a street, drawn: lenses, hoods, glow, sun, noise, a mast that sways, traffic in front, a codec."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import av
import cv2
import numpy as np

from passerby.site import Camera, Lamps, Signal

WIDE, HIGH = 128, 112
LENS = {"red": (255, 45, 30), "amber": (255, 170, 30), "green": (40, 240, 190)}
ON = {
    "red": ("red",),
    "red_amber": ("red", "amber"),
    "amber": ("amber",),
    "green": ("green",),
    "dark": (),
    "walk": ("green",),
    "dont_walk": ("red",),
}


@dataclass(frozen=True)
class Scene:
    """radius: of a lens, px; day: light on the street 0..1; glare: glow of lit lamps; sun: on dark lenses."""

    radius: float = 5.0
    day: float = 0.6
    glare: float = 0.15
    sun: float = 0.05
    noise: float = 3.0
    shake: float = 0.0
    colour: bool = True
    pedestrian: bool = False
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        return ("red", "green") if self.pedestrian else ("red", "amber", "green")

    def centre(self, name: str) -> tuple[float, float]:
        return WIDE / 2, HIGH / 2 + (self.names.index(name) - (len(self.names) - 1) / 2) * 2.6 * self.radius

    def box(self, name: str) -> tuple[float, float, float, float]:
        x, y = self.centre(name)
        return x - self.radius, y - self.radius, 2 * self.radius, 2 * self.radius

    def signal(self) -> Signal:
        amber = None if self.pedestrian else self.box("amber")
        kind = "pedestrian" if self.pedestrian else "vehicle"
        return Signal("K1", kind, lamps=(Lamps("c", self.box("red"), self.box("green"), amber),))

    def street(self) -> np.ndarray:
        rng = np.random.default_rng(1234)
        rough = cv2.resize(rng.uniform(0.25, 0.8, (8, 10, 1)).astype(np.float32), (WIDE, HIGH))
        tint = np.array([0.95, 1.0, 1.05])
        img = (rough[..., None] * tint * 230).astype(np.float64)
        left, right = int(WIDE / 2 - 1.6 * self.radius), int(WIDE / 2 + 1.6 * self.radius)
        top = int(self.centre(self.names[0])[1] - 1.7 * self.radius)
        bottom = int(self.centre(self.names[-1])[1] + 1.7 * self.radius)
        img[top:bottom, left:right] = 32
        return img

    def draw(
        self,
        lit: Iterable[str],
        rng: np.random.Generator,
        gain: float = 1.0,
        level: float = 1.0,
        front: Callable[[np.ndarray], None] | None = None,
    ) -> np.ndarray:
        """BGR picture. gain: exposure; level: how bright lamps are (1 = full); front draws what stands before it."""
        base, lamps = _layers(self)
        img = base.copy()
        for name in self.names:
            if name in lit:
                img += lamps[name] * level
        if front is not None:
            front(img)
        img *= gain
        if not self.colour:
            img = np.repeat(img.mean(2, keepdims=True), 3, 2)
        if self.shake:
            dx, dy = rng.normal(0, self.shake, 2)
            img = cv2.warpAffine(
                img, np.float64([[1, 0, dx], [0, 1, dy]]), (WIDE, HIGH), borderMode=cv2.BORDER_REPLICATE
            )
        img = cv2.GaussianBlur(img, (3, 3), 0.7) + self.noise * rng.standard_normal(img.shape, np.float32)
        return np.clip(img, 0, 255).astype(np.uint8)


@lru_cache(maxsize=16)
def _layers(scene: Scene) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The street with every lens dark, and the light that each adds."""
    img, lamps = scene.street() * scene.day, {}
    yy, xx = np.mgrid[:HIGH, :WIDE].astype(float)
    for name in scene.names:
        x, y = scene.centre(name)
        r = np.hypot(xx - x, yy - y)
        disc = np.clip(scene.radius - r + 0.5, 0, 1)[..., None]
        rgb = np.array(LENS[name], float)[::-1]
        dark = rgb * 0.18 * scene.day + 255 * scene.sun * np.array([0.8, 0.95, 1.0])
        img = img * (1 - disc) + disc * dark
        glow = (scene.glare * np.exp(-r / (1.6 * scene.radius)))[..., None] * rgb * 2
        lamps[name] = (disc * (rgb * 1.15 + 240 * scene.glare) + glow).astype(np.float32)
    return img.astype(np.float32), lamps


def camera() -> Camera:
    return Camera("c")


def coded(pictures: Iterable[np.ndarray], bit_rate: int = 250_000, rate: int = 10) -> list[np.ndarray]:
    """The same pictures after H.264, in memory."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        stream.bit_rate = bit_rate
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "threads": "1"}
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        out.mux(stream.encode())
    buffer.seek(0)
    with av.open(buffer) as clip:
        return [f.to_ndarray(format="bgr24") for f in clip.decode(video=0)]


def plan(*steps: tuple[str, float], start: float = 0.0) -> Callable[[float], str]:
    """State at a time, of steps (state, seconds), repeated."""
    ends = np.cumsum([s for _, s in steps])

    def at(t: float) -> str:
        return steps[int(np.searchsorted(ends, (t - start) % ends[-1], side="right"))][0]

    return at


CYCLE = (("red", 8.0), ("red_amber", 1.0), ("green", 8.0), ("amber", 3.0))
