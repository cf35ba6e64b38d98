"""Build hook: every wheel and every editable install carries its detector (see model/build.py)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from model import build, fetch


class DetectorHook(BuildHookInterface[Any]):
    """Makes the detector's files before the package is put together."""

    def dependencies(self) -> list[str]:
        """Needed only where the detector has still to be made."""
        return build.requirements()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files, and have git-ignored files go into the wheel."""
        try:
            build.make()
        except fetch.FetchError as error:
            self.app.abort(str(error))
        build_data["artifacts"].append("src/passerby/vision/models/*")
