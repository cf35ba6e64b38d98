"""A clip with no site: counts by the picture's sides, tracks on a ground guessed from people's size, a proposal."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace as changed
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from passerby.cli.terminal import err, out, plain, print_json, warn
from passerby.errors import TracksError
from passerby.tables import COUNTS, TABLES
from passerby.tracks.classes import CLASSES

if TYPE_CHECKING:
    from passerby.cli.watch import Wishes
    from passerby.site.model import Calibration, Site
    from passerby.tracks.record import IntArray
    from passerby.vision.camera import Camera
    from passerby.vision.rows import Placed
    from passerby.vision.sightings import Sightings

PLACE = "picture"


def clip_results(what: str, camera: Camera, revised: Sightings, frames: int, seconds: float, wishes: Wishes) -> None:
    """Counts, tracks and a proposed site of one camera of which nothing is known."""
    from passerby.cli.watch_recorded import nobody
    from passerby.cli.watch_tables import tracks_table
    from passerby.store.files import replace, write_results
    from passerby.vision.pose import CameraPose
    from passerby.vision.rows import Names, placed

    width, height = camera.size
    rough = camera.rough_calibration()
    part = placed(revised, CameraPose(rough, width, height), Names())
    if not len(part.tracks):
        nobody(what, frames, wishes)
        return
    counts = count_table(part, width, height)
    written = []
    if wishes.out is not None:
        tables = {n: s.empty_table() for n, s in TABLES.items() if n in ("violations", "conflicts")}
        tables |= {"counts": counts, "tracks": tracks_table([part], wishes.format)}
        written = write_results(wishes.out, tables, wishes.format)  # type: ignore[arg-type]
        site, unclear = proposed_site(what, part, rough, wishes.out)
        # a site.toml that is there may have been worked on: it is never replaced
        path = wishes.out / "site.toml"
        path = wishes.out / "site.proposed.toml" if path.exists() else path
        replace(path, site_text(site, unclear).encode())
        written.append(path)
    written += [wishes.mot] if wishes.mot is not None else []
    users = Counter(_moved_classes(part))
    summary = {
        "frames": frames,
        "frames_per_second": round(frames / seconds, 1),
        "rows": len(part.tracks),
        "road_users": dict(users.most_common()),
        "seconds": round(seconds, 2),
        "written": [str(p) for p in written],
    }
    if wishes.json:
        print_json(summary)
    elif not wishes.quiet:
        _say(what, counts, users, frames, seconds)
        if wishes.out is not None:
            out.print(f"\nWritten to [bold]{plain(wishes.out)}[/]: {', '.join(sorted(p.name for p in written))}")
            out.print(f"{path.name} is a guess to start from: calibrate the camera, then check what is drawn.")


def count_table(part: Placed, width: int, height: int) -> pa.Table:
    """Everybody who went somewhere, once, in the hour in which they came, by class and the sides of the picture."""
    from passerby.vision.edges import passing

    cells: Counter[tuple[float, str, str]] = Counter()
    tracks = part.tracks
    for a, b in _spans(part):
        found = passing(tracks.t[a:b], part.sightings.box[a:b], width, height)
        if found is not None:
            cells[found.t0 // 3600 * 3600, found.movement, CLASSES[_settled(tracks.cls[a:b])]] += 1
    keys = sorted(cells)
    hours = np.array([t0 for t0, _, _ in keys], np.int64) * 1_000_000
    return pa.table(
        [
            pa.array(hours).cast(COUNTS.field("t0").type),
            pa.array(hours + 3_600_000_000).cast(COUNTS.field("t1").type),
            pa.array([PLACE] * len(keys), pa.string()),
            pa.array([movement for _, movement, _ in keys], pa.string()),
            pa.array([cls for _, _, cls in keys], pa.string()),
            pa.array([cells[key] for key in keys], pa.int64()),
        ],
        schema=COUNTS,
    )


def proposed_site(what: str, part: Placed, rough: Calibration, folder: Path) -> tuple[Site, tuple[str, ...]]:
    """What the tracks show of the junction, drawn on the guessed ground; sentences on what they do not show."""
    from passerby.site.model import Camera, Site
    from passerby.survey.propose import propose

    name = Path(what).stem or "street"
    # what is relative in a site file is so to the file
    source = what if "://" in what else os.path.relpath(what, folder)
    camera = Camera("camera", source, rough)
    try:
        proposal = propose(part.tracks, name=name, timezone="UTC", origin=(0.0, 0.0))
    except TracksError as e:
        return Site(name, cameras=(camera,)), (str(e),)
    return changed(proposal.site, cameras=(camera,)), proposal.unclear


def site_text(site: Site, unclear: tuple[str, ...]) -> str:
    """site.toml with a head that says what is a guess."""
    from passerby.site.write import write_site

    head = [
        "# A proposal learnt from one clip. The calibration is a guess from the size of those who passed:",
        "# replace it by at least four points measured on the ground, set origin and timezone, then check the drawing.",
        *(f"# {sentence}" for sentence in unclear),
    ]
    return "\n".join(head) + "\n" + write_site(site)


def _moved_classes(part: Placed) -> list[str]:
    cls, moved = part.tracks.cls, part.sightings.moved
    return [CLASSES[_settled(cls[a:b])] for a, b in _spans(part) if moved[a:b].any()]


def _spans(part: Placed) -> Iterator[tuple[int, int]]:
    """Where the rows of each track begin and end."""
    return pairwise(np.searchsorted(part.tracks.track, np.arange(len(part.tracks.ids) + 1)).tolist())


def _settled(codes: IntArray) -> int:
    return int(np.bincount(codes).argmax())


def _say(what: str, counts: pa.Table, users: Counter[str], frames: int, seconds: float) -> None:
    from rich import box
    from rich.table import Table

    listed = ", ".join(f"{n} {c}{'' if n == 1 else 's'}" for c, n in users.most_common()) or "nobody that moved"
    out.print(f"\n[bold]{plain(what)}[/]: {listed}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(("through the picture", "class", "n")):
        table.add_column(name, justify="right" if i == 2 else "left")
    for row in counts.to_pylist():
        table.add_row(row["movement"], row["class"], str(row["n"]))
    if len(counts):
        out.print(table)
    else:
        warn(f"{what}: nobody went anywhere in it, so nothing is counted")
    err.print(f"[dim]{frames:,} frames, {frames / seconds:.0f} a second; tracks on a guessed ground[/]")
