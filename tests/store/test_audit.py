from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import StoreError
from passerby.store.audit import AuditError, AuditLog, verify


def _append(path: Path, who: int, n: int) -> None:
    log = AuditLog(path)
    for i in range(n):
        log.append("event_viewed", who=who, i=i, reason="Prüfung")


def _log(folder: Path, n: int = 5) -> AuditLog:
    log = AuditLog(folder / "audit.jsonl")
    for i in range(n):
        log.append("export", table="counts", rows=i)
    return log


def test_a_chain_verifies_and_reads_back(tmp_path: Path) -> None:
    log = _log(tmp_path)
    verify(log.path)
    assert [e["n"] for e in log.entries()] == [1, 2, 3, 4, 5]
    assert [e["details"]["rows"] for e in log.entries()] == [0, 1, 2, 3, 4]
    assert json.loads(log.head.read_text())["count"] == 5


def test_processes_append_together(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(path, who, 20)) for who in range(3)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    verify(path)
    entries = AuditLog(path).entries()
    assert len(entries) == 60
    for who in range(3):
        assert [e["details"]["i"] for e in entries if e["details"]["who"] == who] == list(range(20))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_tampering_is_seen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    log = _log(tmp_path_factory.mktemp("audit"))
    whole = log.path.read_bytes()
    lines = whole.splitlines(keepends=True)
    kind = data.draw(st.sampled_from(["byte", "delete", "swap", "repeat", "cut", "insert"]))
    i = data.draw(st.integers(0, len(lines) - 1))
    if kind == "byte":
        at = data.draw(st.integers(0, len(whole) - 1))
        changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    elif kind == "delete":
        changed = b"".join(lines[:i] + lines[i + 1 :])
    elif kind == "swap":
        j = data.draw(st.integers(0, len(lines) - 1))
        lines[i], lines[j] = lines[j], lines[i]
        changed = b"".join(lines)
    elif kind == "repeat":
        changed = b"".join([*lines[: i + 1], *lines[i:]])
    elif kind == "cut":
        changed = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        changed = b"".join([*lines[:i], b'{"event":"nothing"}\n', *lines[i:]])
    log.path.write_bytes(changed)
    if changed == whole:
        verify(log.path)
    else:
        with pytest.raises(AuditError):
            verify(log.path)


def test_the_first_broken_line_is_named(tmp_path: Path) -> None:
    log = _log(tmp_path)
    lines = log.path.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace('"rows":2', '"rows":9')
    log.path.write_text("".join(lines))
    with pytest.raises(AuditError, match="line 3 does not match its hash"):
        verify(log.path)


def test_a_cut_end_is_seen_and_never_written_over(tmp_path: Path) -> None:
    log = _log(tmp_path)
    lines = log.path.read_bytes().splitlines(keepends=True)
    log.path.write_bytes(b"".join(lines[:3]))
    with pytest.raises(AuditError, match="line 4 is missing"):
        verify(log.path)
    with pytest.raises(AuditError, match=r"ends at entry 3, and audit.head says 5"):
        log.append("export")
    log.path.write_bytes(b"")
    with pytest.raises(AuditError, match="is empty"):
        log.append("export")


def test_a_torn_last_line_is_kept_aside_and_the_chain_goes_on(tmp_path: Path) -> None:
    log = _log(tmp_path)
    with open(log.path, "ab") as f:
        f.write(b'{"details":{"half')
    verify(log.path)
    log.append("export", rows=6)
    verify(log.path)
    assert [e["event"] for e in log.entries()[-2:]] == ["recovered", "export"]
    assert (tmp_path / "audit.torn").read_bytes() == b'{"details":{"half\n'


def test_a_crash_between_line_and_head_is_no_breach(tmp_path: Path) -> None:
    log = _log(tmp_path)
    head = log.head.read_bytes()
    log.append("export")
    log.head.write_bytes(head)
    verify(log.path)
    log.append("export")
    verify(log.path)
    log.head.write_bytes(head)
    with pytest.raises(AuditError, match="line 5 is not the one its head was written for"):
        verify(log.path)


def test_a_disk_that_takes_no_entry_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="audit entry export cannot be written"):
        AuditLog(tmp_path / "file" / "audit.jsonl").append("export") if not (tmp_path / "file").write_text("") else None
