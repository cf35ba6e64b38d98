"""The screens' server: public screen, operator's wall, site editor and the API behind them.

`create_app(Service(...))` is the whole of it; `passerby serve` and `passerby demo` run it. Events come from a store,
whoever writes it; scenes and health from the process that runs the junction (`receive.Receiver`), or from a recording
that is played in this one (`feed.Replay`).
"""

from __future__ import annotations

from passerby.serve.app import create_app
from passerby.serve.junction import Junction
from passerby.serve.keep import Keep
from passerby.serve.service import Service

__all__ = ["Junction", "Keep", "Service", "create_app"]
