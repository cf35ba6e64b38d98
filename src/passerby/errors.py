"""Everything Passerby raises on purpose, one sentence each: who, what was wanted, what was found, what to do.

::

    PasserbyError
    ├── InputError            what was handed in does not fit the format
    │   ├── SiteError         site.toml
    │   ├── TracksError       a tracks file or stream
    │   └── SignalsError      a signal log or stream
    ├── StoreError            a table or an output folder cannot be read or written
    ├── PrivacyError          something that must never be kept or shown was found
    └── DependencyError       something outside (registry, optional package) is not to be had

The command line prints the sentence and leaves with `exit_code`; a traceback is a defect.
"""

from __future__ import annotations


class PasserbyError(Exception):
    """An error with a sentence for a person and an exit code for a script."""

    exit_code = 1


class InputError(PasserbyError):
    """What was handed in does not fit the format."""

    exit_code = 3


class SiteError(InputError):
    """site.toml does not describe a junction; at: where on its ground (x, y in m); fix: what an editor may offer."""

    def __init__(self, sentence: str, *, at: tuple[float, float] | None = None, fix: str | None = None) -> None:
        super().__init__(sentence)
        self.at, self.fix = at, fix


class TracksError(InputError):
    """A tracks file or stream does not fit the format."""


class SignalsError(InputError):
    """A signal log or stream does not fit the format."""


class StoreError(PasserbyError):
    """A table or an output folder cannot be read or written."""

    exit_code = 4


class PrivacyError(PasserbyError):
    """Something that must never be kept or shown was found."""

    exit_code = 5


class DependencyError(PasserbyError):
    """Something outside Passerby (package registry, optional package) is not to be had."""

    exit_code = 6
