"""The screens' server: public screen, operator's wall, site editor and the API behind them.

`create_app(Service(...))` is the whole of it; `passerby serve` and `passerby demo` run it. Junctions are fed by
whatever runs in the same process (`feed.Replay`, cameras joined in the command line) or follow a store that
another writes.
"""

from __future__ import annotations

from passerby.serve.app import create_app
from passerby.serve.junction import Junction
from passerby.serve.keep import Keep
from passerby.serve.service import Service

__all__ = ["Junction", "Keep", "Service", "create_app"]
