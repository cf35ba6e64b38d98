"""Real clips through the command line: everyone who moves counted once, as what they are, and nobody made up.

Who is in each clip was written down by eye beforehand (truth/clips.csv, docs/validation-camera.md).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from passerby.cli import app
from passerby.tracks.class_names import MOT
from passerby.tracks.classes import CLASSES
from tests.vision.scoring import (
    DATA,
    Rows,
    clips,
    ground_error,
    judged,
    pets_truth,
    pets_truth_without_outskirts,
    read_mot,
    score,
)
from tests.vision.tsai import pets

KINDS = {int(number): name for number, name in MOT.items()}
PEDESTRIAN = next(number for number, name in KINDS.items() if name == "pedestrian")


def watched(clip: str, folder: Path, *options: str) -> Rows:
    """The boxes that `passerby watch` writes of a clip; the test is skipped where there is no such clip."""
    path = DATA / clip
    if not path.exists():
        pytest.skip(f"{path} is absent (set PASSERBY_DATA)")
    done = CliRunner().invoke(app, ["watch", str(path), "--mot", str(folder / "boxes.txt"), "--quiet", *options])
    assert done.exit_code == 0, done.output
    return read_mot(folder / "boxes.txt")


def faults(clip: str, folder: Path) -> list[str]:
    found = watched(clip, folder)
    assert set(found[:, 7].astype(int)) <= set(KINDS)
    assert set(KINDS.values()) <= set(CLASSES)
    return judged(clips()[clip], found, KINDS).faults(clips()[clip])


FALLS_SHORT = {
    "Cars-Cyclist": "the walker on the far pavement is 27 px tall, with scores of 0.3 to 0.4",
    "/car-detection": "of two cars that pass side by side, seen from above, the network finds neither: one is lost",
}
SHORT = [
    pytest.param(clip, marks=[pytest.mark.xfail(reason=why) for part, why in FALLS_SHORT.items() if part in clip])
    for clip in sorted(clips())
    if "one-by-one" not in clip
]
LONG = [clip for clip in sorted(clips()) if "one-by-one" in clip]


@pytest.mark.parametrize("clip", SHORT)
def test_everyone_is_counted_once_as_what_they_are(clip: str, tmp_path: Path) -> None:
    assert not (said := faults(clip, tmp_path)), "\n".join(said)


@pytest.mark.slow
@pytest.mark.parametrize("clip", LONG)
def test_everyone_is_counted_once_in_a_long_clip(clip: str, tmp_path: Path) -> None:
    assert not (said := faults(clip, tmp_path)), "\n".join(said)


@pytest.mark.slow
def test_people_crossing_each_other_are_followed(tmp_path: Path) -> None:
    pytest.importorskip("trackeval")
    found = watched("pets09/vtest.avi", tmp_path)
    people = found[found[:, 7] == PEDESTRIAN]
    result = score(pets_truth(), people)
    assert result.mota >= 0.90, result
    assert result.idf1 >= 0.90, result
    assert result.switches <= 10, result
    # as others count it: whoever is found far behind the building or right below the camera is then false
    assert score(pets_truth_without_outskirts(), people).mota >= 0.87
    error = ground_error(pets_truth(), people, pets().to_ground, size=(768, 576))
    assert error.median_m < 0.25
    assert error.p95_m < 1.0
    assert np.all(people[:, 4:6] > 0)
