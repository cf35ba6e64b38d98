"""The command line: one thin module per command.

Exit codes: 0 done; 1 something found (a check that failed); 2 wrong usage; 3 input that does not fit; 4 a folder or
table that cannot be read or written; 5 something that must never be kept was found; 6 something outside is not to be
had; 130 interrupted.
"""

from __future__ import annotations

import sys
import warnings

import typer

from passerby import __version__
from passerby.cli import analyse, convert, demo, live, privacy, report, site, store
from passerby.cli.terminal import complain, warn
from passerby.errors import PasserbyError

app = typer.Typer(
    name="passerby",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Street cameras in, anonymous city data out: violations and near misses at a junction, nobody identified.",
    epilog="Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 input does not fit, 4 cannot be read or written, "
    "5 something private was found, 6 something outside is not to be had, 130 interrupted.",
)
_MEASURE, _KEEP, _LOOK = "Measure", "Keep", "Look"

app.command("demo", rich_help_panel=_LOOK)(demo.demo)
app.command("report", rich_help_panel=_LOOK)(report.report)
app.command("analyse", rich_help_panel=_MEASURE)(analyse.analyse)
app.command("analyze", hidden=True)(analyse.analyse)
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


def main() -> None:
    """Run the command line: what goes wrong on purpose ends in one sentence and an exit code."""
    warnings.showwarning = warn
    try:
        app()
    except PasserbyError as e:
        complain(str(e))
        sys.exit(e.exit_code)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except MemoryError:
        complain("this machine's memory is not enough for that; give fewer rows at a time or a machine with more")
        sys.exit(4)
