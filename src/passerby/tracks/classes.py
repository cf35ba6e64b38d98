"""The classes of road users and the footprint each has where none was measured."""

from __future__ import annotations

from typing import Final

CLASSES: Final = ("pedestrian", "cyclist", "motorcycle", "car", "van", "truck", "bus", "tram", "other")
CODE: Final = {name: code for code, name in enumerate(CLASSES)}

PEDESTRIAN: Final = CODE["pedestrian"]
MOTOR_VEHICLES: Final = frozenset({"motorcycle", "car", "van", "truck", "bus"})
VEHICLES: Final = MOTOR_VEHICLES | {"tram"}

DEFAULT_FOOTPRINT_M: Final = {
    # length, width; typical design vehicles (FGSV RBSt 2020 / AASHTO Green Book 2018, chapter 2)
    "pedestrian": (0.5, 0.5),
    "cyclist": (1.8, 0.6),
    "motorcycle": (2.2, 0.8),
    "car": (4.5, 1.8),
    "van": (5.5, 2.0),
    "truck": (10.0, 2.5),
    "bus": (12.0, 2.55),
    "tram": (30.0, 2.4),
    "other": (1.0, 1.0),
}
