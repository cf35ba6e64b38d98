"""Build hook: every wheel and editable install carries its detector (model/build.py) and its pages (web_build.py)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

import web_build
from model import build, fetch


class DetectorHook(BuildHookInterface[Any]):
    """Makes the detector's files and the pages before the package is put together."""

    def dependencies(self) -> list[str]:
        """Needed only where something has still to be made."""
        return [*build.requirements(), *web_build.requirements()]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files, and have git-ignored files go into the wheel."""
        try:
            build.make()
            web_build.make()
        except (fetch.FetchError, web_build.WebBuildError) as error:
            self.app.abort(str(error))
        build_data["artifacts"] += ["src/passerby/vision/models/*", "src/passerby/serve/static/**"]
