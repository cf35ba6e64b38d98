from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import os
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import PrivacyError
from passerby.privacy import verify
from passerby.store import open_store, write_results
from passerby.tables import TABLES

NOW = datetime.now(UTC)


def png(size: int = 4) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"".join(b"\0" + os.urandom(3 * size) for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\0\0\x01\0\x01\0\0" + bytes(range(256)) * 2 + b"\xff\xd9"
MP4 = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(300)


def rows(table: str, n: int = 3, t: datetime = NOW) -> pa.Table:
    row = {"event": "e", "kind": "red_light", "class": "car", "t": t, "t0": t, "t1": t, "n": 3, "x": 1.0, "y": 2.0}
    values = []
    for i in range(n):
        own = {"event": f"e{i}", "track": f"r{i}", "track_a": f"r{i}", "track_b": f"s{i}", "movement": f"m{i}"}
        values.append({k: v for k, v in {**row, **own}.items() if k in TABLES[table].names})
    return pa.Table.from_pylist(values, schema=TABLES[table])


def clean(folder: Path) -> Path:
    tables = {name: rows(name) for name in ("violations", "conflicts", "counts")}
    write_results(folder, tables)
    write_results(folder / "as-parquet", tables, "parquet")
    write_results(folder / "tables", {**tables, "tracks": rows("tracks")}, "delta")
    svg = '<svg viewBox="0 0 100 100"><path d="M0 0 L1.5 2.5"/><text>face north, plate 3</text></svg>'
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    script = "<script>const p={name: 'K1', xy: [1.5, 2]}</script>"
    page = f"<!doctype html><html><body>{svg}<img src='{uri}'>{script}</body></html>"
    (folder / "report.html").write_text(page)
    (folder / "site.toml").write_text('[site]\nname = "Hagenring, north"\n')
    (folder / "plan.geojson").write_text(
        json.dumps({"features": [{"properties": {"name": "K1", "license": "CC0"}, "geometry": [[1.5, 2.0]] * 200}]})
    )
    (folder / "README.md").write_text("Street names, plates and faces, are not kept,\nnor is a phone number, ever.\n")
    return folder


def whats(folder: Path, **more: object) -> list[str]:
    return [f"{f.file}: {f.what}" for f in verify(folder, **more)]  # type: ignore[arg-type]


def test_a_clean_folder_has_no_findings(tmp_path: Path) -> None:
    assert verify(clean(tmp_path)) == []


def test_a_recording_of_years_ago_analysed_today_is_clean(tmp_path: Path) -> None:
    old = {"violations": rows("violations", t=datetime(2019, 5, 1, tzinfo=UTC))}
    write_results(tmp_path, old)
    write_results(tmp_path, old, "delta")
    assert verify(tmp_path) == []
    assert "violations: 3 rows past their time to live of 90 days" in whats(tmp_path, now=NOW + timedelta(days=91))


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("notes.txt", data)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    return out.getvalue().to_pybytes()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        info = tarfile.TarInfo("notes.txt")
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def in_parquet(data: bytes) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"blob": [b"", data]}), out, compression="zstd")
    return out.getvalue()


def in_parquet_text(data: bytes) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"note": ["", "!" + base64.b64encode(data).decode(), "~"]}), out, compression="zstd")
    return out.getvalue()


def in_sqlite(data: bytes) -> bytes:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE t (a, b)")
    db.execute("INSERT INTO t VALUES (1, ?)", (data,))
    db.commit()
    return bytes(db.serialize())


def in_html(data: bytes) -> bytes:
    return b'<html><svg><image href="data:image/png;base64,' + base64.b64encode(data) + b'"/></svg></html>'


def in_json(data: bytes) -> bytes:
    return json.dumps({"a": base64.b64encode(data).decode()}).replace("/", "\\/").encode()


def in_svg_in_html(data: bytes) -> bytes:
    svg = b"<svg ><image href='data:image/jpeg;base64," + base64.b64encode(data) + b"'/></svg>"
    return b"<html><img src='data:image/svg+xml;base64," + base64.b64encode(svg) + b"'></html>"


HIDING: list[Callable[[bytes], bytes]] = [
    bytes,
    zipped,
    gzip.compress,
    bz2.compress,
    lzma.compress,
    zstd,
    tarred,
    lambda d: gzip.compress(tarred(zipped(d))),
    in_parquet,
    in_parquet_text,
    in_sqlite,
    in_html,
    in_json,
    in_svg_in_html,
    lambda d: b"x" * 5000 + d,
    lambda d: b"picture: " + d.hex().encode(),
]


