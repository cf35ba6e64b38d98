"""`Remark`: one thing to know of a camera or a run: a code with values for pages in any language, and a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Code = Literal[
    # the process that runs a junction
    "nothing_runs",
    "older_drawing",
    "run_ended",
    "run_vanished",
    "run_silent",
    "run_not_shown",
    "other_version",
    "other_user",
    "recording",
    "recording_failed",
    # rows of tracks
    "rows_of_other_time",
    "rows_ahead",
    "rows_late",
    "rows_silent",
    "rows_left_out",
    "lines_left_out",
    # pictures of a camera
    "source_opening",
    "source_stalled",
    "source_reconnecting",
    "source_ended",
    "source_failed",
    "pictures_none",
    "pictures_waiting",
    "pictures_late",
    "view_moved",
    "view_elsewhere",
    "view_covered",
    "view_dark",
    "view_frozen",
    "scale_off",
]
CODES: tuple[str, ...] = get_args(Code)


@dataclass(frozen=True)
class Remark:
    """code: what it is. values: numbers, rounded, and `why`: a cause in the words of who told it. sentence: in English.

    Values are named by their units: `s` seconds, `px` pixels, `deg` degrees, `percent`, `n` how many, `t` an instant
    (RFC 3339), `factor` and `speed` ratios.
    """

    code: Code
    sentence: str
    values: Mapping[str, float | str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        return {"code": self.code, "values": dict(self.values), "sentence": self.sentence}


def said(remarks: Sequence[Remark]) -> dict[str, Any]:
    """All remarks as the API's `Camera` has them: `remarks`, and `message`: their sentences as one, None for none."""
    return {"message": "; ".join(r.sentence for r in remarks) or None, "remarks": [r.json() for r in remarks]}
