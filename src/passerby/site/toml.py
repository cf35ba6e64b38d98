"""site.toml of format version 1 -> `Site`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from passerby.errors import SiteError
from passerby.site.calibration import errors_m, homography, to_ground
from passerby.site.check import hint
from passerby.site.doubts import doubts
from passerby.site.fields import Fields, warn
from passerby.site.model import (
    RULES,
    Calibration,
    Camera,
    Crosswalk,
    Lamps,
    Lane,
    Movement,
    Points,
    Signal,
    Site,
    StopLine,
    Zone,
)

TOP: Final = ("version", "site", "camera", "signal", "stop_line", "crosswalk", "lane", "zone", "rules")
LARGEST_BYTES: Final = 16 * 2**20
POOR_FIT_M: Final = 1.0


def read_site(path: str | Path) -> Site:
    """The junction that a site.toml describes.

    SiteError in one sentence for whatever does not fit; SiteWarning for what fits and is probably not meant.
    """
    path = Path(path)
    try:
        return parse_site(_text(path))
    except SiteError as e:
        raise SiteError(f"{path.name}: {e}") from e.__cause__


def parse_site(text: str) -> Site:
    """The junction that the text of a site.toml describes; errors as of `read_site`, without a file name."""
    return site_of(parse_tables(text))


def site_of(top: Mapping[str, Any]) -> Site:
    """The junction that the tables of a site.toml describe; errors as of `parse_site`."""
    if not top:
        raise SiteError("is empty; it needs version = 1 and [site]")
    if "version" not in top:
        raise SiteError(f"version is missing; write version = 1 in the first line{hint('version', top)}")
    if top["version"] != 1 or isinstance(top["version"], bool):
        raise SiteError(f"version must be 1, got {top['version']!r}")
    for key in top:
        if key not in TOP:
            raise SiteError(f"[{key}] is not part of the format{hint(key, TOP)}")
    if isinstance(top.get("site"), list):
        raise SiteError("one site per file; write [site] once, in single brackets")
    if not isinstance(top.get("site"), dict):
        raise SiteError("table [site] is missing")

    f = Fields("site", top["site"])
    name, timezone = f.text("name"), f.text("timezone", "UTC")
    origin = f.pair("origin", (0.0, 0.0), "[latitude, longitude]")
    drives_on, limit = f.text("drives_on", "right"), f.optional_number("speed_limit_kmh")
    f.done()

    cameras = tuple(_camera(f) for f in _tables(top, "camera"))
    views = {c.id: c for c in cameras}
    site = Site(
        name=name,
        timezone=timezone,
        origin=origin,
        drives_on=drives_on,
        speed_limit_kmh=limit,
        cameras=cameras,
        signals=tuple(_signal(f) for f in _tables(top, "signal")),
        stop_lines=tuple(_stop_line(f, views) for f in _tables(top, "stop_line")),
        crosswalks=tuple(_crosswalk(f, views) for f in _tables(top, "crosswalk")),
        lanes=tuple(_lane(f, views) for f in _tables(top, "lane")),
        zones=tuple(_zone(f, views) for f in _tables(top, "zone")),
        rules=_rules(top.get("rules", {})),
    )
    for doubt in doubts(site):
        warn(str(doubt))
    return site


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise SiteError("is a folder; name the site.toml in it")
        if path.stat().st_size > LARGEST_BYTES:
            raise SiteError(f"is {path.stat().st_size / 2**20:.0f} MB, more than any site.toml; is it another file?")
        data = path.read_bytes()
    except OSError as e:
        raise SiteError(f"cannot be read ({e.strerror or e}); looked for {path}") from e
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        raise SiteError(f"line {line}: must be UTF-8 text, got byte 0x{data[e.start]:02x}") from e


def parse_tables(text: str) -> Mapping[str, Any]:
    """The tables of a site.toml as they stand there; SiteError where the text is no TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as e:
        said = str(e)
        at = re.search(r"\(at line (\d+), column (\d+)\)", said)
        line = int(at[1]) if at else text.count("\n") + 1
        if len(re.findall(r"(?m)^\s*\[{1,2}\s*site\s*\]{1,2}", text)) > 1:
            raise SiteError(f"line {line}: one site per file, got a second [site]") from e
        what = re.sub(r"\s*\(at .*\)$", "", said)
        raise SiteError(f"line {line}: is not TOML: {what[:1].lower()}{what[1:]}") from e


def _tables(top: Mapping[str, Any], kind: str) -> list[Fields]:
    value = top.get(kind, [])
    if isinstance(value, dict):
        raise SiteError(f"{kind}: must be headed [[{kind}]] in double brackets, got [{kind}]")
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise SiteError(f"{kind}: must be tables headed [[{kind}]], got {str(value)[:60]}")
    fields = []
    for i, table in enumerate(value, 1):
        named = table.get("id")
        who = f'{kind} "{named}"' if isinstance(named, str) else f"{kind} number {i}"
        fields.append(Fields(who, table))
    return fields


def _camera(f: Fields) -> Camera:
    table = f.table("calibration")
    camera = Camera(f.text("id"), f.optional_text("source"), None if table is None else _calibration(f.who, table))
    f.done()
    return camera


