"""The command line: one thin module per command.

Exit codes: 0 done; 1 something found (a check that failed); 2 wrong usage; 3 input that does not fit; 4 a folder or
table that cannot be read or written; 5 something that must never be kept was found; 6 something outside is not to be
had; 70 a defect in Passerby itself; 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from passerby import __version__
from passerby.cli import analyse, convert, demo, live, privacy, report, serve, site, store, watch
from passerby.cli.terminal import any_terminal, complain, warn
from passerby.errors import PasserbyError

app = typer.Typer(
    name="passerby",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Street cameras in, anonymous city data out: violations and near misses at a junction, nobody identified.",
    epilog="Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 input does not fit, 4 cannot be read or written, "
    "5 something private was found, 6 something outside is not to be had, 70 a defect, 130 interrupted.",
)
_MEASURE, _KEEP, _LOOK = "Measure", "Keep", "Look"

app.command("demo", rich_help_panel=_LOOK)(demo.demo)
app.add_typer(serve.app, name="serve", rich_help_panel=_LOOK)
app.command("report", rich_help_panel=_LOOK)(report.report)
app.command("analyse", rich_help_panel=_MEASURE)(analyse.analyse)
app.command("analyze", hidden=True)(analyse.analyse)
app.command("watch", rich_help_panel=_MEASURE)(watch.watch)
app.command("live", rich_help_panel=_MEASURE)(live.live)
app.command("convert", rich_help_panel=_MEASURE)(convert.convert)
app.add_typer(site.app, name="site", rich_help_panel=_MEASURE)
app.add_typer(store.app, name="store", rich_help_panel=_KEEP)
app.add_typer(privacy.app, name="privacy", rich_help_panel=_KEEP)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"passerby {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


class _StoppedError(BaseException):
    """Ctrl-C or SIGTERM: nothing on the way may take it for a mere error."""


def _stop(number: int, frame: FrameType | None) -> None:
    # an import cut short fails in strange ways later on: what comes now is no defect
    _stopping.append(number)
    raise _StoppedError


_stopping: list[int] = []


def main() -> None:
    """Run the command line: what goes wrong ends in one sentence and an exit code."""
    warnings.showwarning = warn
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    any_terminal()
    try:
        app()
        sys.stdout.flush()
    except PasserbyError as e:
        _end(str(e), e.exit_code)
    except (_StoppedError, KeyboardInterrupt):
        _end("interrupted", 130)
    except BrokenPipeError:
        _end(None, 0)
    except MemoryError:
        _end("this machine's memory is not enough for that; give fewer rows at a time or a machine with more", 4)
    except OSError as e:
        _end(f"{e.filename or 'a file'}: {e.strerror or e}", 4)
    except Exception as e:
        if _stopping:
            _end("interrupted", 130)
        if os.environ.get("PASSERBY_TRACEBACK"):
            raise
        where = traceback.extract_tb(e.__traceback__)[-1]
        what = f"{type(e).__name__} in {Path(where.filename).name} line {where.lineno}"
        _end(f"a defect in Passerby ({what}: {e}); please report it, with PASSERBY_TRACEBACK=1 set for the details", 70)


def _end(sentence: str | None, code: int) -> NoReturn:
    if sentence is not None:
        complain(sentence)
    try:
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        # nobody reads on; the interpreter must not try again at its own end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
