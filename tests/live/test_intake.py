"""Rows are shown while the rules are still at work, none is lost, and what goes wrong is raised in its place."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from passerby.errors import TracksError
from passerby.live.intake import AHEAD, taken_in
from passerby.tracks.record import Tracks
from passerby.tracks.stream import RowStream

HEAD = b"track,class,t,x,y\n"


def blocks(n: int) -> Iterator[bytes]:
    yield HEAD
    for k in range(n):
        yield f"u,car,{k},0,{k}\n".encode()


def readers() -> int:
    return sum(t.name == "passerby-intake" for t in threading.enumerate())


def test_rows_are_shown_while_those_before_are_worked_on() -> None:
    shown: list[float] = []
    there = threading.Event()

    def show(rows: Tracks) -> None:
        shown.extend(rows.t.tolist())
        if len(shown) == 8:
            there.set()

    came = []
    for rows, bad in taken_in(blocks(8), RowStream("tracks"), show):
        # the first is not let go before the last has been shown
        assert there.wait(240)
        came += rows.t.tolist()
        assert bad == 0
    assert came == shown == list(range(8))


def test_no_more_is_read_ahead_than_fits() -> None:
    shown: list[int] = []
    taken = taken_in(blocks(500), RowStream("tracks"), lambda rows: shown.append(len(rows)))
    next(taken)
    time.sleep(0.3)
    assert len(shown) <= AHEAD + 2
    assert sum(len(rows) for rows, _ in taken) == 500


def test_what_goes_wrong_is_raised_after_what_was_read_before() -> None:
    def broken() -> Iterator[bytes]:
        yield from blocks(3)
        raise TracksError("the pipe broke")

    taken = taken_in(broken(), RowStream("tracks"), lambda rows: None)
    assert [next(taken)[0].t.tolist() for _ in range(4)] == [[], [0], [1], [2]]
    with pytest.raises(TracksError, match="the pipe broke"):
        next(taken)
    with pytest.raises(TracksError, match="first line"):
        list(taken_in(iter([b"1,2,3\n"]), RowStream("tracks"), lambda rows: None))


def test_reading_ends_with_who_takes() -> None:
    taken = taken_in(blocks(10_000), RowStream("tracks"), lambda rows: None)
    next(taken)
    taken.close()  # type: ignore[attr-defined]
    end = time.monotonic() + 240
    while readers():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_lines_that_are_left_out_are_counted() -> None:
    found = list(taken_in(iter([HEAD, b"u,boat,1,1,1\n", b"u,car,2,1,1"]), RowStream("tracks"), lambda rows: None))
    assert [bad for _, bad in found] == [0, 1, 1, 1]
    assert sum(len(rows) for rows, _ in found) == 1