@pytest.mark.parametrize("hide", HIDING)
@pytest.mark.parametrize("picture", [png(16), JPEG], ids=["png", "jpeg"])
def test_pictures_are_found_wherever_they_hide(tmp_path: Path, hide: Callable[[bytes], bytes], picture: bytes) -> None:
    clean(tmp_path)
    (tmp_path / "data.bin").write_bytes(hide(picture))
    assert {f.file.partition("!")[0] for f in verify(tmp_path)} == {"data.bin"}


@pytest.mark.parametrize(
    "data",
    [
        MP4,
        b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01webm" + bytes(100),
        b"RIFF\0\1\0\0AVI LIST" + bytes(100),
        (b"\x47" + bytes(187)) * 4,
        b"\0\0\0\1\x67\x42" + bytes(100),
        b"GIF89a" + bytes(50),
        b"II*\0" + bytes(50),
        b"P6\n64 48\n255\n" + bytes(64 * 48 * 3),
        b"BM" + struct.pack("<IIII", 300, 0, 54, 40) + bytes(300),
        b"\0\0\0\x1cftypheic" + bytes(100),
        b"RIFF\0\1\0\0WEBPVP8 " + bytes(100),
        b"%PDF-1.4\n1 0 obj <</Type/XObject/Subtype /Image>> stream",
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x04\0" + bytes(100),
        b"7z\xbc\xaf'\x1c" + bytes(100),
    ],
)
def test_films_pictures_dumps_and_closed_archives_by_their_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "counts.txt").write_bytes(data)
    assert len(verify(tmp_path)) == 1


def test_arrays_that_hold_frames_or_embeddings(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((48, 64, 3), np.uint8))
    np.save(tmp_path / "b.npy", np.zeros((10, 128), np.float32))
    np.savez(tmp_path / "c.npz", x=np.zeros((2, 48, 64), np.uint8))
    np.save(tmp_path / "fine.npy", np.zeros((10, 2)))
    assert [f.file for f in verify(tmp_path)] == ["a.npy", "b.npy", "c.npz!x.npy"]


def test_a_zip_bomb_and_a_deep_one_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.privacy.contents.MAX_BYTES", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(3 << 20)))
    deep = b"text"
    for _ in range(6):
        deep = gzip.compress(deep)
    (tmp_path / "deep.gz").write_bytes(deep)
    found = whats(tmp_path)
    assert any(w.startswith("bomb.gz: unpacks to more than") for w in found)
    assert any("is packed more than 4 times" in w for w in found)


MAGICS = [
    b"",
    b"PAR1",
    b"ARROW1",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\0",
    b"SQLite format 3\0",
    b"\x93NUMPY\1\0",
]
MAGICS += [
    b'{"a":',
    b"[[[",
    b"a,b\n1,2\n",
    b"%PDF-1.4",
    b"RIFF",
    b"\x28\xb5\x2f\xfd",
    bytes(257) + b"ustar",
    b"data:image/png;base64,",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MAGICS), st.binary(max_size=300), st.sampled_from(["a", "a.csv", "plate.json", "audit.jsonl"]))
def test_no_file_stops_the_check(
    tmp_path_factory: pytest.TempPathFactory, magic: bytes, rest: bytes, name: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / name).write_bytes(magic + rest)
    verify(folder)


def certificate(picture: bytes, frames: int = 18000, span_s: float = 3600.0) -> str:
    entry = {"file": "plate.png", "sha256": hashlib.sha256(picture).hexdigest(), "frames": frames, "span_s": span_s}
    return json.dumps({"version": 1, "pictures": [entry]})


