"""The process that sees frames leaves no copy of its memory behind."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and prctl of Linux")


def run(code, tmp_path):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, cwd=tmp_path, timeout=600
    )


def test_limit_and_flag(tmp_path):
    done = run(
        """
        import ctypes, faulthandler, resource
        from passerby.vision.core_dumps import close_the_room
        faulthandler.enable()
        close_the_room()
        close_the_room()
        dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
        print(resource.getrlimit(resource.RLIMIT_CORE), dumpable, faulthandler.is_enabled())
        """,
        tmp_path,
    )
    assert done.stdout.split("\n")[0] == "(0, 0) 0 False", done.stderr


def test_a_crash_leaves_nothing(tmp_path):
    done = run(
        """
        import os, resource, signal
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        from passerby.vision.core_dumps import close_the_room
        close_the_room()
        os.kill(os.getpid(), signal.SIGSEGV)
        """,
        tmp_path,
    )
    assert done.returncode == -11
    assert "core dumped" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_traceback_shows_no_variables(tmp_path):
    done = run(
        """
        import sys
        sys.excepthook = lambda k, e, tb: print("LOCALS", tb.tb_next.tb_frame.f_locals, file=sys.stderr)
        from passerby.vision.core_dumps import close_the_room
        close_the_room()
        def look(frame):
            raise ValueError("seen")
        look("FACE")
        """,
        tmp_path,
    )
    assert "ValueError: seen" in done.stderr
    assert "FACE'" not in done.stderr
    assert "LOCALS" not in done.stderr


def test_the_detector_reports_to_nobody(tmp_path):
    """ONNX Runtime writes a device id and a database of what it has yet to send when its telemetry is on."""
    folders = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME")}
    for folder in folders.values():
        folder.mkdir()
    env = {k: v for k, v in os.environ.items() if k not in ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")}
    code = """
    from passerby.vision.core_dumps import close_the_room
    close_the_room()
    from passerby.vision.detector import load_detector
    load_detector()
    """
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        check=False,
        env={**env, **{k: str(v) for k, v in folders.items()}},
        cwd=tmp_path,
        timeout=600,
    )
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
