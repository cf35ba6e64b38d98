"""The rules' thresholds: defaults in code, changed under `[rules.NAME]` in site.toml, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any, TypeVar

from passerby.errors import SiteError
from passerby.tracks.classes import CLASSES, VEHICLES

T = TypeVar("T", bound="RuleSettings")


@dataclass(frozen=True)
class RuleSettings:
    """What every rule can be told: whether it runs at all, and below which confidence it keeps silent."""

    enabled: bool = True
    min_confidence: float = 0.0


@dataclass(frozen=True)
class RedLight(RuleSettings):
    """`red_light`: `grace_s` after the change is free; `creep_m`: at rest this near beyond the line is an overrun."""

    grace_s: float = 0.0
    creep_m: float = 2.5
    clock_sigma_s: float = 0.0
    turn_on_red_after_stop_only: bool = False


@dataclass(frozen=True)
class LateStart(RuleSettings):
    """`late_start`: `grace_s` after the change to `clear` is free."""

    grace_s: float = 0.0


@dataclass(frozen=True)
class OutsideCrosswalk(RuleSettings):
    """`outside_crosswalk`: at least `min_across_m` across the carriageway, farther than `near_m` from a crosswalk."""

    near_m: float = 2.0
    min_across_m: float = 3.0


@dataclass(frozen=True)
class WrongWay(RuleSettings):
    """`wrong_way`: at least `min_distance_m` against a lane, at least `min_speed_mps` fast."""

    min_distance_m: float = 12.0
    min_speed_mps: float = 1.5


@dataclass(frozen=True)
class Speeding(RuleSettings):
    """`speeding`: above the limit by the share `tolerance` for `min_duration_s`."""

    tolerance: float = 0.10
    min_duration_s: float = 1.0


@dataclass(frozen=True)
class StoppedOnCrosswalk(RuleSettings):
    """`stopped_on_crosswalk`: stands `min_stop_s` with at least `min_overlap_m` of its length on the crosswalk."""

    min_stop_s: float = 3.0
    min_overlap_m: float = 0.7


@dataclass(frozen=True)
class BlockedBox(RuleSettings):
    """`blocked_box`: stands `min_stop_s` with its centre in the box."""

    min_stop_s: float = 5.0


@dataclass(frozen=True)
class IllegalStop(RuleSettings):
    """`illegal_stop`: stands longer than the zone's `max_stop_s`, or this where the zone has none."""

    max_stop_s: float = 10.0


@dataclass(frozen=True)
class StopLineOverrun(RuleSettings):
    """`stop_line_overrun`: at rest on red with the front `min_beyond_m` to `within_m` beyond the line."""

    min_beyond_m: float = 0.5
    within_m: float = 6.0
    min_stop_s: float = 1.0


@dataclass(frozen=True)
class ProhibitedTurn(RuleSettings):
    """`prohibited_turn`: leaves at more than `tolerance_deg` from every movement that the stop line lists."""

    tolerance_deg: float = 45.0
    classes: tuple[str, ...] = tuple(sorted(VEHICLES))


@dataclass(frozen=True)
class FailureToYield(RuleSettings):
    """`failure_to_yield`: passes within `before_s` ahead of, or `behind_s` behind, a pedestrian with priority."""

    before_s: float = 2.0
    behind_s: float = 1.0
    min_speed_mps: float = 1.5


@dataclass(frozen=True)
class LaneMisuse(RuleSettings):
    """`lane_misuse`: at least `min_distance_m` along a lane of somebody else."""

    min_distance_m: float = 15.0


RULE_SETTINGS: Mapping[str, type[RuleSettings]] = {
    "red_light": RedLight,
    "late_start": LateStart,
    "outside_crosswalk": OutsideCrosswalk,
    "wrong_way": WrongWay,
    "speeding": Speeding,
    "stopped_on_crosswalk": StoppedOnCrosswalk,
    "blocked_box": BlockedBox,
    "illegal_stop": IllegalStop,
    "stop_line_overrun": StopLineOverrun,
    "prohibited_turn": ProhibitedTurn,
    "failure_to_yield": FailureToYield,
    "lane_misuse": LaneMisuse,
}


def parse(name: str, kind: type[T], given: Mapping[str, Any]) -> T:
    """One rule's settings from its table in site.toml. Raises SiteError."""
    defaults = kind()
    known = {f.name: getattr(defaults, f.name) for f in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        where = f"site.toml: [rules.{name}]"
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f'; did you mean "{near[0]}"?' if near else f"; wanted one of {', '.join(sorted(known))}"
            raise SiteError(f'{where}: "{key}" is not a threshold of this rule{hint}')
        default = known[key]
        if isinstance(default, bool):
            if not isinstance(value, bool):
                raise SiteError(f"{where}: {key} must be true or false, got {value!r}")
        elif isinstance(default, tuple):
            if not isinstance(value, list) or not all(v in CLASSES for v in value):
                raise SiteError(f"{where}: {key} must be a list of {', '.join(CLASSES)}, got {value!r}")
            value = tuple(value)
        else:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise SiteError(f"{where}: {key} must be a number of at least 0, got {value!r}")
            value = float(value)
        values[key] = value
    return kind(**values)


def rule_settings(rules: Mapping[str, Mapping[str, Any]]) -> dict[str, RuleSettings]:
    """The settings of every rule from the site's `[rules.*]` tables. Raises SiteError."""
    return {name: parse(name, kind, rules.get(name, {})) for name, kind in RULE_SETTINGS.items()}
