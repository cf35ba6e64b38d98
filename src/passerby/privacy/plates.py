"""Background plates: the only pictures that may lie in a data folder, each vouched for by its SHA-256.

`plate.json` (or `<anything>.plate.json`) beside the picture::

    {"version": 1, "pictures": [{"file": "plate.png", "sha256": "...", "frames": 18000, "span_s": 3600.0}]}

`frames` and `span_s` say over how many frames and how long a time the median was taken: too few, and somebody who
waits for the bus is in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from passerby.privacy.finding import Finding

MIN_FRAMES: Final = 100
MIN_SPAN_S: Final = 600.0
STILL: Final = ("PNG picture", "JPEG picture", "WebP picture")


@dataclass(frozen=True)
class Plate:
    """One certified background picture."""

    file: str
    sha256: str
    frames: int
    span_s: float


def is_certificate(path: Path) -> bool:
    """Whether a file's name is that of a certificate."""
    return path.name == "plate.json" or path.name.endswith(".plate.json")


def read_certificates(files: Mapping[str, Path]) -> tuple[dict[str, Plate], list[Finding]]:
    """Certified plates by their SHA-256, and what is wrong with certificates; files: relative name -> path."""
    plates: dict[str, Plate] = {}
    findings = []
    for name, path in files.items():
        if not is_certificate(path):
            continue
        try:
            certificate = json.loads(path.read_text(encoding="utf-8"))
            if certificate["version"] != 1:
                raise ValueError(f"version {certificate['version']}")
            found = [
                Plate(str(p["file"]), str(p["sha256"]).lower(), int(p["frames"]), float(p["span_s"]))
                for p in certificate["pictures"]
            ]
        except (OSError, ValueError, KeyError, TypeError) as e:
            findings.append(
                Finding(name, "certificate that cannot be read", f"{type(e).__name__} {e}", "write the plate again")
            )
            continue
        for plate in found:
            if plate.frames < MIN_FRAMES or not plate.span_s >= MIN_SPAN_S:
                findings.append(
                    Finding(
                        name,
                        f"plate {plate.file} made from {plate.frames} frames over {plate.span_s:g} s",
                        f"people who stand still stay in a median of less than {MIN_FRAMES} frames or {MIN_SPAN_S:g} s",
                        "make the plate from a longer stretch",
                    )
                )
            else:
                plates[plate.sha256] = plate
    return plates, findings