def test_only_a_certified_background_plate_may_stay(tmp_path: Path) -> None:
    picture = png(16)
    (tmp_path / "plate.png").write_bytes(picture)
    assert whats(tmp_path) == ["plate.png: PNG picture"]
    (tmp_path / "plate.json").write_text(certificate(picture))
    (tmp_path / "report.html").write_bytes(in_html(picture))
    assert verify(tmp_path) == []
    (tmp_path / "plate.png").write_bytes(picture + b"\0")
    assert whats(tmp_path) == ["plate.png: PNG picture"]
    (tmp_path / "plate.png").write_bytes(picture)
    (tmp_path / "plate.json").write_text(certificate(picture, frames=3))
    assert "plate.json: plate plate.png made from 3 frames over 3600 s" in whats(tmp_path)
    (tmp_path / "plate.json").write_text("{")
    assert "plate.json: certificate that cannot be read" in whats(tmp_path)
    (tmp_path / "film.mp4").write_bytes(MP4)
    (tmp_path / "plate.json").write_text(certificate(MP4))
    assert "film.mp4: MP4/QuickTime video" in whats(tmp_path)


IDENTIFIERS = """plate licencePlate license_plate_hash face_id embedding MAC mac_address imei phone_no name driver_name
firstName e-mail email re_id gait gender age_group 车牌 userID"""


@pytest.mark.parametrize("column", IDENTIFIERS.split())
def test_columns_that_look_like_identifiers(tmp_path: Path, column: str) -> None:
    (tmp_path / "a.csv").write_text(f"t,x,{column}\n1,2,3\n")
    pq.write_table(pa.table({"t": [1], "more": [{column: "x"}]}), tmp_path / "b.parquet")
    found = whats(tmp_path)
    assert len(found) == 2
    assert all("looks like an identifier" in w for w in found)


@pytest.mark.parametrize(
    "column", ["place", "surface", "machine", "template", "stage", "interface", "movement", "class_a"]
)
def test_columns_that_do_not(tmp_path: Path, column: str) -> None:
    (tmp_path / "a.csv").write_text(f"t,x,{column}\n1,2,3\n")
    assert verify(tmp_path) == []


def test_keys_and_values_that_identify(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"detections": [{"x": 1, "imei": "35"}]}')
    (tmp_path / "b.csv").write_text("t,sensor\n" + "".join(f"{i},00:1B:44:11:3A:{i:02X}\n" for i in range(20)))
    (tmp_path / "c.csv").write_text("t,who\n" + "".join(f"{i},BS-AB {i + 100}\n" for i in range(20)))
    (tmp_path / "d.csv").write_text("t,who\n" + "".join(f"{i},京A{i + 10000}\n" for i in range(20)))
    assert whats(tmp_path) == [
        'a.json: key "imei" looks like an identifier (imei)',
        'b.csv: column "sensor" holds MAC addresses',
        'c.csv: column "who" holds number plates',
        'd.csv: column "who" holds number plates',
    ]


def test_vectors_that_look_like_embeddings(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(4, 128))
    pq.write_table(pa.table({"t": range(4), "v": list(vectors)}), tmp_path / "a.parquet")
    pq.write_table(pa.table({f"f{i}": vectors[:, i] for i in range(64)}), tmp_path / "b.parquet")
    (tmp_path / "c.json").write_text(json.dumps({"q": vectors[0].tolist()}))
    (tmp_path / "d.csv").write_text("t;v\n" + "".join(f'{i};"{v.tolist()}"\n' for i, v in enumerate(vectors)))
    assert [f.file for f in verify(tmp_path)] == ["a.parquet", "b.parquet", "c.json", "d.csv"]


