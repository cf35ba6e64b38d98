"""Simulated junctions with known truth, for accuracy tests: `scene(seed)` makes one, `score(...)` judges."""

from .scene import Options, Scene, scene
from .score import Event, Score, report, score

__all__ = ["Event", "Options", "Scene", "Score", "report", "scene", "score"]
