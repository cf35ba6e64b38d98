"""The process that holds frames leaves no copy of its memory and reports to nobody: no core dump, no telemetry."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import sys
import traceback
from types import TracebackType
from typing import Final

from passerby.errors import PrivacyError

# From 1.29 on ONNX Runtime sends usage data and a device id to its maker on Linux and macOS too, and keeps both in the
# cache and temporary folders, unless this is set before it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_PR_SET_DUMPABLE: Final = 4
_PR_GET_DUMPABLE: Final = 3


def close_the_room() -> None:
    """Switch off whatever could write this process's memory to disk; to be called before the first frame is decoded.

    Core dumps off by limit and, on Linux, by prctl(PR_SET_DUMPABLE, 0), which also stops crash collectors (systemd,
    apport) that the limit does not and debuggers of the same user from attaching; faulthandler off; tracebacks without
    the values of variables; ONNX Runtime's telemetry off. Raises PrivacyError where the system does not let it.
    """
    try:
        import resource
    except ImportError:
        pass
    else:
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (OSError, ValueError) as e:
            raise PrivacyError(
                f"core dumps cannot be switched off ({e}); the hard limit is {hard}, run with ulimit -c 0"
            ) from e
    if "onnxruntime" in sys.modules:
        sys.modules["onnxruntime"].disable_telemetry_events()
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 or libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) != 0:
            raise PrivacyError(
                "the kernel refuses prctl(PR_SET_DUMPABLE, 0); allow it for the process that sees frames"
            )
    faulthandler.disable()
    sys.excepthook = _plain_traceback


def _plain_traceback(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """As Python's own, whatever had been installed (some print, or send away, the variables of each call)."""
    traceback.print_exception(kind, error, where, file=sys.stderr)
