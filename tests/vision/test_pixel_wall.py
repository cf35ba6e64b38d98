"""No pixel of a passer-by leaves: what may encode a picture at all, and a search of everything a whole run wrote."""

from __future__ import annotations

import ast
import base64
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import passerby
from passerby.privacy import verify
from passerby.tracks.classes import CLASSES
from passerby.vision import plate as plate_module
from passerby.vision.background import Background
from passerby.vision.plate import Plate, write_plate
from passerby.vision.silhouette import camera_shapes, to_svg
from tests.vision.leaks import leaks_in, passers_of
from tests.vision.scenes import CLIPS, clip_bgr, clip_path

ROOT = Path(passerby.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# Only this room may touch pictures at all, and only the plate may be made into a file.
PICTURE_LIBRARIES = {"cv2", "av", "onnxruntime", "openvino", "PIL", "imageio", "skimage", "torchvision", "matplotlib"}
ENCODERS = {
    "imwrite", "imwritemulti", "imencode", "imencodemulti", "imwriteanimation", "VideoWriter", "FileStorage", "imsave",
    "toimage", "to_pil", "tofile", "savez", "savez_compressed", "memmap", "open_memmap", "add_stream", "mux",
}  # fmt: skip
LEAKY = {"tempfile", "pickle", "shelve", "marshal", "multiprocessing", "mmap", "socket", "http", "urllib.request"}


def imported(tree):
    """Modules by full name and by their first part."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from (alias.name, alias.name.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, node.module.split(".")[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module",
            "__import__",
        ):
            yield from (str(a.value).split(".")[0] for a in node.args if isinstance(a, ast.Constant))


def encodes(tree):
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in ENCODERS:
            yield f"{name} (line {node.lineno})"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            module, function = node.func.value.id, node.func.attr
            if module in ("np", "numpy") and function in ("save", "savetxt"):
                yield f"numpy.{function} (line {node.lineno})"
            if module == "av" and function == "open":
                modes = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
                if any(not isinstance(m, ast.Constant) or m.value != "r" for m in modes):
                    yield f"av.open for writing (line {node.lineno})"


def writes_files(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("write_bytes", "write_text"):
            yield f"{node.attr} (line {node.lineno})"
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "open":
            for mode in [*node.args[:2], *(k.value for k in node.keywords if k.arg == "mode")]:
                text = mode.value if isinstance(mode, ast.Constant) else ""
                if isinstance(text, str) and text and set(text) <= set("rwxabt+") and set(text) & set("wxa+"):
                    yield f"open for writing (line {node.lineno})"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_who_may_touch_pictures(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    room = path.relative_to(ROOT).parts[0]
    if room != "vision":
        assert not set(imported(tree)) & PICTURE_LIBRARIES
    if path != ROOT / "vision" / "plate.py":
        assert not list(encodes(tree))
        if room == "vision":
            assert not list(writes_files(tree))
    if room == "vision":
        assert not set(imported(tree)) & LEAKY


def test_the_scan_sees_encoders():
    for line in (
        "cv2.imwrite('a.png', x)", "np.save('a', x)", "x.tofile('a')", "av.open('a', 'w')", "av.open('a', mode=m)",
        "from cv2 import imencode\nimencode('.png', x)",
    ):  # fmt: skip
        assert list(encodes(ast.parse(line))), line
    assert list(writes_files(ast.parse("open(p, 'wb')")))
    assert list(writes_files(ast.parse("p.open('ab')")))
    assert not list(writes_files(ast.parse("open(p)\np.open()\nopen(p, 'rb')")))
    assert list(imported(ast.parse("import importlib\nimportlib.import_module('cv2.x')"))) == [
        "importlib",
        "importlib",
        "cv2",
    ]


# -- the search tool -------------------------------------------------------------------------------------------------


def seen(name, count, step):
    """Frames of a clip and boxes of whatever moves in them."""
    frames, boxes, model = [], [], None
    for t, bgr in clip_bgr(name, count, step):
        grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        model = model or Background(*grey.shape)
        model.update(grey, t)
        frames.append(bgr)
        boxes.append(model.regions(400).boxes if len(frames) > 8 else np.empty((0, 4)))
    return frames, boxes


@pytest.fixture(scope="module")
def plaza():
    frames, boxes = seen("vtest", 50, 4)
    passers = passers_of(frames, boxes)
    assert len(passers.cuts) >= 6
    return frames, boxes, passers


@pytest.fixture(scope="module")
def crop(plaza):
    """The busiest frame, and somebody cut out of it."""
    frames, boxes, _ = plaza
    k = max(range(12, len(frames)), key=lambda i: len(boxes[i]))
    x0, y0, x1, y1 = (int(v) for v in boxes[k][0])
    return frames[k], frames[k][max(0, y0 - 10) : y1 + 10, max(0, x0 - 10) : x1 + 10]


def encoded(suffix, picture, *options):
    return cv2.imencode(suffix, picture, *options)[1].tobytes()


def half(picture):
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA)


def plain(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd")
    return file.getvalue()


def zipped(name, data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def grey_of(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


WHOLE = {
    "frame.png": lambda f: encoded(".png", f),
    "frame.jpg": lambda f: encoded(".jpg", f, [cv2.IMWRITE_JPEG_QUALITY, 40]),
    "frame.webp": lambda f: encoded(".webp", f),
    "frame.bmp": lambda f: encoded(".bmp", f),
    "half.png": lambda f: encoded(".png", half(f)),
    "blurred.jpg": lambda f: encoded(".jpg", cv2.GaussianBlur(f, (0, 0), 2.5)),
    "negative.png": lambda f: encoded(".png", 255 - f),
    "raw": lambda f: f.tobytes(),
    "raw-rgb": lambda f: f[:, :, ::-1].tobytes(),
    "raw-yuv": lambda f: cv2.cvtColor(f, cv2.COLOR_BGR2YUV_I420).tobytes(),
    "raw-half": lambda f: half(f).tobytes(),
    "array.npy": lambda f: plain(f),
    "floats.npy": lambda f: plain(grey_of(f) / 255.0),
    "floats.bin": lambda f: (grey_of(f) / 255.0).astype(np.float32).tobytes(),
    "shifted.bin": lambda f: b"x" + grey_of(f).astype(np.float32).tobytes(),
    "small.npy": lambda f: plain(cv2.resize(grey_of(f), None, fx=0.4, fy=0.4, interpolation=cv2.INTER_CUBIC)),
    "log.txt": lambda f: b"frame 7\n" + base64.b64encode(encoded(".jpg", f)) + b"\nend\n",
    "page.html": lambda f: b'<img src="data:image/png;base64,' + base64.b64encode(encoded(".png", f)) + b'">',
    "drawing.svg": lambda f: b'<image href="data:image/jpeg;base64,' + base64.b64encode(encoded(".jpg", f)) + b'"/>',
    "hex.json": lambda f: json.dumps({"x": encoded(".jpg", f).hex()}).encode(),
    "numbers.json": lambda f: json.dumps(grey_of(f).tolist()).encode(),
    "rows.parquet": lambda f: parquet(blob=[encoded(".png", f)]),
    "rows.parquet.raw": lambda f: parquet(blob=[grey_of(f).tobytes()]),
    "lists.parquet": lambda f: parquet(row=pa.array(grey_of(f).tolist(), pa.list_(pa.uint8()))),
    "packed.zip": lambda f: zipped("inside.bin", gzip.compress(encoded(".png", f))),
    "appended.csv": lambda f: b"track,t\n1,2\n" + encoded(".jpg", f),
}  # fmt: skip


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_planted_frame_is_found(plaza, crop, tmp_path, name):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_bytes(WHOLE[name](crop[0]))
    assert leaks_in(tmp_path, plaza[2])


@pytest.mark.parametrize("name", ["frame.png", "frame.jpg", "array.npy", "page.html", "rows.parquet", "log.txt"])
def test_a_planted_person_is_found(plaza, tmp_path, name):
    """Somebody cut out close."""
    _, _, passers = plaza
    for cut in passers.cuts[:3]:
        (tmp_path / name).write_bytes(WHOLE[name](cv2.merge([cut] * 3)))
        assert leaks_in(tmp_path, passers)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
def test_a_film_is_found(plaza, tmp_path, suffix):
    head = {
        ".mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00",
        ".avi": b"RIFF\x10\x00\x00\x00AVI LIST",
        ".mkv": b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x23B\x86\x81\x01B\x82\x88matroska",
    }[suffix]
    (tmp_path / "x").write_bytes(b"0" * 99 + head + bytes(999))
    assert leaks_in(tmp_path, plaza[2])


def test_silent_on_what_is_drawn_and_on_the_plate(plaza, tmp_path):
    frames, boxes, passers = plaza
    street = np.median(np.stack(frames), axis=0).astype(np.uint8)
    write_plate(Plate(plate_module._MADE_HERE, street, 121, 700.0, 0.0), tmp_path)
    cls = np.arange(len(boxes[20])) % len(CLASSES)
    svg = to_svg(camera_shapes(cls, boxes[20]), (0, 0, 768, 576))
    (tmp_path / "street.svg").write_text(svg)
    drawn = np.full((576, 768), 240, np.uint8)
    for shape in camera_shapes(np.zeros(len(boxes[20]), int), boxes[20]):
        for outline in shape.outlines:
            cv2.fillPoly(drawn, [outline.round().astype(np.int32)], 60)
    (tmp_path / "drawn.png").write_bytes(encoded(".png", drawn))
    rng = np.random.default_rng(0)
    (tmp_path / "noise.png").write_bytes(encoded(".png", rng.integers(0, 256, (288, 384)).astype(np.uint8)))
    (tmp_path / "noise.bin").write_bytes(rng.bytes(1 << 16))
    pq.write_table(
        pa.table({"track": rng.integers(0, 99, 5000), "x": rng.normal(0, 20, 5000), "t": np.arange(5000) / 10}),
        tmp_path / "tracks.parquet",
    )
    (tmp_path / "boxes.csv").write_text("\n".join(",".join(f"{v:.1f}" for v in b) for rows in boxes for b in rows))
    (tmp_path / "log.jsonl").write_text('{"t": 12.5, "message": "camera north: running"}\n' * 500)
    assert leaks_in(tmp_path, passers) == []


# -- the whole product -----------------------------------------------------------------------------------------------

PASSERBY = [sys.executable, "-c", "from passerby.cli import main; main()"]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(CLIPS))
def test_the_whole_product_leaves_nothing(name, tmp_path):
    """`passerby watch` over a real recording, every folder it could write to watched: not one pixel of anyone."""
    path = clip_path(name)
    if "watch" not in subprocess.run([*PASSERBY, "--help"], capture_output=True, text=True, timeout=600).stdout:
        pytest.skip("this Passerby has no command `watch`")
    places = {
        key: tmp_path / key for key in ("home", "tmp", "cwd", "cache", "config", "state", "out", "store", "plates")
    }
    for place in places.values():
        place.mkdir()
    quiet = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")
    env = {
        **{k: v for k, v in os.environ.items() if k not in quiet},
        "HOME": str(places["home"]),
        "TMPDIR": str(places["tmp"]),
        "XDG_CACHE_HOME": str(places["cache"]),
        "XDG_CONFIG_HOME": str(places["config"]),
        "XDG_STATE_HOME": str(places["state"]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT.parent), os.environ.get("PYTHONPATH", "")))),
    }
    for place in ("out", "store", "plates"):
        places[place].rmdir()
    options = ["--out", places["out"], "--mot", places["cwd"] / "tracks.txt", "--store", places["store"]]
    done = subprocess.run(
        [*PASSERBY, "watch", str(path), *map(str, options), "--plate", str(places["plates"])],
        capture_output=True,
        env=env,
        cwd=places["cwd"],
        timeout=1800,
    )
    (tmp_path / "stdout.log").write_bytes(done.stdout)
    (tmp_path / "stderr.log").write_bytes(done.stderr)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert (places["cwd"] / "tracks.txt").exists()
    frames, boxes = seen(name, 60, max(1, 200 // 60))
    passers = passers_of(frames, boxes)
    assert passers.cuts
    assert passers.runs
    assert leaks_in(tmp_path, passers) == []
    for unused in ("home", "tmp", "cache", "config", "state"):
        assert [p for p in places[unused].rglob("*") if p.is_file()] == []
    assert not list(tmp_path.rglob("core*"))
    # A clip is too short for a certain plate: none is written, and the reason is told.
    assert not list(tmp_path.rglob("*.png"))
    assert [f for f in verify(places["out"]) if f.severity != "advice" and "picture" in f.what] == []
