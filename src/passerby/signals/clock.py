"""Columns of times in any of the usual spellings -> seconds since the Unix epoch."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import SignalsError

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LATEST_S: Final = 1e11
"""Year 5138: epoch seconds beyond are milliseconds or worse."""

AMERICAN: Final = (
    r"^\s*(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})[ T,]+(?P<H>\d{1,2}):(?P<M>\d{2}):(?P<S>\d{2}(?:\.\d+)?)"
    r"\s*(?P<p>[AaPp][Mm])?\s*$"
)
ISO: Final = r"^\s*\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}"
ZONE: Final = r"([Zz]|[+-]\d{2}:?\d{2})\s*$"


def times(column: pa.ChunkedArray | pa.Array, first_row: int) -> tuple[FloatArray, BoolArray]:
    """Seconds since the epoch, shape (n,), and whether each is local time that still wants its zone, shape (n,).

    column: numbers (epoch seconds), timestamps, or text: decimals, RFC 3339, ISO without offset, month/day/year.
    first_row: number of the first row, for the sentence of the SignalsError when one cannot be read.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        seconds, local = times(column.dictionary, first_row)
        codes = column.indices
        if codes.null_count:
            _refuse(first_row + _first(codes.is_null()), "nothing")
        i = codes.to_numpy(zero_copy_only=False)
        return seconds[i], local[i]
    if column.null_count:
        _refuse(first_row + _first(column.is_null()), "nothing")
    if pa.types.is_timestamp(column.type):
        at = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).to_numpy() / 1e6
        return at, np.full(len(at), column.type.tz is None)
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type):
        return _epoch(column, column, first_row), np.zeros(len(column), np.bool_)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _text(column, first_row)
    raise SignalsError(f"the time column must hold seconds, timestamps or text, got {column.type}")


