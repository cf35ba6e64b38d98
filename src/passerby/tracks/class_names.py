"""What other tools call the classes of road users, and how to read them as those of format version 1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from passerby.errors import TracksError
from passerby.tracks.classes import CLASSES, CODE

NOT_A_ROAD_USER: Final = -1

# SUMO's abstract vehicle classes (https://sumo.dlr.de/docs/Vehicle_Type_Parameter_Defaults.html).
SUMO: Final = {
    "passenger": "car",
    "private": "car",
    "taxi": "car",
    "evehicle": "car",
    "hov": "car",
    "vip": "car",
    "authority": "car",
    "army": "truck",
    "emergency": "van",
    "delivery": "van",
    "trailer": "truck",
    "coach": "bus",
    "moped": "motorcycle",
    "bicycle": "cyclist",
    "bike": "cyclist",
    "scooter": "cyclist",
    "person": "pedestrian",
    "ped": "pedestrian",
    "wheelchair": "pedestrian",
    "rail": "tram",
    "rail_urban": "tram",
    "rail_electric": "tram",
    "rail_fast": "tram",
    "subway": "tram",
    "cable_car": "tram",
    "default_vehtype": "car",
    "default_pedtype": "pedestrian",
    "default_biketype": "cyclist",
    "default_taxitype": "car",
    "default_railtype": "tram",
    "default_containertype": "other",
    "container": "other",
    "ship": "other",
    "aircraft": "other",
    "drone": "other",
    "custom1": "other",
    "custom2": "other",
}

# OpenTrafficCam's own detector and the COCO names of its stock one.
OTC: Final = {
    "person": "pedestrian",
    "bicycle": "cyclist",
    "bicyclist": "cyclist",
    "bicyclist_with_trailer": "cyclist",
    "cargo_bike_driver": "cyclist",
    "scooter_driver": "cyclist",
    "motorcyclist": "motorcycle",
    "car_with_trailer": "car",
    "private_van": "van",
    "private_van_with_trailer": "van",
    "delivery_van": "van",
    "delivery_van_with_trailer": "van",
    "truck_with_trailer": "truck",
    "truck_with_semitrailer": "truck",
    "train": "tram",
}
COCO_THINGS: Final = frozenset(
    """airplane,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,
    bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,
    baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,
    orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,
    remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,
    toothbrush""".replace("\n", "")
    .replace("    ", "")
    .split(",")
)

# MOTChallenge (arXiv 1603.00831, table 3); what rides in or hides another is no road user of its own.
MOT: Final = {"1": "pedestrian", "3": "car", "4": "cyclist", "5": "motorcycle", "6": "other", "7": "pedestrian"} | {
    # the challenge has no number for these
    "14": "van",
    "15": "truck",
    "16": "bus",
    "17": "tram",
}
MOT_NUMBER: Final = {name: int(number) for number, name in reversed(MOT.items())}
MOT_THINGS: Final = frozenset({"2", "8", "9", "10", "11", "12", "13"})

_SEPARATOR: Final = re.compile(r"[^a-z]+")


class ClassTable:
    """Names of classes as found in a file, and their codes.

    class_map (found name -> class, "*" -> class of everything not named) comes before the format's own names, and
    both before `things`, which are left out. words: whether any word of the found name may be the class, as in
    SUMO's freely chosen types ("bus_articulated").
    """

    def __init__(
        self,
        class_map: Mapping[str, str] | None = None,
        known: Mapping[str, str] | None = None,
        things: frozenset[str] = frozenset(),
        words: bool = False,
    ) -> None:
        for found, wanted in (class_map or {}).items():
            if wanted not in CODE:
                raise TracksError(
                    f'class map: {found}={wanted}: a class must be one of {", ".join(CLASSES)}, got "{wanted}"'
                )
        self._own = dict(class_map or {})
        self._known = {**{c: c for c in CLASSES}, **(known or {})}
        self._things = things
        self._words = words
        self._cache: dict[str, int | None] = {}

    def code(self, found: str) -> int | None:
        """The code of a found name, NOT_A_ROAD_USER, or None where it is not known."""
        if found not in self._cache:
            self._cache[found] = self._find(found)
        return self._cache[found]

    def _find(self, found: str) -> int | None:
        name = found.strip()
        if name in self._own:
            return CODE[self._own[name]]
        if name in self._known:
            return CODE[self._known[name]]
        if self._words:
            lower = name.lower()
            words = [lower, *(w for w in _SEPARATOR.split(lower) if w)]
            hits = {self._known[w] for w in words if w in self._known}
            if lower in self._known:
                return CODE[self._known[lower]]
            if len(hits) == 1:
                return CODE[hits.pop()]
        if name in self._things:
            return NOT_A_ROAD_USER
        if "*" in self._own:
            return CODE[self._own["*"]]
        return None


def unknown_class(where: str, found: str) -> TracksError:
    """The error for a class that nothing says how to read; `where` is file and row."""
    name = found.strip() or "NAME"
    guess = {**OTC, **SUMO}.get(name.lower(), name.lower())
    wanted = guess if guess in CODE else "car"
    return TracksError(
        f'{where}: class must be one of {", ".join(CLASSES)}, got "{found}"; '
        f"say what it is with --class-map {name}={wanted}"
    )
