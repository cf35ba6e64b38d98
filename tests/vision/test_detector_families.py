"""Every family's export gives the boxes that its outputs mean; anything else is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

from passerby.errors import DependencyError, InputError, PrivacyError
from passerby.vision.detections import KINDS, Detections
from passerby.vision.detector import Detector, load_detector
from passerby.vision.families import recognised
from passerby.vision.runtime import read_graph
from tests.vision.family_graphs import Outputs, nanodet_rows, write, yolox_rows

SIZE = (64, 96)
BOXES = [(10.0, 12.0, 28.0, 52.0), (40.0, 30.0, 90.0, 58.0), (60.0, 4.0, 80.0, 20.0)]
KIND_NAMES = ["person", "bus", "truck"]
COCO_80 = [0, 5, 7]
COCO_91 = [1, 6, 8]
PICTURE = np.zeros((*SIZE, 3), np.uint8)


def queries(columns: list[int], classes: int, names: tuple[str, str]) -> Outputs:
    boxes = np.tile(np.array([0.5, 0.5, 0.1, 0.1], np.float32), (1, 20, 1))
    logits = np.full((1, 20, classes), -9.0, np.float32)
    for i, (box, column) in enumerate(zip(BOXES, columns, strict=True)):
        w, h = box[2] - box[0], box[3] - box[1]
        boxes[0, i] = ((box[0] + w / 2) / 96, (box[1] + h / 2) / 64, w / 96, h / 64)
        logits[0, i, column] = np.log(0.9 / 0.1)
    return {names[0]: boxes, names[1]: logits}


def labelled(extra: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    boxes = np.zeros((1, 5 + extra, 4), np.float32)
    boxes[0, :3] = BOXES
    score, label = np.zeros((1, 5 + extra), np.float32), np.zeros((1, 5 + extra), np.int64)
    score[0, :3], label[0, :3] = 0.9, COCO_80
    return boxes, score, label


def nanodet_plus(path: Path) -> Path:
    return write(
        path,
        {"output": nanodet_rows(SIZE, BOXES, COCO_80, (8, 16, 32, 64), 0.0, 8)[None]},
        picture="data",
        shape=(1, 3, *SIZE),
    )


def nanodet(path: Path) -> Path:
    return write(path, {"output": nanodet_rows(SIZE, BOXES, COCO_80, (8, 16, 32), 0.5, 11)[None]}, picture="input")


def nanodet_by_stride(path: Path) -> Path:
    rows = nanodet_rows(SIZE, BOXES, COCO_80, (8, 16, 32), 0.5, 8)
    at = np.cumsum([96, 24])
    outputs = {f"cls_pred_stride_{s}": p[None] for s, p in zip((8, 16, 32), np.split(rows[:, :80], at), strict=True)}
    outputs |= {f"dis_pred_stride_{s}": p[None] for s, p in zip((8, 16, 32), np.split(rows[:, 80:], at), strict=True)}
    return write(path, outputs, picture="data")


def yolox(path: Path) -> Path:
    return write(path, {"output": yolox_rows(SIZE, BOXES, COCO_80, decoded=False)[None]})


def yolox_decoded(path: Path) -> Path:
    return write(path, {"output": yolox_rows(SIZE, BOXES, COCO_80, decoded=True)[None]}, shape=("batch", 3, *SIZE))


def rtmdet(path: Path) -> Path:
    boxes, score, label = labelled()
    outputs = {"dets": np.concatenate([boxes, score[..., None]], axis=2), "labels": label}
    free = {"dets": ["batch", "n", 5], "labels": ["batch", "n"]}
    return write(path, outputs, picture="input", shape=(1, 3, *SIZE), free=free)


def rf_detr(path: Path) -> Path:
    return write(path, queries(COCO_91, 91, ("dets", "labels")), picture="input")


def rt_detr(path: Path) -> Path:
    boxes, score, label = labelled()
    return write(path, {"labels": label, "boxes": boxes, "scores": score}, sizes="orig_target_sizes")


def transformers(path: Path) -> Path:
    outputs = queries(COCO_80, 80, ("pred_boxes", "logits"))
    return write(path, {"logits": outputs["logits"], "pred_boxes": outputs["pred_boxes"]}, picture="pixel_values")


FAMILIES: list[tuple[Callable[[Path], Path], str]] = [
    (nanodet_plus, "NanoDet-Plus"),
    (nanodet, "NanoDet"),
    (nanodet_by_stride, "NanoDet"),
    (yolox, "YOLOX"),
    (yolox_decoded, "YOLOX"),
    (rtmdet, "RTMDet"),
    (rf_detr, "RF-DETR"),
    (rt_detr, "RT-DETR/D-FINE"),
    (transformers, "RT-DETR/D-FINE"),
]


def in_order(found: Detections) -> list[tuple[str, list[float], float]]:
    order = np.argsort(found.boxes[:, 0])
    return [(KINDS[found.kind[i]], found.boxes[i].tolist(), float(found.score[i])) for i in order]


@pytest.mark.parametrize(("make", "name"), FAMILIES)
def test_boxes_come_out_as_they_were_put_in(make: Callable[[Path], Path], name: str, tmp_path: Path) -> None:
    detector = load_detector(make(tmp_path / "a.onnx"), threads=1)
    assert detector.name == name
    assert detector.input_sizes == [SIZE]
    found = in_order(detector.detect([PICTURE])[0])
    assert [kind for kind, _, _ in found] == KIND_NAMES
    for (_, box, score), wanted in zip(found, BOXES, strict=True):
        assert box == pytest.approx(wanted, abs=0.02)
        assert score == pytest.approx(0.9, abs=1e-3)


@pytest.mark.parametrize(("make", "name"), FAMILIES)
def test_the_file_name_does_not_matter(make: Callable[[Path], Path], name: str, tmp_path: Path) -> None:
    assert load_detector(make(tmp_path / "yolox-rtmdet.onnx"), threads=1).name == name


@pytest.mark.parametrize(("make", "name"), FAMILIES)
def test_larger_pictures_are_shrunk_and_boxes_grown_back(
    make: Callable[[Path], Path], name: str, tmp_path: Path
) -> None:
    detector = load_detector(make(tmp_path / "a.onnx"), threads=1)
    found = in_order(detector.detect([np.zeros((128, 192, 3), np.uint8)])[0])
    for (_, box, _), wanted in zip(found, BOXES, strict=True):
        assert box == pytest.approx([2 * v for v in wanted], abs=0.05)


def test_preparation_of_each_family(tmp_path: Path) -> None:
    pixel = np.zeros((1, *SIZE, 3), np.uint8)
    pixel[..., :] = (30, 60, 90)  # blue, green, red
    wanted = {
        yolox: (30, 60, 90),
        rtmdet: ((30 - 103.53) / 57.375, (60 - 116.28) / 57.12, (90 - 123.675) / 58.395),
        nanodet_plus: ((30 - 103.53) / 57.375, (60 - 116.28) / 57.12, (90 - 123.675) / 58.395),
        rf_detr: ((90 / 255 - 0.485) / 0.229, (60 / 255 - 0.456) / 0.224, (30 / 255 - 0.406) / 0.225),
        rt_detr: (90 / 255, 60 / 255, 30 / 255),
    }
    for make, channels in wanted.items():
        family = recognised("a", read_graph(make(tmp_path / "a.onnx")))
        made = family.prepared(pixel, "float")
        assert made.shape == (1, 3, *SIZE)
        assert made[0, :, 5, 5] == pytest.approx(channels, rel=1e-5)


def test_a_fixed_batch_is_filled_up(tmp_path: Path) -> None:
    rows = np.repeat(yolox_rows(SIZE, BOXES, COCO_80, decoded=False)[None], 4, axis=0)
    detector = load_detector(write(tmp_path / "a.onnx", {"output": rows}, shape=(4, 3, *SIZE)), threads=1)
    assert [len(found) for found in detector.detect([PICTURE] * 3)] == [3, 3, 3]


def test_names_in_the_metadata_decide(tmp_path: Path) -> None:
    rows = nanodet_rows(SIZE, BOXES, [2, 0, 1], (8, 16, 32, 64), 0.0, 8, classes=3)
    for names in ('["bus", "lorry", "pedestrian"]', "{0: 'bus', 1: 'truck', 2: 'person'}", "bus,truck,person"):
        path = write(tmp_path / "a.onnx", {"output": rows[None]}, metadata={"names": names})
        assert [k for k, _, _ in in_order(load_detector(path, threads=1).detect([PICTURE])[0])] == KIND_NAMES


@pytest.mark.parametrize("names", ['["face"]', '["person", "license_plate"]', "car,number plate", '["man", "woman"]'])
def test_models_that_know_faces_or_plates_are_refused(names: str, tmp_path: Path) -> None:
    classes = names.count(",") + 1
    rows = nanodet_rows(SIZE, [], [], (8, 16, 32, 64), 0.0, 8, classes=classes)
    path = write(tmp_path / "a.onnx", {"output": rows[None]}, metadata={"names": names})
    with pytest.raises(PrivacyError, match="road users only"):
        load_detector(path)


def test_models_that_give_landmarks_are_refused(tmp_path: Path) -> None:
    boxes, score, label = labelled()
    outputs = {"dets": np.concatenate([boxes, score[..., None]], axis=2), "labels": label}
    path = write(tmp_path / "a.onnx", {**outputs, "face_landmarks": np.zeros((1, 5, 10), np.float32)}, picture="input")
    with pytest.raises(PrivacyError, match="face_landmarks"):
        load_detector(path)


@pytest.mark.parametrize(
    ("outputs", "metadata", "says"),
    [
        ({"output0": np.zeros((1, 84, 8400), np.float32)}, {}, "known .*YOLOX.*; found images float"),
        ({"output": np.zeros((1, 378, 85), np.float32)}, {}, "found images float .* out"),
        ({"numbers": np.zeros((1, 512), np.float32)}, {}, "found images float"),
        ({"output": np.zeros((1, 126, 12), np.float32)}, {}, "7 classes have no names"),
        ({"output": np.zeros((1, 126, 7), np.float32)}, {"names": "cat,dog"}, "is a road user"),
    ],
)
def test_other_graphs_are_refused_with_what_was_found(
    outputs: Outputs, metadata: dict[str, str], says: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        load_detector(write(tmp_path / "a.onnx", outputs, metadata=metadata))
    assert "\n" not in str(caught.value)


def test_no_model_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_detector(tmp_path / "absent.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"not a model")
    with pytest.raises(InputError, match="cannot be read as an ONNX model"):
        load_detector(tmp_path / "broken.onnx")


def test_providers(tmp_path: Path) -> None:
    path = yolox(tmp_path / "a.onnx")
    with pytest.raises(InputError, match="known are cpu, cuda"):
        load_detector(path, provider="abacus")
    with pytest.raises(DependencyError, match="not installed here"):
        load_detector(path, provider="rocm")
    assert isinstance(load_detector(path, provider="cpu", threads=1), Detector)
