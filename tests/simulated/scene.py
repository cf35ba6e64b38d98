"""One scene from a seed: simulate, add, disturb, write; cached for tests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from . import demand, export, network, noise, repair, run, synthetic, truth

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Options:
    """What may be chosen about a scene; None leaves it to the seed. Noise in m, drop and jitter as shares."""

    seed: int
    minutes: float = 10.0
    arms: int | None = None
    drives_on: str | None = None
    rate_hz: float = 10.0
    jitter: float = 0.0
    noise: float = 0.1
    correlation_s: float = 1.0
    drop: float = 0.0
    density: float = 1.0
    clear_s: float | None = None

    def __post_init__(self) -> None:
        wanted = (
            ("minutes", 0.2, 120),
            ("rate_hz", 1, 50),
            ("jitter", 0, 0.45),
            ("noise", 0, 5),
            ("drop", 0, 0.9),
            ("correlation_s", 0.01, 60),
            ("density", 0.1, 3),
        )
        for name, low, high in wanted:
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must be {low}-{high}, got {value}")


@dataclass(frozen=True)
class Scene:
    """The files of one scene; `net` is not kept, `arrays` reads the rows back as columns."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / "site.toml"

    @property
    def tracks(self) -> Path:
        return self.folder / "tracks.csv.gz"

    @property
    def signals(self) -> Path:
        return self.folder / "signals.csv"

    @property
    def truth(self) -> Path:
        return self.folder / "truth.csv"

    @property
    def borderline(self) -> Path:
        return self.folder / "borderline.csv"

    def arrays(self) -> dict[str, np.ndarray]:
        """`track` (n,) index into `names`/`classes`/`size`; `t` epoch s; `x`, `y` m as sensed, sorted by track
        and time; `clean_x`, `clean_y`, `clean_speed_mps` without noise at the same moments."""
        with np.load(self.folder / "arrays.npz") as stored:
            return dict(stored)


def _sense(
    options: Options, recording: run.Recording, added: list[synthetic.Added]
) -> tuple[list[str], list[str], np.ndarray, dict[str, np.ndarray]]:
    rng = np.random.default_rng([options.seed, 5])
    rows, people = recording.rows, recording.people
    names = [*people.names, *(a.name for a in added)]
    classes = [*people.classes, *(a.road_user for a in added)]
    size = np.vstack([people.size, *(np.array([a.size]) for a in added)])
    starts = np.flatnonzero(np.r_[True, np.diff(rows.track) != 0])
    paths = [
        (int(rows.track[a]), rows.t[a:b], rows.x[a:b], rows.y[a:b], rows.speed_mps[a:b])
        for a, b in zip(starts, np.r_[starts[1:], len(rows.t)], strict=True)
    ]
    for k, a in enumerate(added, start=len(people.names)):
        t, x, y = a.path.T
        speed = np.hypot(np.gradient(x, t), np.gradient(y, t))
        paths.append((k, t, x, y, speed))
    parts: dict[str, list[np.ndarray]] = {
        c: [] for c in ("track", "t", "x", "y", "clean_x", "clean_y", "clean_speed_mps")
    }
    for who, t, x, y, speed in paths:
        when = noise.sample_times(rng, t[0], t[-1], options.rate_hz, options.jitter)
        when = when[noise.kept(rng, len(when), options.drop)]
        if len(when) < 2:
            continue
        error = noise.correlated(rng, when, options.noise, options.correlation_s)
        clean_x, clean_y = np.interp(when, t, x), np.interp(when, t, y)
        for name, column in (
            ("track", np.full(len(when), who)),
            ("t", when),
            ("x", clean_x + error[:, 0]),
            ("y", clean_y + error[:, 1]),
            ("clean_x", clean_x),
            ("clean_y", clean_y),
            ("clean_speed_mps", np.interp(when, t, speed)),
        ):
            parts[name].append(column)
    return names, classes, size, {k: np.concatenate(v) for k, v in parts.items()}


def generate(options: Options, folder: Path) -> Scene:
    """Make the scene in `folder`, in this process (it loads libsumo)."""
    folder.mkdir(parents=True, exist_ok=True)
    duration_s = round(options.minutes * 60, 1)
    with tempfile.TemporaryDirectory() as work:
        net = network.build(options.seed, Path(work), options.arms, options.drives_on, options.clear_s)
        routes = demand.write(options.seed, net, run.WARM_UP_S + duration_s, Path(work), options.density)
        recording = repair.sew(run.simulate(options.seed, net, routes, duration_s))
    walks = np.array([c == "pedestrian" for c in recording.people.classes])
    added = synthetic.add(options.seed, net, recording.rows, walks, duration_s, options.density)
    sure, close = truth.establish(recording, net, added)
    names, classes, size, columns = _sense(options, recording, added)
    (folder / "site.toml").write_text(
        export.site_toml(net, f"SUMO {len(net.bearings_deg)} arms, {net.drives_on}-hand, seed {options.seed}")
    )
    export.write_signals(folder / "signals.csv", recording.changes)
    export.write_tracks(
        folder / "tracks.csv.gz",
        names,
        classes,
        size,
        columns["track"],
        columns["t"],
        columns["x"],
        columns["y"],
    )
    export.write_truth(folder / "truth.csv", sure)
    export.write_truth(folder / "borderline.csv", close)
    columns["t"] = columns["t"] + export.EPOCH_S
    columns |= {"names": np.array(names), "classes": np.array(classes), "size": size}
    np.savez(folder / "arrays.npz", allow_pickle=False, **columns)
    (folder / "options.json").write_text(json.dumps(asdict(options)))
    return Scene(folder)


def _cache_key(options: Options) -> str:
    digest = hashlib.sha256(json.dumps(asdict(options), sort_keys=True).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if not source.name.startswith("test_") and source.name != "score.py":
            digest.update(source.read_bytes())
    return digest.hexdigest()[:20]


def scene(seed: int, minutes: float = 4.0, **options: object) -> Scene:
    """A scene by seed, made once per option set and generator version in the system's temporary folder.

    It is made in a process of its own: libsumo and pyarrow carry different Arrow libraries.
    """
    wanted = Options(seed=seed, minutes=minutes, **options)  # type: ignore[arg-type]
    cache = Path(tempfile.gettempdir()) / f"passerby-simulated-{os.getuid()}"
    folder = cache / _cache_key(wanted)
    if (folder / "options.json").exists():
        return Scene(folder)
    cache.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=cache))
    command = [sys.executable, "-m", "tests.simulated", "--out", str(making), "--quiet"]
    for name, value in asdict(wanted).items():
        if value is not None:
            command += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise RuntimeError(f"scene of seed {seed} failed: {done.stderr.strip()[-2000:]}")
    try:
        making.rename(folder)
    except OSError:  # another process was quicker
        shutil.rmtree(making, ignore_errors=True)
    return Scene(folder)
