"""`passerby live` and `passerby serve` as processes of their own, rows as they would come, screens that listen."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PASSERBY = str(Path(sys.executable).with_name("passerby"))
HEAD = "track,class,t,x,y\n"
LONG_S = 240.0
"""Longer than anything takes, on a machine that is busy with other things too."""

SITE = """version = 1
[site]
name = "Somewhere"
[[signal]]
id = "K1"
[[stop_line]]
id = "north"
points = [[-3.0, 14.0], [0.0, 14.0]]
heading = 180.0
signal = "K1"
[[lane]]
id = "north-in"
centreline = [[-1.5, 60.0], [-1.5, 14.0]]
width = 3.0
"""

PUBLIC = "/api/v1/public/junctions/somewhere/stream"


class Street(threading.Thread):
    """Writes rows of now, ten a second, into a pipe: cars that run the red light one after another, until stopped."""

    def __init__(self, pipe: Any, name: str = "car", every_s: float = 8.0, speed_mps: float = 10.0) -> None:
        super().__init__(daemon=True)
        self._pipe, self._name, self._every_s, self._speed = pipe, name, every_s, speed_mps
        self.resting = threading.Event()
        self.over = threading.Event()
        self.rows = 0
        pipe.write(HEAD.encode())
        pipe.flush()
        self.start()

    def run(self) -> None:
        began, k = time.time(), 0
        while not self.over.is_set():
            k += 1
            time.sleep(max(0.0, began + k / 10 - time.time()))
            n, since = divmod(k / 10, self._every_s)
            if self.resting.is_set() or since > self._every_s - 1.5:
                continue
            y = 60.0 - self._speed * since
            try:
                self._pipe.write(f"{self._name}{n:.0f},car,{began + k / 10:.3f},-1.5,{y:.2f}\n".encode())
                self._pipe.flush()
            except (OSError, ValueError):
                return
            self.rows += 1


class Live:
    """`passerby live` on a street of now; kill it, end it, start another."""

    def __init__(self, folder: Path, *more: str, name: str = "car") -> None:
        self.folder = folder
        (folder / "site.toml").write_text(SITE)
        (folder / "signals.csv").write_text(f"t,signal,state\n{time.time() - 60:.0f},K1,red\n")
        self.process = subprocess.Popen(
            [PASSERBY, "live", "--site", "site.toml", "--store", "store", "--signals", "signals.csv", *more],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.street = Street(self.process.stdin, name)

    def announced(self, seconds: float = LONG_S) -> dict[str, Any]:
        """What it announces, once it does."""
        return until(lambda: announcement(self.folder), seconds)

    def kill(self) -> None:
        """As by `kill -9`."""
        self.street.over.set()
        self.process.kill()
        self.process.wait(LONG_S)

    def end(self) -> int:
        """The end of the rows."""
        self.street.over.set()
        self.street.join(LONG_S)
        _, err = self.process.communicate(timeout=LONG_S)
        assert b"Traceback" not in err, err
        return self.process.returncode

    def close(self) -> None:
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


def announcement(folder: Path) -> dict[str, Any] | None:
    """What the store's announcement says, None while it says nothing whole."""
    try:
        found: dict[str, Any] = json.loads((folder / "store" / "live.json").read_text())
        return found
    except (OSError, ValueError):
        return None


class Served:
    """`passerby serve` with one junction; its screens are read as a browser would."""

    def __init__(self, folder: Path, *words: str, port: int = 0) -> None:
        self.folder = folder
        command = [PASSERBY, "serve", *(words or ("site.toml", "--store", "store")), "--port", str(port)]
        env = os.environ | {"PYTHONUNBUFFERED": "1"}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True, env=env)
        lines: list[str] = []
        assert self.process.stdout is not None
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(self.process.stdout.readline())
            assert lines[-1], self.process.communicate()[1]
        self.port = int(lines[0].split()[-1].removesuffix("/screen").rpartition(":")[2])
        said = "".join(lines)
        if "password" in said:
            self.password = said.split("password")[1].split()[0]
        self._cookie = ""

    def get(self, path: str) -> Any:
        """A JSON answer, as the administrator."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"cookie": self.cookie})
        with urllib.request.urlopen(request, timeout=LONG_S) as answer:
            return json.load(answer)

    @property
    def cookie(self) -> str:
        if not self._cookie:
            self._cookie, self.csrf = self._signed_in(self.password)
            own = "correct horse battery staple"
            self.send("PUT", "/api/v1/session/password", {"old": self.password, "new": own})
            self._cookie, self.csrf = self._signed_in(own)
        return self._cookie

    def _signed_in(self, password: str) -> tuple[str, str]:
        body = json.dumps({"name": "administrator", "password": password}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/session", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=LONG_S) as answer:
            return answer.headers["set-cookie"].split(";")[0], json.load(answer)["csrf"]

    def send(self, method: str, path: str, value: Any) -> Any:
        headers = {"cookie": self._cookie, "content-type": "application/json", "x-csrf-token": self.csrf}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(value).encode(), headers, method=method
        )
        with urllib.request.urlopen(request, timeout=LONG_S) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def cameras(self, junction: str = "somewhere") -> list[dict[str, Any]]:
        """As the wall has them."""
        found: list[dict[str, Any]] = self.get(f"/api/v1/junctions/{junction}/health")["cameras"]
        return found

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=LONG_S)
        assert "Traceback" not in err, err

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


class Screen:
    """A screen's stream, read from its beginning; `event(name)` waits for the next of a kind that fits."""

    def __init__(self, port: int, path: str = PUBLIC, cookie: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), LONG_S)
        # between what is told long may pass, and does on a street that is empty
        self._socket.settimeout(None)
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n".encode())
        self.came: queue.Queue[tuple[str, Any, float]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        name = ""
        try:
            with self._socket.makefile("rb") as lines:
                for line in lines:
                    if line.startswith(b"event: "):
                        name = line[7:].strip().decode()
                    elif line.startswith(b"data: "):
                        self.came.put((name, json.loads(line[6:]), time.time()))
        except (OSError, ValueError):
            return

    def event(self, name: str, fits: Callable[[Any], bool] = lambda _: True, seconds: float = LONG_S) -> Any:
        """The next event of this name that fits; others are passed over."""
        return self.timed(name, fits, seconds)[0]

    def timed(
        self, name: str, fits: Callable[[Any], bool] = lambda _: True, seconds: float = LONG_S
    ) -> tuple[Any, float]:
        """The same, with when it arrived (epoch s)."""
        end = time.monotonic() + seconds
        last = None
        while True:
            try:
                found, value, at = self.came.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {name} that fits in {seconds:g} s; the last that came was {last}") from None
            if found == name and fits(value):
                return value, at
            last = (found, str(value)[:300])

    def close(self) -> None:
        self._socket.close()


def until(found: Callable[[], Any], seconds: float = LONG_S) -> Any:
    """What a function gives once it gives something."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return value


@contextmanager
def closing(*things: Any) -> Iterator[None]:
    try:
        yield
    finally:
        for thing in things:
            thing.close()
