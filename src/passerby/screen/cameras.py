"""The report's part on how the cameras are doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from passerby.screen.language import say, term
from passerby.screen.markup import Markup, table
from passerby.screen.words import decimal

STATES: Final = {
    "ok": term("in order"),
    "late": term("late"),
    "lost": term("no picture"),
    "unsure": term("in doubt"),
    "unknown": term("unknown"),
}
CALIBRATIONS: Final = {
    "ok": term("right"),
    "untested": term("not tested yet"),
    "doubtful": term("doubtful"),
    "moved": term("moved"),
    "none": term("none"),
}


def camera_section(cameras: Sequence[Mapping[str, Any]]) -> Markup:
    """How each camera was doing when the report was made; nothing where no camera is known."""
    if not cameras:
        return Markup("")
    body = [
        [
            c["camera"],
            say(STATES.get(str(c.get("state")), STATES["unknown"])),
            decimal(c.get("rate_fps"), 1),
            decimal(c.get("delay_s"), 1),
            say(CALIBRATIONS.get(str(c.get("calibration")), c.get("calibration") or "–")),
            decimal(c.get("clock_offset_s"), 2),
            c.get("message") or "–",
        ]
        for c in cameras
    ]
    head = [say("Camera"), say("State"), say("Pictures per second"), say("Delay, s"), say("Calibration")]
    head += [say("Clock ahead, s"), say("Remark")]
    return table(head, body, numeric=(2, 3, 5), caption=say("The cameras when this report was made"))
