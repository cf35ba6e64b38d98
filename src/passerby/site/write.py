"""`Site` -> site.toml of format version 1, such that reading it gives the same site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from passerby.site.model import Calibration, Movement, Points, Site, StopLine


def write_site(site: Site) -> str:
    """The text of a site.toml for this site; numbers keep every digit, geometry is in ground metres."""
    blocks = [
        "version = 1",
        _block(
            "[site]",
            name=site.name,
            timezone=site.timezone,
            origin=site.origin,
            drives_on=site.drives_on,
            speed_limit_kmh=site.speed_limit_kmh,
        ),
    ]
    for c in site.cameras:
        blocks.append(_block("[[camera]]", id=c.id, source=c.source))
        if c.calibration is not None:
            blocks.append(_calibration(c.calibration))
    for s in site.signals:
        blocks.append(
            _block(
                "[[signal]]",
                id=s.id,
                kind=s.kind,
                phase=s.phase,
                pedestrian_phase=s.pedestrian_phase,
                overlap=s.overlap,
                group=s.group,
            )
        )
        for lamps in s.lamps:
            blocks.append(
                _block("[[signal.lamp]]", camera=lamps.camera, red=lamps.red, amber=lamps.amber, green=lamps.green)
            )
    for line in site.stop_lines:
        blocks.extend(_stop_line(line))
    for w in site.crosswalks:
        classes = sorted(w.classes)
        blocks.append(_block("[[crosswalk]]", id=w.id, polygon=w.polygon, signal=w.signal, classes=classes))
    for lane in site.lanes:
        blocks.append(
            _block(
                "[[lane]]",
                id=lane.id,
                centreline=lane.centreline,
                width=lane.width_m,
                kind=lane.kind,
                speed_limit_kmh=lane.speed_limit_kmh,
            )
        )
    for z in site.zones:
        blocks.append(_block("[[zone]]", id=z.id, kind=z.kind, polygon=z.polygon, max_stop_s=z.max_stop_s))
    for rule, settings in site.rules.items():
        blocks.append(_block(f"[rules.{_key(rule)}]", **settings))
    return "\n\n".join(blocks) + "\n"


def _calibration(calibration: Calibration) -> str:
    given: dict[str, Points | tuple[tuple[float, float, float], ...] | None] = {}
    if calibration.image:
        given = {"image": calibration.image, "ground": calibration.ground}
    return _block(
        "[camera.calibration]",
        **given,
        matrix=calibration.matrix,
        size=calibration.size,
        distortion=calibration.distortion or None,
    )


def _stop_line(line: StopLine) -> Iterable[str]:
    one = line.movements[0] if len(line.movements) == 1 else None
    simple = one is not None and one.signal is not None and one.exit_heading_deg is None
    yield _block(
        "[[stop_line]]",
        id=line.id,
        points=line.points,
        heading=line.heading_deg,
        signal=one.signal if one is not None and simple else None,
        turn_on_red=True if one is not None and simple and one.turn_on_red else None,
    )
    if not simple:
        yield from (_movement(m) for m in line.movements)


def _movement(movement: Movement) -> str:
    return _block(
        "[[stop_line.movement]]",
        signal=movement.signal,
        exit_heading=movement.exit_heading_deg,
        turn_on_red=True if movement.turn_on_red else None,
    )


def _block(head: str, **values: Any) -> str:
    return "\n".join([head, *(f"{_key(k)} = {_value(v)}" for k, v in values.items() if v is not None)])


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return repr(float(value))
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value)  # dates and times print as TOML writes them


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04x}", escaped) + '"'
