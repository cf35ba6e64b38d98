"""Who had which light when."""

from passerby.signals.history import STATE_CODE, STATES, SignalHistory, compact, from_changes
from passerby.signals.plan import Stage, cyclic, staged
from passerby.signals.read import read_signals
from passerby.signals.source import SignalsWarning

__all__ = [
    "STATES",
    "STATE_CODE",
    "SignalHistory",
    "SignalsWarning",
    "Stage",
    "compact",
    "cyclic",
    "from_changes",
    "read_signals",
    "staged",
]
