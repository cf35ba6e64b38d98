"""`passerby serve`: the public screen, the operators' wall, the site editor and the API, until stopped."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from passerby.cli.options import Json
from passerby.cli.terminal import err, out, plain, print_json, warn
from passerby.errors import InputError

if TYPE_CHECKING:
    from passerby.serve.junction import Junction
    from passerby.serve.service import Feed, Service
    from passerby.serve.tiles import Tiles

RUN: Final = "run"


class _RunByDefault(TyperGroup):
    """`serve SITE --store DIR` is `serve run SITE --store DIR`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_RunByDefault, help="Serve the public screen, the operators' wall and the API.")
user_app = typer.Typer(no_args_is_help=True, help="Who may sign in.")
app.add_typer(user_app, name="user")

Data = Annotated[
    Path, typer.Option("--data", help="Folder of the server's own files: users, tokens, marks, audit log.")
]
DATA: Final = Path("passerby-serve")
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network of this machine.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any that is free.")]
Name = Annotated[str, typer.Argument(help="The user's name.", show_default=False)]


@app.command(RUN, hidden=True)
def serve(
    site: Annotated[Path | None, typer.Argument(help="The junction: site.toml.", show_default=False)] = None,
    store: Annotated[Path | None, typer.Option("--store", help="Its store, as live or watch write it.")] = None,
    config: Annotated[
        Path | None, typer.Option("--config", help="passerby.toml with a table for each junction.")
    ] = None,
    plates: Annotated[
        Path | None,
        typer.Option("--plates", help="Its background plates, as watch --plate writes them (plates beside the store)."),
    ] = None,
    tiles: Annotated[
        str | None, typer.Option("--tiles", help="Map under operators' plans: an address with {z}, {x} and {y}.")
    ] = None,
    attribution: Annotated[str, typer.Option("--attribution", help="Whose map it is, as its licence asks.")] = "",
    data: Data = DATA,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    certificate: Annotated[Path | None, typer.Option("--tls-certificate", help="Certificate (PEM) for https.")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="Its private key (PEM).")] = None,
    trusted_proxy: Annotated[
        str, typer.Option("--trusted-proxy", help="Proxies whose X-Forwarded-For and -Proto are believed.")
    ] = "127.0.0.1,::1",
) -> None:
    """Serve the public screen (/screen), the operators' wall (/), the site editor (/site) and the API."""
    if (certificate is None) != (key is None):
        raise InputError("--tls-certificate and --tls-key: give both or neither")
    if (site is None) == (config is None):
        raise InputError("serve: name one SITE.toml with --store, or a --config with its junctions")
    if plates is not None and site is None:
        raise InputError("--plates: is for one SITE.toml; in a --config each junction has its own plates")
    if tiles is None and attribution:
        raise InputError("--attribution: give --tiles with the address of the map's tiles too")
    junctions = [from_files("", site, store, plates=plates)] if site is not None else configured(config)  # type: ignore[arg-type]
    shown = _tiles(tiles, attribution) if tiles is not None else configured_tiles(config)
    run_service(
        junctions, data, host, port, certificate=certificate, key=key, trusted_proxies=trusted_proxy, tiles=shown
    )


def from_files(
    id: str,
    site: Path,
    store: Path | None,
    language: str = "en",
    measures: tuple[str, ...] = (),
    plates: Path | None = None,
) -> Junction:
    """A junction of a site.toml, its store and its plates, if there are any (by default `plates` beside the store)."""
    from passerby.serve.junction import LANGUAGES, Junction
    from passerby.site.check import LONGEST_NAME, require_readable
    from passerby.site.toml import read_site
    from passerby.store.tables import Store, open_store

    for i, measure in enumerate(measures, 1):
        require_readable("measures", f"number {i}", measure, LONGEST_NAME)
    if language not in LANGUAGES:
        raise InputError(f'language: must be one of {", ".join(LANGUAGES)}, got "{language}"')
    drawn = read_site(site)
    kept = None
    if store is not None and store.exists():
        kept = open_store(store, read_only=True)
    elif store is not None:
        warn(f"{store}: is not there yet; what passerby live or watch with --store {store} sees is shown once it runs")
        kept = Store(store, None)
    if plates is not None and not plates.is_dir():
        raise InputError(f"plates: {plates} is no folder; name the one that passerby watch --plate writes")
    if plates is None and store is not None:
        plates = store.absolute().parent / "plates"
    return Junction(id or slug(drawn.name), drawn, kept, language, measures, site_path=site, plates=plates)


def configured_tiles(path: Path | None) -> Tiles | None:
    """The [map] of a passerby.toml: tiles and attribution; None where there is none."""
    table = _config(path).get("map") if path is not None else None
    if table is None:
        return None
    if not isinstance(table, dict) or set(table) - {"tiles", "attribution"}:
        raise InputError(f"{path}: map: wanted a table [map] with tiles and attribution, got {table!r}")
    return _tiles(table.get("tiles", ""), table.get("attribution", ""))


def _tiles(url: Any, attribution: Any) -> Tiles:
    from passerby.serve.tiles import Tiles

    if not isinstance(url, str) or not isinstance(attribution, str):
        raise InputError(f"tiles: wanted text for tiles and attribution, got {url!r} and {attribution!r}")
    return Tiles(url, attribution)


