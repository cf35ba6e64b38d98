"""A live run on a disk that fills up: one sentence, and whoever begins again with the same rows has lost nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from passerby.errors import StoreError
from passerby.live.broadcast import Broadcast
from passerby.live.run import run
from passerby.live.sources import growing
from passerby.live.wire import End, encoded
from passerby.site.toml import read_site
from passerby.store.tables import open_store
from tests.live.test_kill import contents, recording


def blocks(tracks: Path) -> Iterator[bytes]:
    data = tracks.read_bytes()
    for at in range(0, len(data), 20_000):
        yield data[at : at + 20_000]


def lived(files: tuple[Path, Path, Path], folder: Path, broadcast: Broadcast | None = None) -> None:
    site, tracks, lights = files
    with open_store(folder) as store:
        run(read_site(site), blocks(tracks), growing(lights), store, broadcast=broadcast)


@pytest.mark.parametrize("after", [3, 12])
def test_a_disk_that_fills_up_ends_a_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    files = recording(tmp_path, 30)
    lived(files, tmp_path / "undisturbed")
    asked = 0

    def usage(_: object) -> SimpleNamespace:
        nonlocal asked
        asked += 1
        return SimpleNamespace(free=1 << 40 if asked <= after else 1000)

    told: list[bytes] = []
    broadcast = Broadcast(tmp_path, "")
    monkeypatch.setattr(broadcast._readers, "close", told.append)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", usage)
        with pytest.raises(StoreError, match=r"disk is full \(1000 bytes left\); free some space") as ended, broadcast:
            lived(files, tmp_path / "store", broadcast)
    # the wall says why it ended
    assert told == [encoded(End(str(ended.value)))]
    before = contents(tmp_path / "store")
    whole = contents(tmp_path / "undisturbed")
    assert 0 < sum(map(len, before.values())) < sum(map(len, whole.values()))
    lived(files, tmp_path / "store")
    assert contents(tmp_path / "store") == whole
