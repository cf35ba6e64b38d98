"""`Finding`: what is wrong with, doubtful about or in favour of one part of a drawing."""

from __future__ import annotations

from pydantic import BaseModel


class Finding(BaseModel):
    """What is wrong with, doubtful about or in favour of one part of the drawing, and where it is (m), if anywhere.

    fix: what an editor may offer to mend it: `turn_round` a line or lane, `uncross` an outline, `assign` a signal.
    """

    who: str
    message: str
    x: float | None
    y: float | None
    fix: str | None = None
