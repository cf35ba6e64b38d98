"""`Settings`: how sure a tracker must be, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Scores are the detector's, 0 to 1; times in seconds; *_doubt multiply the variance of a measurement."""

    high: float = 0.45
    """Detections above are sure: they choose a track first, and may start one."""
    low: float = 0.15
    """Detections below are noise."""
    patience_s: float = 1.5
    """A road user not detected for so long where nothing hides it has gone."""
    hidden_share: float = 0.2
    """How much of its time counts against a road user while something hides it."""
    faint_share: float = 0.5
    """How much of its time counts against a road user that stands and is only faintly detected."""
    shown_s: float = 1.5
    """So long a road user who is not detected is still reported, in the open."""
    confirm: float = 2.5
    """Log odds from which a road user is certain."""
    noise: tuple[float, float, float, float] = (0.05, 0.06, 0.04, 0.12)
    """Standard deviation of a box's middle, bottom, top and width, in box heights; middle and width in mean sides."""
    faint_gate: float = 0.2
    """A faint detection may be so far off, as a share of what a sure one may."""
    faint_doubt: float = 9.0
    crowd_doubt: float = 2.0
    """Standard deviations more per overlap (IoU) with another detection."""
    meet_doubt: float = 2.0
    """Standard deviations more per overlap (IoU) of the place expected with that of another track."""
    region_doubt: float = 12.0
    region_fit: float = 0.45
    """A moving region shows the road user whose expected box it overlaps so much (IoU)."""
    moved: float = 0.4
    """Who has gone so many sides of its first box has moved; boxes of parked cars breathe."""
    adopt_s: float = 0.6
    adopt_m: float = 0.8
    """A newcomer for less than adopt_s, so near to where somebody was lost, plus 1 m per second since, is the same."""
