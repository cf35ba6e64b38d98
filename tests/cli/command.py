"""The installed command, run as a person or a script runs it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from passerby.cli import main
from tests.live.street import SITE_TOML, T0, WAYS

PASSERBY = str(Path(sys.executable).with_name("passerby"))
HEADER = "track,class,t,x,y"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The sentences of what went wrong."""
        return [line for line in self.err.splitlines() if line.startswith("passerby: ")]

    @property
    def warnings(self) -> list[str]:
        """The sentences of what is doubtful."""
        return [line for line in self.err.splitlines() if line.startswith("warning: ")]


def passerby(*words: object) -> Done:
    """Run the command line in this process, to its end and exit code; a traceback fails the test."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    handlers, argv = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)}, sys.argv
    with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("always")
        sys.argv = ["passerby", *map(str, words)]
        try:
            main()
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 1 if e.code else 0
        finally:
            sys.argv = argv
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return Done(code, out.getvalue(), err.getvalue())


def installed(
    *words: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
    before: Callable[[], None] | None = None,
    timeout: float = 600,
) -> Done:
    """Run the installed command as a process of its own; a traceback fails the test."""
    done = subprocess.run(
        [PASSERBY, *map(str, words)],
        env=os.environ | dict(env or {}),
        cwd=cwd,
        input=stdin if stdin is not None else b"",
        capture_output=True,
        preexec_fn=before,
        timeout=timeout,
        check=False,
    )
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in out + err, err
    return Done(done.returncode, out, err)


def walk(name: str, cls: str, way: str, begin_s: float, speed_mps: float, seconds: float = 20.0) -> list[str]:
    """CSV lines of somebody on a straight way, ten a second."""
    (x0, y0), (x1, y1) = WAYS[way][0], WAYS[way][-1]
    total = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    lines = []
    for k in range(int(min(seconds, total / speed_mps) * 10)):
        share = speed_mps * k / 10 / total
        lines.append(
            f"{name},{cls},{T0 + begin_s + k / 10:.1f},{x0 + share * (x1 - x0):.3f},{y0 + share * (y1 - y0):.3f}"
        )
    return lines


def traffic() -> list[str]:
    """CSV lines of a car that runs the red light, one that does not, and a pedestrian."""
    lines = walk("runs", "car", "east", 3.0, 12.0) + walk("goes", "car", "north", 2.0, 12.0)
    lines += walk("foot", "pedestrian", "walk", 4.0, 1.4)
    return sorted(lines, key=lambda line: float(line.split(",")[2]))


SIGNALS = [
    *("t,signal,state", f"{T0 - 10:.0f},K1,green", f"{T0 - 10:.0f},K2,red", f"{T0 - 10:.0f},K3,green"),
    *(f"{T0 - 10:.0f},F1,dont_walk", f"{T0 + 30:.0f},K1,red", f"{T0 + 35:.0f},K2,green"),
]


def text(path: Path, lines: list[str]) -> Path:
    """A file of lines."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def junction(folder: Path, toml: str = SITE_TOML) -> Path:
    """A site file."""
    path = folder / "site.toml"
    path.write_text(toml, encoding="utf-8")
    return path


def tracks(folder: Path, lines: list[str] | None = None, header: str = HEADER, name: str = "tracks.csv") -> Path:
    """A tracks file."""
    return text(folder / name, [header, *(traffic() if lines is None else lines)])


def signals(folder: Path, lines: list[str] | None = None) -> Path:
    """A signal log."""
    return text(folder / "signals.csv", SIGNALS if lines is None else lines)
