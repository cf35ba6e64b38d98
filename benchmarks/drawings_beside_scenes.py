"""How late scenes leave a server while the costliest drawings are checked: nowhere, in its threads, apart.

    python benchmarks/drawings_beside_scenes.py [--screens 200] [--rounds 3]

An event loop writes a scene to so many sockets five a second, as the server's does. Meanwhile two drawings at a time
are judged that are as costly as the bounds allow: 200 lanes of 45 points and 200 stop lines that face each other's way.
Each round measures all three one after another, for the machine may be busy with other things. Printed: from when a
scene was due to when all screens were sent it.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.live_to_screen import SITE
from benchmarks.machine import described
from passerby.serve.apart import Apart
from passerby.serve.judged import judge

SECONDS = 10.0
PERIOD_S = 0.2
SCENE = b"x" * 3000


def costly() -> str:
    """A drawing as costly as the bounds allow, around that of the bench."""
    drawn = [SITE]
    for i in range(199):
        way = ",".join(f"[{n},{i / 2 + n % 2 * 3}]" for n in range(45))
        drawn.append(f'[[lane]]\nid="l{i}"\nwidth=3\ncentreline=[{way}]')
    for i in range(198):
        drawn.append(f'[[stop_line]]\nid="s{i}"\nheading=180\npoints=[[{i % 50},{i * 0.3}],[{i % 50 + 30},{i * 0.3}]]')
    return "\n".join(drawn)


async def lateness_ms(screens: list[socket.socket]) -> npt.NDArray[np.float64]:
    """How late each scene was sent to the last of the screens."""
    late, due = [], time.monotonic()
    end = due + SECONDS
    while due < end:
        due += PERIOD_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        for screen in screens:
            # a screen that is slow misses a scene
            with suppress(BlockingIOError):
                screen.send(SCENE)
        late.append(time.monotonic() - due)
    return np.array(late) * 1e3


def beside(work: Callable[[], object] | None, screens: list[socket.socket]) -> npt.NDArray[np.float64]:
    """The same, while two threads do some work again and again."""
    over = threading.Event()

    def again() -> None:
        while work is not None and not over.is_set():
            work()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(again)
        found = asyncio.run(lateness_ms(screens))
        over.set()
    return found


def main() -> int:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--screens", type=int, default=200)
    wanted.add_argument("--rounds", type=int, default=3)
    given = wanted.parse_args()
    print(described())
    drawing, apart = costly(), Apart()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: apart.run(time.sleep, 0.5), range(2)))
    pairs = [socket.socketpair() for _ in range(given.screens)]
    program = (
        "import selectors, socket, sys, time\n"
        "every = selectors.DefaultSelector()\n"
        "for fd in map(int, sys.argv[1:]): every.register(socket.socket(fileno=fd), selectors.EVENT_READ)\n"
        "while True:\n"
        "    for key, _ in every.select(): key.fileobj.recv(1 << 20)\n"
        "    time.sleep(0.1)\n"
    )
    fds = [theirs.fileno() for _, theirs in pairs]
    reader = subprocess.Popen([sys.executable, "-c", program, *map(str, fds)], pass_fds=fds)
    screens = [ours for ours, _ in pairs]
    for screen in screens:
        screen.setblocking(False)
    ways: dict[str, Callable[[], object] | None] = {
        "nothing is checked": None,
        "checked in threads": lambda: judge(drawing),
        "checked apart": lambda: apart.run(judge, drawing),
    }
    every: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in ways}
    for _ in range(given.rounds):
        for name, work in ways.items():
            every[name].append(beside(work, screens))
    reader.kill()
    apart.close()
    for name, found in every.items():
        ms = np.concatenate(found)
        print(f"{name}: median {np.median(ms):.0f} ms, 95 % {np.quantile(ms, 0.95):.0f} ms, most {ms.max():.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
