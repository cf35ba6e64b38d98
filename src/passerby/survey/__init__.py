"""The drawing of a junction, learnt from the tracks themselves, and what is wrong with one that was drawn."""

from passerby.survey.misdrawn import Misdrawn, misdrawn, undrawn
from passerby.survey.proposal import Finding, Proposal
from passerby.survey.propose import propose
from passerby.survey.signal_log import read_signal_log

__all__ = ["Finding", "Misdrawn", "Proposal", "misdrawn", "propose", "read_signal_log", "undrawn"]
