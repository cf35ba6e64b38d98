"""Names of columns that hold what a person or a vehicle could be recognised by; no file with one is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from passerby.errors import PrivacyError

_WORDS: Final = frozenset(
    word
    for line in (
        "plate plates numberplate platenumber plateno licenceplate licenseplate licence license registrationnumber",
        "lpr alpr anpr kennzeichen matricula immatriculation chepai vin rfid obu transponder",
        "face faces faceid gait iris fingerprint biometric biometrics embedding embeddings reid",
        "mac macaddress bssid ssid bluetooth wifi btaddr imei imsi tmsi msisdn iccid phone phonenumber mobilenumber",
        "telephone advertisingid idfa gaid ipaddress surname lastname firstname fullname drivername driverid",
        "ownername passport ssn email gender sex ethnicity emotion",
    )
    for word in line.split()
)
_SPLIT: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


def identifying(columns: Iterable[str]) -> list[str]:
    """Those of the columns whose names say that they hold identities, in their order."""
    found = []
    for column in columns:
        words = [w.lower() for w in _SPLIT.split(column) if w]
        pairs = [a + b for a, b in pairwise(words)]
        if _WORDS.intersection([*words, *pairs]):
            found.append(column)
    return found


def refuse_identifiers(file: str, columns: Iterable[str]) -> None:
    """Raise PrivacyError where a column could identify somebody (PRIVACY: no identity, nobody is followed)."""
    found = identifying(columns)
    if found:
        listed = ", ".join(f'"{c}"' for c in found)
        raise PrivacyError(
            f"{file}: column {listed} looks like something that a person or a vehicle can be recognised by; "
            "Passerby reads no such file: remove the column at its source"
        )
