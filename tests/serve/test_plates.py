"""Background plates on screens: only what its certificate vouches for, looked at each time; and tiles of a map."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from passerby.cli.serve import configured_tiles, from_files
from passerby.errors import InputError
from passerby.serve.app import create_app
from passerby.serve.plates import placing
from passerby.serve.service import Service
from passerby.serve.tiles import Tiles
from passerby.site.calibration import to_ground
from passerby.site.model import Calibration, Camera
from passerby.site.toml import parse_site
from tests.serve.house import SITE, House, house

CAMERAS = """
[[camera]]
id = "north"
[camera.calibration]
image = [[100.0, 400.0], [540.0, 410.0], [400.0, 200.0], [220.0, 205.0]]
ground = [[-10.0, 4.0], [12.0, 3.0], [14.0, 30.0], [-9.0, 28.0]]
size = [640, 480]
[[camera]]
id = "south"
"""
ONE = "/api/v1/public/junctions/somewhere"


def png(width: int = 64, height: int = 48, grey: int = 90) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([grey]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def certify(folder: Path, camera: str, picture: bytes, frames: int = 121, span_s: float = 700.0) -> None:
    entry = {"file": f"{camera}.png", "sha256": hashlib.sha256(picture).hexdigest(), "frames": frames, "span_s": span_s}
    (folder / f"{camera}.plate.json").write_text(json.dumps({"version": 1, "pictures": [entry]}))
    (folder / f"{camera}.png").write_bytes(picture)


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        plates = tmp_path / "plates"
        plates.mkdir()
        certify(plates, "north", png())
        made.junction.redraw(parse_site(SITE + CAMERAS))
        made.junction.plates = plates
        yield made


def test_everybody_may_see_a_certified_plate_and_where_it_lies(h: House) -> None:
    client = h.client()
    (view,) = client.get(ONE).json()["plates"]
    assert (view["camera"], view["size"], view["distortion"]) == ("north", [64, 48], 0.0)
    calibration = h.junction.site.cameras[0].calibration
    assert calibration is not None
    at = np.array(view["matrix"]) @ [40.0, 30.0, 1.0]
    assert (at[:2] / at[2]).tolist() == pytest.approx(to_ground(calibration, [[400.0, 300.0]])[0].tolist())
    picture = client.get(view["address"])
    assert picture.content == png()
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get(ONE + "/plates/north").headers["cache-control"] == "no-store"


def test_an_altered_or_swapped_picture_is_never_served(h: House) -> None:
    client, folder = h.client(), h.junction.plates
    assert folder is not None
    (view,) = client.get(ONE).json()["plates"]

    def refused() -> bool:
        gone = [client.get(a).status_code for a in (view["address"], ONE + "/plates/north")]
        return gone == [404, 404] and client.get(ONE).json()["plates"] == []

    good = png()
    (folder / "north.png").write_bytes(good[:-1] + b"x")
    assert refused()
    (folder / "north.png").write_bytes(png(grey=91))
    assert refused()
    # another camera's picture, though it is certified as that camera's
    certify(folder, "south", png(grey=60))
    (folder / "north.png").write_bytes(png(grey=60))
    assert [p["camera"] for p in client.get(ONE).json()["plates"]] == ["south"]
    assert client.get(ONE + "/plates/north").status_code == 404
    certify(folder, "north", good)
    assert client.get(view["address"]).content == good
    (folder / "north.plate.json").unlink()
    assert client.get(view["address"]).status_code == 404
    certify(folder, "north", good, frames=99)
    assert client.get(view["address"]).status_code == 404
    certify(folder, "north", good, span_s=599.0)
    assert client.get(view["address"]).status_code == 404
    certify(folder, "north", b"\xff\xd8 a picture of another kind, however certified")
    assert client.get(ONE + "/plates/north").status_code == 404


def test_nothing_but_plates_of_the_sites_cameras_is_read(h: House, tmp_path: Path) -> None:
    client, folder = h.client(), h.junction.plates
    assert folder is not None
    certify(folder, "stranger", png())
    certify(tmp_path, "outside", png())
    for name in ("stranger", "..%2Foutside", "north.png", "%2e%2e", "north%00", "x" * 300):
        assert client.get(f"{ONE}/plates/{name}").status_code in (404, 422)
    h.junction.plates = None
    assert client.get(ONE).json()["plates"] == []
    assert client.get(ONE + "/plates/north").status_code == 404


def test_a_plate_lies_where_its_calibration_says_or_nowhere() -> None:
    pairs = {"image": ((100.0, 400.0), (540.0, 410.0), (400.0, 200.0), (220.0, 205.0))}
    pairs |= {"ground": ((-10.0, 4.0), (12.0, 3.0), (14.0, 30.0), (-9.0, 28.0))}

    def lies(plate: tuple[int, int], **other: object) -> bool:
        return placing(Camera("a", None, Calibration(**pairs, **other)), plate) is not None  # type: ignore[arg-type]

    assert lies((640, 480))
    assert lies((320, 240), size=(640, 480))
    assert not lies((320, 200), size=(640, 480))
    # points outside it, and a width at which it may have been made smaller
    assert not lies((320, 240))
    assert not lies((960, 540))
    assert lies((960, 720), size=(1920, 1440))
    assert placing(Camera("a"), (640, 480)) is None
    bare = Calibration(matrix=((-0.05, 0.0, 16.0), (0.0, 0.03, -14.0), (0.0, -0.002, -0.1)))
    found = placing(Camera("a", None, bare), (640, 480))
    assert found is not None
    assert found.matrix[2] @ [320, 480, 1] > 0


def test_plates_beside_the_store_are_found(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE)
    (tmp_path / "plates").mkdir()
    with house(tmp_path):
        pass
    assert from_files("", site, tmp_path / "store").plates == tmp_path / "plates"
    assert from_files("", site, None).plates is None
    assert from_files("", site, None, plates=tmp_path).plates == tmp_path
    with pytest.raises(InputError, match="is no folder"):
        from_files("", site, None, plates=tmp_path / "nowhere")


def test_tiles_are_for_operators_alone_and_from_one_server(h: House) -> None:
    with_tiles = Service(
        h.service.junctions, h.service.keep, tiles=Tiles("https://tiles.example.org:8443/a/{z}/{x}/{y}.png", "© them")
    )
    app = create_app(with_tiles)
    client = type(h.client())(app)
    for path in ("/screen", "/login", "/api/v1/public/junctions", ONE):
        assert "example.org" not in client.get(path).headers["content-security-policy"]
    for path in ("/", "/site"):
        csp = client.get(path, follow_redirects=False).headers["content-security-policy"]
        assert "img-src 'self' data: blob: https://tiles.example.org:8443;" in csp
        assert "style-src 'self';" in csp
    under = "/api/v1/junctions/somewhere/background"
    assert client.get(under).status_code == 401
    token = h.service.keep.tokens.make("m", "operator", 1, "test")[1]
    found = client.get(under, headers={"authorization": f"Bearer {token}"}).json()
    assert found["tiles"] == {"url": "https://tiles.example.org:8443/a/{z}/{x}/{y}.png", "attribution": "© them"}
    assert found["origin"] == [0.0, 0.0]
    assert [p["camera"] for p in found["plates"]] == ["north"]
    assert h.signed_in().get(under).json()["tiles"] is None


@pytest.mark.parametrize(
    "url",
    [
        "tiles/{z}/{x}/{y}.png",
        "ftp://example.org/{z}/{x}/{y}.png",
        "https://example.org/{z}/{x}.png",
        "https://name:secret@example.org/{z}/{x}/{y}.png",
        "https://example.org; script-src */{z}/{x}/{y}.png",
        "https://*.example.org/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "https://example.org:99999/{z}/{x}/{y}.png",
        "https://example.org/{z}/{x}/{y}.png'",
    ],
)
def test_addresses_that_are_none_of_tiles_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="tiles: "):
        Tiles(url, "somebody")


def test_tiles_in_passerby_toml(tmp_path: Path) -> None:
    file = tmp_path / "passerby.toml"
    file.write_text('[map]\ntiles = "https://t.example.org/{z}/{x}/{y}.png"\nattribution = "us"\n')
    assert configured_tiles(file) == Tiles("https://t.example.org/{z}/{x}/{y}.png", "us")
    file.write_text("[[junction]]\n")
    assert configured_tiles(file) is None
    for wrong in ('[map]\ntiles = "https://t.example.org/{z}/{x}/{y}.png"\n', "map = 3\n", "[map]\ntile = 1\n"):
        file.write_text(wrong)
        with pytest.raises(InputError, match=r"attribution|\[map\]"):
            configured_tiles(file)
