"""How well tracks follow the truth: CLEAR MOT, identity and HOTA scores, and errors on the ground.

Boxes are MOTChallenge rows (https://motchallenge.net/instructions): frame from 1, id, left, top, width, height[, score
[, class]]; in the truth the seventh column is 0 for people who are neither wanted nor false. MOTA and switches:
Bernardin and Stiefelhagen 2008, doi:10.1155/2008/246309; IDF1: Ristani et al. 2016, doi:10.1007/978-3-319-48881-3_2;
HOTA: Luiten et al. 2021, doi:10.1007/s11263-020-01375-2, all computed by `trackeval`.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Rows = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]

TRUTH = Path(__file__).parent / "truth"
DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))


@dataclass(frozen=True)
class Scores:
    """Shares are 0 to 1 (MOTA may be negative); the rest are counts of boxes or of changes of identity."""

    mota: float
    idf1: float
    switches: int
    hota: float
    deta: float
    assa: float
    recall: float
    precision: float
    missed: int
    false: int
    boxes: int
    people: int

    def __str__(self) -> str:
        return (
            f"MOTA {self.mota:.3f} IDF1 {self.idf1:.3f} IDSW {self.switches} HOTA {self.hota:.3f} "
            f"(recall {self.recall:.3f}, precision {self.precision:.3f})"
        )


@dataclass(frozen=True)
class GroundError:
    """Metres between where someone stands and where the track says, over the matched boxes."""

    median_m: float
    p95_m: float
    boxes: int


def mot_rows(text: str) -> Rows:
    """MOTChallenge text, with or without a header line, as rows of at least six columns."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("frame", "#"))]
    if not lines:
        return np.empty((0, 8))
    return np.array([[float(v) for v in line.split(",")] for line in lines])


def read_mot(path: Path) -> Rows:
    """The rows of a MOTChallenge file."""
    return mot_rows(path.read_text(encoding="utf-8"))


@cache
def pets_truth() -> Rows:
    """Everyone in PETS09 S2.L1 view 1, annotated by eye: shape (n, 7)."""
    return read_mot(TRUTH / "pets09_s2l1.csv")


FAR_WALKER, COUPLE, COUPLE_LEAVES_LAWN = 7, (15, 16), 660


def pets_truth_without_outskirts() -> Rows:
    """The same without the far walker behind the building and the couple while on the lawn below the camera.

    What published figures on this recording fit best (4,470 boxes of 19 people; MOT15 says 4,476 of 19): whoever is
    found there counts as false.
    """
    rows = pets_truth()
    lawn = np.isin(rows[:, 1], COUPLE) & (rows[:, 0] < COUPLE_LEAVES_LAWN)
    return rows[(rows[:, 1] != FAR_WALKER) & ~lawn]


