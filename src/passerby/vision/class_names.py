"""Which of a network's classes are road users; networks that know people's faces or plates are refused."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from passerby.errors import InputError, PrivacyError
from passerby.vision.detections import KINDS

COCO_80: Final = {"person": 0, "bicycle": 1, "car": 2, "motorcycle": 3, "bus": 5, "truck": 7, "train": 6}
"""Contiguous class indices, as YOLOX, RTMDet, NanoDet, RT-DETR and D-FINE give them."""
COCO_91: Final = {"person": 1, "bicycle": 2, "car": 3, "motorcycle": 4, "bus": 6, "truck": 8, "train": 7}
"""COCO's own category ids with its gaps, as DETR and RF-DETR give them."""

SAME_AS: Final = {
    "pedestrian": "person",
    "people": "person",
    "human": "person",
    "bike": "bicycle",
    "motorbike": "motorcycle",
    "motor": "motorcycle",
    "van": "car",
    "lorry": "truck",
    "tram": "train",
}
NAME_KEYS: Final = ("names", "classes", "class_names", "labels")
IDENTIFYING: Final = re.compile(
    r"\b(faces?|plates?|licen[cs]e|anpr|alpr|lpr|heads?|eyes?|iris|gait|reid|re-id|embeddings?|landmarks?"
    r"|gender|male|female|woman|man|child|age|race|ethnicity|emotions?|identity|fingerprints?)\b",
    re.IGNORECASE,
)


def refuse_identifying(what: str, words: Sequence[str]) -> None:
    """Raise PrivacyError where a word names what a person could be recognised or judged by."""
    for word in words:
        found = IDENTIFYING.search(re.sub(r"[_\W]+", " ", word))
        if found:
            raise PrivacyError(
                f"{what}: it knows {word!r}; Passerby takes detectors of road users only, none that could "
                "recognise or judge a person"
            )


def names_in(metadata: Mapping[str, str]) -> list[str] | None:
    """Class names that an export wrote into its metadata: a list, a map of indices or words with commas."""
    text = next((metadata[key] for key in NAME_KEYS if metadata.get(key)), None)
    if text is None:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError):
            continue
        if isinstance(value, dict) and all(str(key).isdigit() for key in value):
            found = {int(key): str(name) for key, name in value.items()}
            return [found.get(i, "") for i in range(max(found, default=-1) + 1)]
        if isinstance(value, list | tuple):
            return [str(name) for name in value]
    return [part.strip() for part in re.split(r"[,;\n]", text)]


def columns_of_kinds(what: str, names: Sequence[str] | None, classes: int | None) -> list[int | None]:
    """Class index of each of KINDS, None for what the network does not know.

    names: from the metadata, else None: then 80 classes (or an unknown number) are COCO's, 90 to 92 COCO's with gaps.
    Raises PrivacyError, or InputError where no class is a road user or the classes have no names.
    """
    if names is None:
        if classes in (None, 80):
            return [COCO_80[kind] for kind in KINDS]
        if classes in (90, 91, 92):
            return [COCO_91[kind] for kind in KINDS]
        raise InputError(
            f"{what}: its {classes} classes have no names; write them into the model's metadata as 'names', "
            'a JSON list such as ["person", "car"]'
        )
    refuse_identifying(what, names)
    plain = [SAME_AS.get(name.strip().lower(), name.strip().lower()) for name in names]
    columns = [plain.index(kind) if kind in plain else None for kind in KINDS]
    if all(column is None for column in columns):
        raise InputError(
            f"{what}: none of its classes ({', '.join(names[:8])}) is a road user; known: {', '.join(KINDS)}"
        )
    return columns
