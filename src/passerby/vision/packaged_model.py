"""The detector that comes with Passerby: NanoDet-g, int8, made when the package was built."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

from passerby.errors import DependencyError

FOLDER: Final = Path(__file__).parent / "models"
MODEL: Final = FOLDER / "nanodet-g.int8.onnx"
CARD: Final = FOLDER / "nanodet-g.json"


@cache
def packaged_model() -> Path:
    """Path of the packaged model, checked once against its digest. Raises DependencyError where it is missing."""
    try:
        wanted = json.loads(CARD.read_text())["sha256"]
        found = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError) as error:
        raise DependencyError(
            "the detector that comes with Passerby is not installed; install Passerby again from its wheel, "
            "or in a checkout run: python -m model.build"
        ) from error
    if found != wanted:
        raise DependencyError(
            f"{MODEL.name}: wanted SHA-256 {wanted[:12]}..., got {found[:12]}...; install Passerby again"
        )
    return MODEL
