"""`Standing`: whether anything feeds a junction, since when not and why, and how its cameras are doing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

from passerby.live.broadcast import drawing_of
from passerby.remarks import Code, Remark, said
from passerby.serve.junction import Junction

PROCESS: Final = "live"
"""The name of the entry that stands for the running process while nothing is known of its cameras."""

LATE_S: Final = 3.0
LOST_S: Final = 10.0
"""A running process that says nothing for so long is late, and then lost; it reports each second."""

NOBODY: Final = "nothing runs this junction: start passerby watch or passerby live with this --store"
OLDER: Final = "the rules use an older drawing than the one that is saved: start the run again"
_OLDER: Final = Remark("older_drawing", OLDER)


class Standing:
    """Keeps the junction's `cameras`, and whether its view is live; changes are told at once, reports as they come."""

    def __init__(self, junction: Junction) -> None:
        self._junction = junction
        self._reported: list[dict[str, Any]] = []
        self._drawing = ""
        self._saved: tuple[tuple[int, int], str] = ((0, 0), "")
        self._kind: Literal["unknown", "idle", "lost", "failed", "fed"] = "unknown"
        self._why: Remark | None = None
        self._heard = 0.0
        self._heard_at: datetime | None = None

    def idle(self) -> None:
        """Nothing feeds the junction, and nothing went wrong."""
        if self._kind != "idle":
            self._reported = []
            self._out("idle", Remark("nothing_runs", NOBODY), [{"camera": PROCESS, "state": "idle"}])

    def ended(self, failure: str = "") -> None:
        """The run has said that it ends, with a sentence where something went wrong."""
        if not failure:
            return self.idle()
        self._reported = []
        why = Remark("run_ended", f"the run has ended: {failure}", {"why": failure})
        self._out("failed", why, [{"camera": PROCESS, "state": "lost"}])

    def absent(self) -> None:
        """Nothing is announced: what was not to be heard has ended since."""
        if self._kind not in ("idle", "failed"):
            self.idle()

    def lost(self, code: Code, sentence: str, **values: str) -> None:
        """What is announced is not to be heard."""
        why = Remark(code, sentence, values)
        if (self._kind, self._why) != ("lost", why):
            named = [{"camera": c["camera"], "state": "lost"} for c in self._reported]
            self._out("lost", why, named or [{"camera": PROCESS, "state": "lost"}])

    def begun(self, drawing: str, clock: float) -> None:
        """A run is heard. drawing: SHA-256 of its site.toml. clock: monotonic seconds."""
        self._kind, self._drawing = "fed", drawing
        self._junction.runs_drawing = drawing
        self.heard(clock)
        self._live(True)

    def heard(self, clock: float) -> None:
        """Something has come."""
        self._heard, self._heard_at = clock, datetime.now(UTC)

    def report(self, cameras: list[dict[str, Any]], clock: float) -> None:
        """Take the cameras as the run reports them."""
        self.heard(clock)
        self._reported = cameras
        self._live(any(c["state"] != "lost" for c in cameras))
        self._show([self._with_drawing(c) for c in cameras])

    def tick(self, clock: float) -> None:
        """Nothing may have come for a while, though the run is there."""
        silent_s = clock - self._heard
        if self._kind != "fed" or silent_s < LATE_S:
            return
        lost = silent_s >= LOST_S
        news: dict[str, Any] = {"state": "lost" if lost else "late", "since": _rfc3339(self._heard_at)}
        sentence = f"nothing has come from the running process for {silent_s:.0f} s"
        news |= said([Remark("run_silent", sentence, {"s": round(silent_s)})])
        self._show([c | news for c in self._reported or [{"camera": PROCESS}]])
        self._live(not lost)

    def _out(self, kind: Literal["idle", "lost", "failed"], why: Remark, entries: list[dict[str, Any]]) -> None:
        self._kind, self._why, self._drawing = kind, why, ""
        self._junction.runs_drawing = None
        self._show([e | said([why]) | {"since": _rfc3339(self._heard_at)} for e in entries])
        self._live(False)

    def _show(self, entries: list[dict[str, Any]]) -> None:
        # a new mapping: others may be reading the old one
        every = {str(e["camera"]): e for e in entries}
        self._junction.cameras = every
        if entries:
            last = str(entries[-1]["camera"])
            self._junction.health(last, every[last])

    def _live(self, on: bool) -> None:
        if self._junction.live != on:
            self._junction.live = on
            self._junction.hub.public_event("live", {"on": on}, remembered=False)

    def _with_drawing(self, camera: dict[str, Any]) -> dict[str, Any]:
        if not self._drawing or self._drawing == self._drawing_saved():
            return camera
        sentences = "; ".join(filter(None, (camera.get("message"), OLDER)))
        remarks = [*camera.get("remarks", []), _OLDER.json()]
        return camera | {
            "message": sentences,
            "remarks": remarks,
            "state": "unsure" if camera["state"] == "ok" else camera["state"],
        }

    def _drawing_saved(self) -> str:
        """SHA-256 of the junction's site.toml now; the run's own where there is none."""
        path = self._junction.site_path
        try:
            if path is None:
                return self._drawing
            found = path.stat()
        except OSError:
            return self._drawing
        mark = (found.st_mtime_ns, found.st_size)
        if mark != self._saved[0]:
            self._saved = (mark, drawing_of(path))
        return self._saved[1]


def _rfc3339(t: datetime | None) -> str | None:
    return None if t is None else f"{t:%Y-%m-%dT%H:%M:%SZ}"