def iou(a: Rows, b: Rows) -> npt.NDArray[np.float64]:
    """Overlap over union of boxes (left, top, width, height), shape (len(a), len(b))."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, :2] + a[:, None, 2:4], b[None, :, :2] + b[None, :, 2:4])
    both = np.clip(high - low, 0, None).prod(-1)
    union = a[:, 2:4].prod(-1)[:, None] + b[:, 2:4].prod(-1)[None] - both
    return np.where(union > 0, both / np.where(union > 0, union, 1), 0.0)


def _wanted(truth: Rows, found: Rows, threshold: float) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """The truth that has to be found, and which found boxes are not on someone who is neither wanted nor false."""
    keep = np.ones(len(found), bool)
    if truth.shape[1] < 7 or truth[:, 6].all():
        return truth, keep
    pairs = matches(truth, found, threshold)
    keep[pairs[truth[pairs[:, 0], 6] == 0, 1]] = False
    return truth[truth[:, 6] != 0], keep


def _sequence(truth: Rows, found: Rows) -> dict[str, object]:
    frames = np.unique(np.concatenate([truth[:, 0], found[:, 0]]))
    ids = [np.unique(rows[:, 1], return_inverse=True)[1] for rows in (truth, found)]
    at = [[np.flatnonzero(rows[:, 0] == f) for f in frames] for rows in (truth, found)]
    return {
        "num_timesteps": len(frames),
        "num_gt_dets": len(truth),
        "num_tracker_dets": len(found),
        "num_gt_ids": len(np.unique(truth[:, 1])),
        "num_tracker_ids": len(np.unique(found[:, 1])),
        "gt_ids": [ids[0][k] for k in at[0]],
        "tracker_ids": [ids[1][k] for k in at[1]],
        "similarity_scores": [iou(truth[a, 2:6], found[b, 2:6]) for a, b in zip(*at, strict=True)],
    }


def score(truth: Rows, found: Rows, threshold: float = 0.5) -> Scores:
    """All scores of the tracks against the truth; a box counts as found from an IoU of threshold."""
    from trackeval.metrics import CLEAR, HOTA, Identity

    truth, keep = _wanted(truth, found, threshold)
    sequence = _sequence(truth, found[keep])
    quiet = {"THRESHOLD": threshold, "PRINT_CONFIG": False}
    clear = CLEAR(quiet).eval_sequence(sequence)
    identity = Identity(quiet).eval_sequence(sequence)
    hota = HOTA().eval_sequence(sequence)
    return Scores(
        float(clear["MOTA"]),
        float(identity["IDF1"]),
        int(clear["IDSW"]),
        *(float(np.mean(hota[name])) for name in ("HOTA", "DetA", "AssA")),
        float(clear["CLR_Re"]),
        float(clear["CLR_Pr"]),
        int(clear["CLR_FN"]),
        int(clear["CLR_FP"]),
        len(truth),
        len(np.unique(truth[:, 1])),
    )


def matches(truth: Rows, found: Rows, threshold: float = 0.5) -> npt.NDArray[np.int64]:
    """Which box of the truth is which found one, frame by frame, most in total overlap first: shape (n, 2)."""
    pairs = []
    for frame in np.intersect1d(truth[:, 0], found[:, 0]):
        a, b = np.flatnonzero(truth[:, 0] == frame), np.flatnonzero(found[:, 0] == frame)
        overlap = iou(truth[a, 2:6], found[b, 2:6])
        overlap[overlap < threshold] = 0
        rows, columns = linear_sum_assignment(-overlap)
        pairs += [(a[r], b[c]) for r, c in zip(rows, columns, strict=True) if overlap[r, c] > 0]
    return np.array(pairs, np.int64).reshape(-1, 2)


def feet(boxes: Rows) -> Points:
    """Where the boxes (left, top, width, height) stand: the middle of their lower edge, pixels."""
    return np.stack([boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]], -1)


def ground_error(
    truth: Rows,
    found: Rows,
    to_ground: Callable[[Points], Points],
    *,
    size: tuple[int, int],
    said: Points | None = None,
) -> GroundError:
    """Distances on the ground at matched boxes that the picture's edge does not cut.

    to_ground: pixels to metres. size: the picture's width and height. said: the positions that the tracks themselves
    give, in the same metres, one for each row of found; without it the feet of the found boxes count.
    """
    width, height = size
    right, bottom = truth[:, 2] + truth[:, 4], truth[:, 3] + truth[:, 5]
    whole = truth[(truth[:, 2] > 1) & (right < width - 1) & (bottom < height - 1)]
    pairs = matches(whole, found)
    if not len(pairs):
        return GroundError(float("nan"), float("nan"), 0)
    where = to_ground(feet(found[:, 2:6])) if said is None else said
    apart = np.linalg.norm(to_ground(feet(whole[pairs[:, 0], 2:6])) - where[pairs[:, 1]], axis=-1)
    return GroundError(float(np.median(apart)), float(np.percentile(apart, 95)), len(pairs))


@dataclass(frozen=True, eq=False)
class RoadUser:
    """Someone in a clip. state: moving, parked (stands throughout), or ignored (neither wanted nor false).

    first, last: frames from 1. keys: shape (k, 5), frame, left, top, width, height.
    """

    number: int
    kind: str
    state: str
    first: int
    last: int
    keys: Rows

    def at(self, frame: float) -> Points:
        """The box, shape (4,): linear between keyframes, and on as before the first and after the last one."""
        t = self.keys[:, 0]
        if len(t) == 1:
            return self.keys[0, 1:]
        k = int(np.clip(np.searchsorted(t, frame) - 1, 0, len(t) - 2))
        share = (frame - t[k]) / (t[k + 1] - t[k])
        box = self.keys[k, 1:] + share * (self.keys[k + 1, 1:] - self.keys[k, 1:])
        return np.maximum(box, [-np.inf, -np.inf, 4, 4])


@cache
def clips() -> dict[str, tuple[RoadUser, ...]]:
    """Who is in the other clips, looked at frame by frame: path below the data folder -> road users."""
    with (TRUTH / "clips.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[tuple[str, int], list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault((row["clip"], int(row["user"])), []).append(row)
    users: dict[str, list[RoadUser]] = {}
    for (clip, number), keyed in found.items():
        keys = np.array([[float(r[c]) for c in ("frame", "left", "top", "width", "height")] for r in keyed])
        one = keyed[0]
        user = RoadUser(number, one["class"], one["state"], int(one["first"]), int(one["last"]), keys)
        users.setdefault(clip, []).append(user)
    return {clip: tuple(them) for clip, them in users.items()}


@dataclass(frozen=True)
class Verdict:
    """Who of a clip was followed by which tracks (with the class most of their boxes have), and tracks of nobody."""

    followed: dict[int, tuple[tuple[int, str], ...]]
    false: tuple[int, ...]

    def faults(self, users: tuple[RoadUser, ...]) -> list[str]:
        """One sentence for each moving road user not counted exactly once in the right class, and each false track."""
        said = []
        for user in users:
            tracks = self.followed.get(user.number, ())
            name = f"{user.kind} {user.number} (frames {user.first} to {user.last})"
            if user.state == "moving" and len(tracks) != 1:
                said.append(f"{name}: counted {len(tracks)} times")
            wrong = sorted({kind for _, kind in tracks} - {user.kind})
            if wrong and user.state == "moving":
                said.append(f"{name}: taken for {', '.join(wrong)}")
        return said + [f"track {track}: nobody is there" for track in self.false]


def judged(users: tuple[RoadUser, ...], found: Rows, kinds: Mapping[int, str]) -> Verdict:
    """Give each track to the road user whom it is on most; kinds: numbers of classes in the eighth column -> names."""
    followed: dict[int, list[tuple[int, str]]] = {}
    false = []
    for track in np.unique(found[:, 1]):
        rows = found[found[:, 1] == track]
        on = [sum(_is_on(user, row) for row in rows) for user in users]
        best = int(np.argmax(on)) if on else 0
        if not on or on[best] < max(1, 0.3 * len(rows)):
            false.append(int(track))
            continue
        codes, counts = np.unique(rows[:, 7].astype(int), return_counts=True)
        followed.setdefault(users[best].number, []).append((int(track), kinds[int(codes[counts.argmax()])]))
    return Verdict({n: tuple(tracks) for n, tracks in followed.items()}, tuple(false))


def _is_on(user: RoadUser, row: Rows) -> bool:
    """Whether a found box is on this road user: it overlaps, or it is a good part of it (a rider, a bicycle)."""
    if not user.first - 2 <= row[0] <= user.last + 2:
        return False
    box, other = user.at(row[0]), row[2:6]
    if iou(box[None], other[None])[0, 0] >= 0.25:
        return True
    middle = other[:2] + other[2:] / 2
    inside = bool(np.all(middle > box[:2]) and np.all(middle < box[:2] + box[2:]))
    return inside and 0.15 < other[2:].prod() / box[2:].prod() < 4
