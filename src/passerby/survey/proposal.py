"""`Proposal`: a junction as learnt from tracks, with what speaks for each part and what was not clear."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.site.model import Site


@dataclass(frozen=True)
class Finding:
    """What speaks for one proposed part: its kind (lane, stop_line, crosswalk, zone, signal) and id.

    tracks: road users it rests on. spread_m: standard deviation of their places around it, None where that says
    nothing. confidence: 0-1, a rank for whoever checks the drawing, not a probability. note: how it was found.
    """

    kind: str
    id: str
    tracks: int
    spread_m: float | None
    confidence: float
    note: str = ""


@dataclass(frozen=True)
class Proposal:
    """A proposed junction: a `site` that can be written as it is, a finding for each part, sentences on the unclear."""

    site: Site
    findings: tuple[Finding, ...]
    unclear: tuple[str, ...]

    def finding(self, kind: str, id: str) -> Finding | None:
        """What speaks for one part."""
        return next((f for f in self.findings if f.kind == kind and f.id == id), None)
