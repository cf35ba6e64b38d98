"""Rows of a stream, whatever else comes in it: what is good is read, and what is bad is named by its line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import TracksError
from passerby.tracks.stream import RowStream

HEAD = b"track,class,t,x,y"
BAD = {
    "text": (b"b\xff,car,1,2,3", "text in UTF-8"),
    "quotes": (b'"b,car,1,2,3', "quoted values that end on their line"),
    "columns": (b"b,car,1,2", "as many columns as the first line names, got 4 in place of 5"),
    "t": (b"b,car,2026-03-04T12:00:00,2,3", "an RFC 3339 time with its offset as t"),
    "x": (b"b,car,1,,3", 'metres as x, got ""'),
    "y": (b"b,car,1,2,nan", 'metres as y, got "nan"'),
    "class": (b"b,tank,1,2,3", 'other as class, got "tank"'),
    "far": (b"b,car,1,9000,3", "within 5 km of the site's origin, got 9000, 3"),
}
GOOD = (b"a,car,%d,2,3", b'"a",car,%d,2,3', b'"a ""b"", c",van,%d,2,3')
LINES = st.lists(st.sampled_from([*BAD, *range(len(GOOD)), "blank", "return"]), max_size=30)


def read(data: bytes, cuts: list[int]) -> tuple[list[float], list[str], RowStream]:
    said: list[str] = []
    stream, t, at = RowStream("tracks.csv", said.append), list[float](), 0
    for cut in [*sorted(cuts), len(data)]:
        t += stream.feed(data[at:cut]).t.tolist()
        at = cut
    return t + stream.feed(b"", final=True).t.tolist(), said, stream


@settings(deadline=None)
@given(lines=LINES, ends=st.sampled_from([b"\n", b"\r\n"]), last=st.booleans(), data=st.data())
def test_the_good_are_read_and_the_first_bad_of_each_kind_is_named(
    lines: list[str | int], ends: bytes, last: bool, data: st.DataObject
) -> None:
    text, first, good = [HEAD], dict[str, int](), list[float]()
    for number, line in enumerate(lines, 2):
        if isinstance(line, int):
            good.append(number)
            text.append(GOOD[line] % number)
        elif line in BAD:
            first.setdefault(line, number)
            text.append(BAD[line][0])
        else:
            text.append(b"" if line == "blank" else b"\r")
    whole = ends.join(text) + (ends if last else b"")
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=5))
    t, said, stream = read(whole, cuts)
    assert sorted(t) == good
    assert stream.bad == {kind: lines.count(kind) for kind in first}
    for kind, number in first.items():
        (one,) = [s for s in said if BAD[kind][1] in s]
        assert re.fullmatch(f"tracks.csv: line {number}: wanted [^;]+; it is left out.*", one), one
    assert len(said) == len(first)


def test_a_line_that_never_ends_is_named_too() -> None:
    with pytest.raises(TracksError, match="line 4 is longer"):
        read(HEAD + b"\n\na,car,1,2,3\n" + b"7" * (2 << 20), [30])


def test_what_is_shown_of_a_bad_line_is_short_and_harmless() -> None:
    _, (said,), _ = read(HEAD + b"\na,\x1b[31m" + b"x" * 5000 + b",1,2,3\n", [])
    assert said.isprintable()
    assert len(said) < 400
