"""Columns that could tell who somebody is: by their names, by their values, by the shape of an embedding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

EMBEDDING_DIMENSIONS: Final = 16
JSON_EMBEDDING_DIMENSIONS: Final = 64
SAMPLE: Final = 2000


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that name an identifier wherever they stand in a column's or key's name.
_WORDS: Final = _set(
    """plate plates lpr anpr alpr numberplate vin kennzeichen matricula
    face faces facial embedding embeddings reid biometric biometrics gait fingerprint iris voiceprint
    imei imsi iccid msisdn bssid mac idfa gaid bluetooth
    phone telephone mobile tel email surname firstname lastname fullname forename passport ssn iban dob birthday
    gender sex ethnicity race religion nationality emotion mood
    车牌 人脸 姓名 手机 身份证 电话 性别"""
)
# Names that do so only in a table of people; in configuration they name streets and signals.
_TABLE_NAMES: Final = _set(
    "name age address ip user username person owner driver passenger holder licence license registration"
)
_TABLE_PAIRS: Final = tuple(
    _set(pair)
    for pair in re.split(
        ",",
        "first name,last name,given name,family name,full name,person name,driver name,owner name,person id,"
        "user id,owner id,driver id,device id,advertising id,national id,card number,card id,account number,"
        "feature vector,ip address,age group,age years,home address,wifi address,vehicle id number,chassis number",
    )
)
_FINE: Final = (frozenset({"background", "plate"}),)

_VALUES: Final = (
    ("MAC addresses", re.compile(r"(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}", re.I), 0.5, 3),
    ("e-mail addresses", re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I), 0.5, 3),
    ("telephone numbers", re.compile(r"\+\d{1,3}[ \d/()-]{6,16}\d"), 0.5, 3),
    (
        "number plates",
        re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·. ]?[A-Z0-9]{5,6}"),
        0.5,
        3,
    ),
    ("number plates", re.compile(r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[1-9]\d{0,3}[EH]?"), 0.8, 10),
)


def words(name: str) -> frozenset[str]:
    """The words of a column's name: `licencePlate_no` -> licence, plate, no."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return frozenset(w for w in re.split(r"[^\w]+|_|(?<=\D)(?=\d)", spaced.lower()) if w)


def identifier(name: str, table: bool) -> str | None:
    """The word by which a name (of a table's column, or a key elsewhere) looks like an identifier; None if not."""
    found = words(name)
    if any(fine <= found for fine in _FINE):
        return None
    if hit := sorted(found & _WORDS):
        return hit[0]
    joined = "".join(sorted(found, key=name.lower().find))
    if joined in _WORDS:
        return joined
    if not table:
        return None
    if len(found) == 1 and (hit := sorted(found & _TABLE_NAMES)):
        return hit[0]
    pair = next((p for p in _TABLE_PAIRS if p <= found), None)
    return None if pair is None else " ".join(sorted(pair))


def field_names(schema: pa.Schema) -> Iterator[str]:
    """Names of all columns, those inside structs and lists included."""
    todo: list[pa.Field] = list(schema)
    while todo:
        field = todo.pop()
        yield field.name
        kind = field.type
        if pa.types.is_struct(kind):
            todo += [kind.field(i) for i in range(kind.num_fields)]
        elif (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and pa.types.is_struct(kind.value_type):
            todo += [kind.value_type.field(i) for i in range(kind.value_type.num_fields)]


def telling_values(values: Iterable[str | None]) -> str | None:
    """What most of a column's texts look like, if that is an identifier; looks at the first distinct 2000."""
    distinct = list(dict.fromkeys(v.strip() for v in values if v))[:SAMPLE]
    for what, pattern, share, least in _VALUES:
        hits = sum(pattern.fullmatch(v) is not None for v in distinct)
        if hits >= least and hits >= share * len(distinct):
            return what
    return None


def embedding_columns(table: pa.Table) -> list[str]:
    """Columns, or families of numbered columns, that hold vectors of 16 and more real numbers per row."""
    found = []
    families: Counter[str] = Counter()
    for field in table.schema:
        kind = field.type
        if pa.types.is_floating(kind) and (m := re.fullmatch(r"(.*?)[_.\[]?\d+\]?", field.name)):
            families[m[1]] += 1
        elif _is_list(kind) and pa.types.is_floating(kind.value_type):
            lengths = [len(v) for v in table[field.name].slice(0, SAMPLE).to_pylist() if v is not None]
            if lengths and np.median(lengths) >= EMBEDDING_DIMENSIONS:
                found.append(field.name)
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts = [v for v in table[field.name].slice(0, 20).to_pylist() if v]
            if texts and all(_vector_length(v) >= EMBEDDING_DIMENSIONS for v in texts):
                found.append(field.name)
    return found + [f"{stem}0..{n - 1}" for stem, n in families.items() if n >= EMBEDDING_DIMENSIONS]


def looks_embedded(value: list[Any]) -> bool:
    """Whether a list in JSON looks like an embedding: 64 and more reals of both signs and small size."""
    if len(value) < JSON_EMBEDDING_DIMENSIONS or not all(isinstance(v, float) for v in value):
        return False
    a = np.asarray(value)
    return bool(np.all(np.abs(a) <= 20) and (a < 0).any() and (a > 0).any())


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _vector_length(text: str) -> int:
    parts = re.split(r"[,;\s]+", text.strip("[]() \n"))
    try:
        return len([float(p) for p in parts]) if "." in text else 0
    except ValueError:
        return 0
