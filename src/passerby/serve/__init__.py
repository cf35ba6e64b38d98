"""The screens' server: public screen, operator's wall, site editor and the API behind them.

`app.create_app(Service(...))` is the whole of it; `passerby serve` and `passerby demo` run it. Events come from a
store, whoever writes it; scenes and health from the process that runs the junction (`receive.Receiver`), or from a
recording that is played in this one (`feed.Replay`).
"""
