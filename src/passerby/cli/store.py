"""`passerby store`: what is kept, for how long, and letting go of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from passerby.cli.options import Json
from passerby.cli.terminal import out, plain, print_json

app = typer.Typer(no_args_is_help=True, help="Look at a store, apply its times to live.")
Folder = Annotated[Path, typer.Argument(help="Folder of the store.", show_default=False)]


@app.command()
def show(folder: Folder, json: Json = False) -> None:
    """The tables of a store, their rows, and how long each is kept."""
    from passerby.store.tables import open_store
    from passerby.store.ttl import describe

    with open_store(folder, read_only=True) as store:
        rows = {name: len(store.read(name)) for name in store.tables}
        kept = {name: store.ttl(name) for name in store.tables}
    if json:
        print_json(
            {name: {"rows": n, "ttl_s": t.total_seconds() if (t := kept[name]) else None} for name, n in rows.items()}
        )
        return
    table = Table("table", "rows", "kept for", box=box.SIMPLE_HEAD)
    for name, n in rows.items():
        keep = kept[name]
        table.add_row(name, f"{n:,}", describe(keep) if keep is not None else "-")
    out.print(table)


@app.command()
def expire(folder: Folder, json: Json = False) -> None:
    """Delete what is past its time to live, from the disk too; the audit log notes it."""
    from passerby.store.tables import open_store

    with open_store(folder) as store:
        gone = store.expire()
    if json:
        print_json({"deleted": gone})
    else:
        out.print(
            ", ".join(f"{n} rows of {name} deleted" for name, n in gone.items() if n) or "nothing was past its time"
        )


@app.command()
def audit(folder: Folder) -> None:
    """Check the audit log's chain from its first line to its last."""
    from passerby.store.audit import verify

    verify(folder / "audit.jsonl")
    out.print(f"[green]{plain(folder)}: the audit log is whole[/]")
