"""The report's part on how the cameras are doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from passerby.screen.markup import Markup, table
from passerby.screen.words import decimal

STATES: Final = {"ok": "in order", "late": "late", "lost": "no picture", "unsure": "in doubt"}


def camera_section(cameras: Sequence[Mapping[str, Any]]) -> Markup:
    """How each camera was doing when the report was made; nothing where no camera is known."""
    if not cameras:
        return Markup("")
    body = [
        [
            c["camera"],
            STATES.get(str(c.get("state")), "unknown"),
            decimal(c.get("rate_fps"), 1),
            decimal(c.get("delay_s"), 1),
            c.get("calibration") or "–",
            decimal(c.get("clock_offset_s"), 2),
            c.get("message") or "–",
        ]
        for c in cameras
    ]
    head = ["Camera", "State", "Pictures per second", "Delay, s", "Calibration", "Clock ahead, s", "Remark"]
    return table(head, body, numeric=(2, 3, 5), caption="The cameras when this report was made")