def zoned(local_s: FloatArray, timezone: str, later: BoolArray) -> FloatArray:
    """Epoch seconds of local clock times, shape (n,), counted as if they were UTC.

    later: shape (n,), where a time that occurs twice (clocks set back) is the second one. Times that clocks set
    forward skip are read as if they had not been set.
    """
    zone = ZoneInfo(timezone)
    # Every change of offset since 1972 happened on a quarter of an hour.
    quarter, back = np.unique(np.floor(local_s / 900.0).astype(np.int64), return_inverse=True)
    start = datetime(1970, 1, 1)
    offset = np.array(
        [
            [(start + timedelta(seconds=int(q) * 900)).replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
            for q in quarter
        ]
    )
    seconds = np.array([[o.total_seconds() for o in pair] for pair in offset], np.float64).reshape(-1, 2)
    # Before a jump forward fold=1 has the greater offset: that hour does not exist and fold does not apply.
    twice = seconds[:, 0] > seconds[:, 1]
    chosen = np.where(later & twice[back], seconds[back, 1], seconds[back, 0])
    return np.asarray(local_s - chosen, np.float64)


def occurs_twice(local_s: FloatArray, timezone: str) -> BoolArray:
    """Whether each local time occurs twice because clocks are set back, shape (n,)."""
    first = zoned(local_s, timezone, np.zeros(len(local_s), np.bool_))
    return np.asarray(first != zoned(local_s, timezone, np.ones(len(local_s), np.bool_)), np.bool_)


def _text(column: Any, first_row: int) -> tuple[FloatArray, BoolArray]:
    try:
        return _epoch(column.cast(pa.float64()), column, first_row), np.zeros(len(column), np.bool_)
    except pa.ArrowInvalid:
        pass
    out = np.full(len(column), np.nan)
    local = np.zeros(len(column), np.bool_)
    iso = pc.match_substring_regex(column, ISO).to_numpy(zero_copy_only=False)
    zone = pc.match_substring_regex(column, ZONE).to_numpy(zero_copy_only=False)
    slash = pc.match_substring_regex(column, AMERICAN).to_numpy(zero_copy_only=False)
    if np.any(iso & zone):
        out[iso & zone] = _timestamps(column, iso & zone, first_row, "UTC")
    if np.any(iso & ~zone):
        out[iso & ~zone] = _timestamps(column, iso & ~zone, first_row, None)
        local |= iso & ~zone
    if np.any(slash):
        out[slash] = _american(column, slash, first_row)
        local |= slash
    rest = ~iso & ~slash
    if np.any(rest):
        where = np.flatnonzero(rest)
        for i in where:
            try:
                out[i] = float(column[i].as_py())
            except ValueError:
                _refuse(first_row + int(i), f'"{column[i].as_py()}"')
        _epoch(pa.array(out[where]), column.take(pa.array(where)), first_row)
    return out, local


def _timestamps(column: Any, mask: BoolArray, first_row: int, zone: str | None) -> FloatArray:
    part = pc.utf8_upper(pc.utf8_trim_whitespace(column.filter(pa.array(mask))))
    try:
        # Through whole microseconds, which a float64 holds exactly, so that text and decimals agree to the last bit.
        micros = pc.cast(part.cast(pa.timestamp("ns", zone)), pa.timestamp("us", zone), safe=False)
        return np.asarray(micros.cast(pa.int64()).to_numpy() / 1e6, np.float64)
    except pa.ArrowInvalid:
        where = np.flatnonzero(mask)
        for i, value in zip(where, part, strict=True):
            try:
                value.cast(pa.timestamp("ns", zone))
            except pa.ArrowInvalid:
                _refuse(first_row + int(i), f'"{column[int(i)].as_py()}"')
        raise


def _american(column: Any, mask: BoolArray, first_row: int) -> FloatArray:
    part = pc.extract_regex(column.filter(pa.array(mask)), AMERICAN)

    def numbers(name: str) -> FloatArray:
        return np.asarray(pc.cast(pc.struct_field(part, name), pa.float64()).to_numpy(), np.float64)

    month, day, hour = numbers("m"), numbers("d"), numbers("H")
    half = pc.utf8_upper(pc.struct_field(part, "p")).to_numpy(zero_copy_only=False)
    hour = np.where(half == "PM", hour % 12 + 12, np.where(half == "AM", hour % 12, hour))
    months = (numbers("y") - 1970) * 12 + month - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    month_length = (months + 1).astype("datetime64[M]").astype("datetime64[D]") - months.astype("datetime64[M]")
    wrong = (month < 1) | (month > 12) | (day < 1) | (day > month_length.astype(np.int64)) | (hour > 23)
    wrong |= (numbers("M") > 59) | (numbers("S") >= 61)
    if np.any(wrong):
        i = int(np.flatnonzero(mask)[np.argmax(wrong)])
        _refuse(first_row + i, f'"{column[i].as_py()}", which is no month/day/year')
    return np.asarray(days * 86400.0 + hour * 3600 + numbers("M") * 60 + numbers("S"), np.float64)


def _epoch(column: Any, shown: Any, first_row: int) -> FloatArray:
    seconds = np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
    wrong = ~np.isfinite(seconds)
    if np.any(wrong):
        i = int(np.argmax(wrong))
        _refuse(first_row + i, str(shown[i].as_py()))
    far = np.abs(seconds) > LATEST_S
    if np.any(far):
        i = int(np.argmax(far))
        raise SignalsError(
            f"row {first_row + i}: t must be seconds since 1970, got {shown[i].as_py()}, "
            "which looks like milliseconds; divide by 1000"
        )
    return seconds


def _first(mask: Any) -> int:
    return int(np.argmax(mask.to_numpy(zero_copy_only=False)))


def _refuse(row: int, got: str) -> None:
    raise SignalsError(
        f"row {row}: t must be seconds since 1970 or a time such as 2026-05-28T07:30:00.5+02:00, got {got}"
    )
