"""Work done in a process of its own: what comes of it, and the end of what takes too long, dies or is not wanted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from passerby.errors import SiteError
from passerby.serve.apart import NICENESS, Apart, UnfinishedError
from passerby.site.toml import parse_site
from tests.serve.house import SITE


@pytest.fixture
def apart() -> Iterator[Apart]:
    made = Apart()
    yield made
    made.close()


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def begin_and_never_end(file: Path) -> None:
    file.touch()
    while True:
        time.sleep(1)


def test_what_comes_of_work_is_what_comes_of_it_here(apart: Apart) -> None:
    there = apart.run(parse_site, SITE)
    here = parse_site(SITE)
    assert (there.name, there.lanes, there.stop_lines) == (here.name, here.lanes, here.stop_lines)
    assert dict(there.rules) == dict(here.rules)
    with pytest.raises(SiteError, match="not TOML") as raised:
        apart.run(parse_site, "[")
    # where it went wrong, for the log
    assert any("parse_site" in note for note in raised.value.__notes__)


def test_it_is_another_process_of_low_priority_and_the_same_again(apart: Apart) -> None:
    pid = apart.run(os.getpid)
    assert pid != os.getpid()
    assert apart.run(os.getpid) == pid
    assert apart.run(os.nice, 0) == min(19, os.nice(0) + NICENESS)


def test_who_comes_while_all_are_at_work_waits() -> None:
    apart = Apart(most=1)
    try:
        with ThreadPoolExecutor(6) as pool:
            pids = {f.result() for f in [pool.submit(apart.run, os.getpid) for _ in range(6)]}
        assert len(pids) == 1
    finally:
        apart.close()


def test_what_takes_too_long_is_really_ended(apart: Apart) -> None:
    pid = apart.run(os.getpid)
    apart._limit_s, limit_s = 0.2, apart._limit_s
    with pytest.raises(UnfinishedError, match="given up"):
        apart.run(time.sleep, 3600)
    assert not running(pid)
    apart._limit_s = limit_s
    assert apart.run(os.getpid) not in (pid, os.getpid())


def test_another_takes_the_place_of_one_that_died(apart: Apart) -> None:
    pid = apart.run(os.getpid)
    with pytest.raises(UnfinishedError, match="try again"):
        apart.run(os._exit, 3)
    other = apart.run(os.getpid)
    assert other != pid
    # while it has nothing to do, as for want of memory
    os.kill(other, signal.SIGKILL)
    wait_for(lambda: not any(w.alive for w in apart._every))
    assert apart.run(os.getpid) not in (pid, other)


def test_the_servers_end_ends_what_is_at_work(apart: Apart, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(apart.run, begin_and_never_end, tmp_path / "begun")
        wait_for((tmp_path / "begun").exists)
        apart.close()
        with pytest.raises(UnfinishedError, match="try again"):
            waiting.result(120)
    assert apart.run(os.getpid) != os.getpid()


def test_nothing_is_left_of_a_server_that_was_killed() -> None:
    program = """if __name__ == "__main__":
        import os, sys, time
        from passerby.serve.apart import Apart
        print(Apart().run(os.getpid), flush=True)
        os.kill(os.getpid(), 9)
    """
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, timeout=120, check=False)
    assert done.returncode == -9
    pid = int(done.stdout)
    wait_for(lambda: not running(pid))