def _calibration(who: str, table: Mapping[str, Any]) -> Calibration:
    f = Fields(f"{who}: calibration", table)
    image = f.points("image") if f.has("image") else ()
    ground = f.points("ground") if f.has("ground") else ()
    rows = f.rows("matrix", 3, "3 rows of 3 numbers") if f.has("matrix") else None
    matrix = None if rows is None else tuple((r[0], r[1], r[2]) for r in rows)
    size = f.whole_pair("size", "[width, height] in whole pixels") if f.has("size") else None
    distortion = f.optional_number("distortion") or 0.0
    f.done()
    try:
        calibration = Calibration(image, ground, matrix, size, distortion)
        homography(calibration)
        off = errors_m(calibration)
    except SiteError as e:
        raise SiteError(f"{who}: {e}") from e
    if len(off) and off.max() > POOR_FIT_M:
        warn(f"{who}: calibration: point {off.argmax() + 1} lies {off.max():.1f} m from where the others put it")
    return calibration


def _signal(f: Fields) -> Signal:
    signal = Signal(
        f.text("id"),
        f.text("kind", "vehicle"),
        f.optional_whole("phase"),
        f.optional_whole("pedestrian_phase"),
        f.optional_whole("overlap"),
        f.optional_whole("group"),
        tuple(_lamps(f"{f.who}: lamp {i}", table) for i, table in enumerate(f.tables("lamp"), 1)),
    )
    f.done()
    return signal


def _lamps(who: str, table: Mapping[str, Any]) -> Lamps:
    f = Fields(who, table)
    wanted = "[left, top, width, height] in pixels"
    try:
        lamps = Lamps(
            f.text("camera"),
            f.box("red", wanted),
            f.box("green", wanted),
            f.box("amber", wanted) if f.has("amber") else None,
        )
    except SiteError as e:
        raise e if str(e).startswith(who) else SiteError(f"{who.rpartition(':')[0]}: {e}") from e
    f.done()
    return lamps


def _stop_line(f: Fields, views: Mapping[str, Camera]) -> StopLine:
    line_id, heading = f.text("id"), f.number("heading")
    points = _drawn(f, "points", views)
    tables, signal = f.tables("movement"), f.optional_text("signal")
    if tables and signal is not None:
        raise SiteError(f"{f.who}: give either signal or [[stop_line.movement]], got both")
    turn_on_red = f.flag("turn_on_red", False)
    if turn_on_red and signal is None:
        warn(f"{f.who}: turn_on_red without a signal beside it does nothing")
    movements = [Movement(signal, None, turn_on_red)] if signal is not None else []
    for i, table in enumerate(tables, 1):
        m = Fields(f"{f.who}: movement {i}", table)
        try:
            movements.append(
                Movement(m.optional_text("signal"), m.optional_number("exit_heading"), m.flag("turn_on_red", False))
            )
        except SiteError as e:
            raise e if str(e).startswith(m.who) else SiteError(f"{f.who}: {e}") from e
        m.done()
    f.done()
    return StopLine(line_id, points, heading, tuple(movements))


def _crosswalk(f: Fields, views: Mapping[str, Camera]) -> Crosswalk:
    crosswalk = Crosswalk(
        f.text("id"),
        _drawn(f, "polygon", views),
        f.optional_text("signal"),
        frozenset(f.texts("classes", ["pedestrian"])),
    )
    f.done()
    return crosswalk


def _lane(f: Fields, views: Mapping[str, Camera]) -> Lane:
    lane = Lane(
        f.text("id"),
        _drawn(f, "centreline", views),
        f.number("width"),
        f.text("kind", "traffic"),
        f.optional_number("speed_limit_kmh"),
    )
    f.done()
    return lane


def _zone(f: Fields, views: Mapping[str, Camera]) -> Zone:
    zone = Zone(f.text("id"), f.text("kind"), _drawn(f, "polygon", views), f.optional_number("max_stop_s"))
    f.done()
    return zone


def _drawn(f: Fields, key: str, views: Mapping[str, Camera]) -> Points:
    """Points in ground metres, projected where they were drawn in a camera's picture."""
    points = f.points(key)
    camera = f.optional_text("camera")
    if camera is None:
        return points
    if camera not in views:
        raise SiteError(f'{f.who}: camera "{camera}" is not in the file{hint(camera, views)}')
    calibration = views[camera].calibration
    if calibration is None:
        raise SiteError(f'{f.who}: camera "{camera}" needs a calibration before {key} can be drawn in its picture')
    try:
        return tuple((float(x), float(y)) for x, y in to_ground(calibration, points))
    except SiteError as e:
        raise SiteError(f'{f.who}: camera "{camera}": {e}') from e


def _rules(tables: Any) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(tables, dict):
        raise SiteError(f"rules: must be tables such as [rules.red_light], got {str(tables)[:60]}")
    for rule, table in tables.items():
        if rule not in RULES:
            raise SiteError(f"[rules.{rule}] names no rule{hint(rule, RULES)}; known are {', '.join(RULES)}")
        if not isinstance(table, dict):
            raise SiteError(f"rules.{rule}: must be a table [rules.{rule}], got {str(table)[:60]}")
        if not isinstance(table.get("enabled", True), bool):
            raise SiteError(f"rules.{rule}: enabled must be true or false, got {table['enabled']!r}")
    return MappingProxyType({rule: MappingProxyType(dict(table)) for rule, table in tables.items()})