def test_rows_past_their_time_and_what_their_deletion_left(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("violations", rows("violations", t=NOW - timedelta(days=100)))
        assert whats(tmp_path) == ["violations: 3 rows past their time to live of 90 days"]
        kept = next((tmp_path / "violations").glob("day=*/*.parquet"))
        copy = kept.read_bytes()
        store.expire(NOW)
        assert verify(tmp_path) == []
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(copy)
    assert whats(tmp_path) == [
        f"violations/{kept.relative_to(tmp_path / 'violations')}: "
        "bytes of deleted rows past their time to live of 90 days"
    ]


def test_tables_without_a_time_to_live(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "other", rows("violations"))
    assert whats(tmp_path) == ["other: table without a time to live"]


def test_files_past_their_time(tmp_path: Path) -> None:
    write_results(tmp_path, {"counts": rows("counts"), "violations": rows("violations")})
    late = NOW + timedelta(days=100)
    assert [f.file for f in verify(tmp_path, late)] == ["violations.csv"]
    (tmp_path / "retention.json").unlink()
    assert [f.file for f in verify(tmp_path, late)] == ["violations.csv"]
    assert [f.file for f in verify(tmp_path, NOW + timedelta(days=2000))] == ["counts.csv", "violations.csv"]


def test_small_groups_in_what_is_published(tmp_path: Path) -> None:
    out = tmp_path / "published"
    out.mkdir()
    (out / "a.csv").write_text("place,hour,n\nnorth,8,12\nnorth,9,0\n")
    assert verify(tmp_path) == []
    (out / "a.csv").write_text("place,hour,n\nnorth,8,12\nnorth,9,3\n")
    (out / "b.json").write_text(json.dumps([{"place": "north", "n": 4}, {"place": "south", "n": 40}]))
    (out / "c.csv").write_text("event,t\na,1\n")
    (out / "d.csv").write_text("place,share\nnorth,0.2\n")
    assert whats(tmp_path) == [
        'published/a.csv: 1 published cells below 10 (column "n")',
        'published/b.json: 1 published cells below 10 (column "n")',
        'published/c.csv: published rows of single events (column "event")',
        "published/d.csv: published table without a count",
    ]
    assert whats(out)[:2] == [
        'a.csv: 1 published cells below 10 (column "n")',
        'b.json: 1 published cells below 10 (column "n")',
    ]
    (out / "published.json").write_text('{"version": 1, "epsilon": 1.0}')
    assert [f.file for f in verify(tmp_path)] == ["published/c.csv", "published/d.csv"]
    (out / "c.csv").unlink()
    (out / "d.csv").unlink()
    (out / "published.json").write_text('{"version": 1, "epsilon": 1000}')
    assert [f.file for f in verify(tmp_path, k=2)] == ["published/a.csv", "published/b.json"]


def test_a_delta_table_marked_as_published(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("counts", rows("counts"))
    assert verify(tmp_path) == []
    DeltaTable(str(tmp_path / "counts")).alter.set_table_properties(
        {"passerby.published": "true"}, raise_if_not_exists=False
    )
    assert [f.what for f in verify(tmp_path)] == ['3 published cells below 10 (column "n")']


def test_track_ids_that_come_back(tmp_path: Path) -> None:
    write_results(tmp_path / "monday", {"violations": rows("violations", t=NOW - timedelta(days=2))})
    write_results(tmp_path / "tuesday", {"conflicts": rows("conflicts")}, "parquet")
    assert whats(tmp_path) == ['monday/violations.csv: 3 track ids seen more than a day apart (such as "r0")']
    (tmp_path / "monday" / "violations.csv").write_text("track,t,camera\nq,1,a\nq,2,b\np,3,a\n")
    assert whats(tmp_path) == ['monday/violations.csv: 1 track ids seen at several cameras (such as "q")']


def test_a_broken_audit_log_leftovers_and_links(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.audit.append("export", rows=3)
    log = tmp_path / "audit.jsonl"
    log.write_text(log.read_text().replace('"rows":3', '"rows":2'))
    (tmp_path / ".violations.csv.77.tmp").write_text("")
    (tmp_path / "elsewhere").symlink_to("/")
    findings = {f.file: f for f in verify(tmp_path)}
    assert list(findings) == [".violations.csv.77.tmp", "audit.jsonl", "elsewhere"]
    assert "line 2 does not match its hash" in findings["audit.jsonl"].why
    assert [f.severity for f in findings.values()] == ["error", "error", "advice"]


def test_tracks_that_any_user_may_read_are_advice(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    write_results(tmp_path, {"tracks": rows("tracks")})
    (tmp_path / "tracks.csv").chmod(0o644)
    assert [(f.file, f.severity) for f in verify(tmp_path)] == [("tracks.csv", "advice")]
    (tmp_path / "tracks.csv").chmod(0o640)
    assert verify(tmp_path) == []


def test_pictures_loaded_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p>see <a href="http://example.org/a.html">x</a><img src="http://10.0.0.7/cam.jpg">'
    )
    assert whats(tmp_path) == ["a.html: picture or film loaded from http://10.0.0.7/cam.jpg"]


def test_what_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "violations.parquet").write_bytes(b"PAR1garbagePAR1")
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n3\n")
    (tmp_path / "prose.txt").write_text("one, two\nthree, four\n" * 40 + "five\n")
    assert [f.file for f in verify(tmp_path)] == ["ragged.csv", "violations.parquet", "x.zip"]
    with pytest.raises(PrivacyError, match="is no folder"):
        verify(tmp_path / "nowhere")