def _config(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise InputError(f"{path}: cannot be read: {e.strerror or e}") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise InputError(f"{path}: is not TOML: {e}") from e


def configured(path: Path) -> list[Junction]:
    """The junctions of a passerby.toml: [[junction]] tables with id, site, store, language, measures, plates."""
    tables = _config(path).get("junction", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
        raise InputError(f"{path}: wanted a [[junction]] with site and store for each junction, got none")
    made = []
    for i, table in enumerate(tables, 1):
        who = f"{path}: junction number {i}"
        kinds = {"id": str, "site": str, "store": str, "language": str, "measures": list, "plates": str}
        for name, value in table.items():
            if name not in kinds or not isinstance(value, kinds[name]):
                raise InputError(f"{who}: wanted {', '.join(kinds)} (text; measures a list), got {name} = {value!r}")
        if "site" not in table:
            raise InputError(f"{who}: site is missing; name its site.toml")
        measures = tuple(str(m) for m in table.get("measures", []))
        store = path.parent / table["store"] if "store" in table else None
        site = path.parent / table["site"]
        plates = path.parent / table["plates"] if "plates" in table else None
        language = table.get("language", "en")
        made.append(from_files(slug(table.get("id", "")), site, store, language, measures, plates))
    ids = [j.id for j in made]
    if twice := next((i for i in ids if ids.count(i) > 1), None):
        raise InputError(f'{path}: two junctions have the id "{twice}"; give each its own')
    return made


def slug(name: str) -> str:
    """A name as it can stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().encode("ascii", "ignore").decode()).strip("-")[:60]


def run_service(
    junctions: list[Junction],
    data: Path,
    host: str,
    port: int,
    *,
    feeds: tuple[Feed, ...] = (),
    certificate: Path | None = None,
    key: Path | None = None,
    trusted_proxies: str = "127.0.0.1,::1",
    open_pages: bool = False,
    tiles: Tiles | None = None,
) -> None:
    """Serve junctions until stopped; says where, and the first administrator's password where there is none yet.

    feeds: what feeds them in this process; without any, each is fed by the process that runs it with the same store.
    """
    from passerby.serve.app import create_app
    from passerby.serve.keep import Keep
    from passerby.serve.receive import Receiver
    from passerby.serve.server import listen, server
    from passerby.serve.service import Service

    if not feeds:
        # whatever runs the junctions announces itself in their stores
        feeds = tuple(Receiver(j) for j in junctions if j.store is not None)
        for junction in junctions:
            junction.live = False
    keep = Keep(data)
    for junction in junctions:
        junction.id = junction.id or "junction"
        kept: dict[str, Any] = keep.settings(junction.id)
        junction.language = kept.get("language", junction.language)
        junction.measures = tuple(kept.get("measures", junction.measures))
    service: Service = Service({j.id: j for j in junctions}, keep, feeds, tiles=tiles)
    web = create_app(service)
    sock = listen(host, port)
    shown = f"[{host}]" if ":" in host else {"0.0.0.0": "localhost"}.get(host, host)
    url = f"{'https' if certificate else 'http'}://{shown}:{sock.getsockname()[1]}"
    password = keep.users.first()

    def ready() -> None:
        for what, page in (("Public screen", "/screen"), ("Operators' wall", "/"), ("Site editor", "/site")):
            out.print(f"{what:16}[bold]{url}{page}[/]")
        if password is not None:
            out.print(f"Sign in as [bold]administrator[/] with the password [bold]{password}[/]", soft_wrap=True)
            out.print("and set your own within seven days.")
        if certificate is None and host not in ("127.0.0.1", "::1", "localhost"):
            err.print(
                "[yellow]warning:[/] passwords cross the network in the clear; "
                "give --tls-certificate and --tls-key, or put a proxy with https in front"
            )
        out.print("Ctrl-C ends it.")
        if open_pages:
            import webbrowser

            for page in ("/screen", "/"):
                webbrowser.open(url + page)

    server(web, certificate=certificate, key=key, trusted_proxies=trusted_proxies, ready=ready).run([sock])


@user_app.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="operator or administrator.")] = "operator",
    data: Data = DATA,
) -> None:
    """Add a user and print the password made up for them."""
    from passerby.serve.keep import Keep

    keep = Keep(data)
    password = keep.users.add(name, role)
    keep.audit.append("user_added", user="command line", added=name, role=role)
    _say(name, password)


@user_app.command("renew")
def renew(name: Name, data: Data = DATA) -> None:
    """Print a new password made up for a user who has forgotten theirs."""
    from passerby.serve.keep import Keep

    keep = Keep(data)
    password = keep.users.renew(name)
    keep.audit.append("password_renewed", user="command line", of=name)
    _say(name, password)


@user_app.command("list")
def list_(data: Data = DATA, json: Json = False) -> None:
    """List the users."""
    from passerby.serve.keep import Keep

    users = Keep(data).users.all()
    if json:
        print_json({"users": [{"name": u.name, "role": u.role, "initial": u.initial} for u in users]})
        return
    for user in users:
        out.print(f"{plain(user.name):24} {user.role}" + ("  (first password)" if user.initial else ""))


@user_app.command("remove")
def remove(name: Name, data: Data = DATA) -> None:
    """Remove a user; their sessions end."""
    from passerby.serve.keep import Keep

    keep = Keep(data)
    keep.users.remove(name)
    keep.audit.append("user_removed", user="command line", removed=name)
    out.print(f"[bold]{plain(name)}[/] is removed")


def _say(name: str, password: str) -> None:
    out.print(
        f"[bold]{plain(name)}[/] signs in with [bold]{password}[/], within seven days, and then sets their own.",
        soft_wrap=True,
    )
