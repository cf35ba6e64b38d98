"""`Finding`: what is wrong with, doubtful about or in favour of one part of a drawing."""

from __future__ import annotations

from pydantic import BaseModel


class Finding(BaseModel):
    """What is wrong with, doubtful about or in favour of one part of the drawing, and where it is (m), if anywhere."""

    who: str
    message: str
    x: float | None
    y: float | None
