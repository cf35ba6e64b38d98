"""What happens around a run: interrupts, pipes that close, disks that fill, terminals that know no Unicode."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .command import HEADER, PASSERBY, Done, installed, junction, passerby, signals, text, tracks, traffic, walk

LONG_S = 240.0
"""Longer than anything takes, on a machine that is busy with other things too."""


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + LONG_S
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _words(folder: Path, *more: object) -> list[object]:
    site, track, lights = junction(folder), tracks(folder), signals(folder)
    return ["analyse", "--site", site, "--tracks", track, "--signals", lights, "--out", folder / "out", *more]


def test_the_folder_for_results_may_not_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = passerby(*_words(tmp_path))
    assert (done.code, len(done.errors)) == (4, 1)
    assert "is a file" in done.errors[0]
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    done = passerby(*_words(tmp_path)[:-1], "/proc/nowhere/out")
    assert (done.code, len(done.errors)) == (4, 1)
    assert "/proc" in done.errors[0]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    words = _words(tmp_path)
    tmp_path.chmod(0o555)
    done = passerby(*words)
    tmp_path.chmod(0o755)
    assert (done.code, len(done.errors)) == (4, 1)


@pytest.mark.parametrize("format", ["csv", "parquet", "delta"])
def test_a_disk_that_fills_leaves_no_half_a_table(tmp_path: Path, format: str) -> None:
    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    done = installed(*_words(tmp_path, "--format", format), before=no_room)
    assert (done.code, len(done.errors)) == (4, 1), done.err
    assert str(tmp_path / "out") in done.errors[0]
    files = [p for p in (tmp_path / "out").rglob("*") if p.is_file() and p.suffix in (".csv", ".parquet", ".html")]
    assert files == []


def test_results_into_a_folder_of_a_strange_name(tmp_path: Path) -> None:
    done = passerby(*_words(tmp_path)[:-1], tmp_path / "[/red] ü\n$(x)")
    assert (done.code, done.errors) == (0, []), done.err
    assert (tmp_path / "[/red] ü\n$(x)" / "violations.csv").exists()


@pytest.mark.parametrize("env", [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}])
def test_a_terminal_without_unicode(tmp_path: Path, env: dict[str, str]) -> None:
    words = _words(tmp_path)
    site = (tmp_path / "site.toml").read_text().replace("Test junction", "Gliesmaröder Straße 交叉口")
    (tmp_path / "site.toml").write_text(site)
    done = installed(*words, env=env)
    assert (done.code, done.errors) == (0, []), done.err
    refused = installed("site", "check", tmp_path / "Straße.toml", env=env)
    assert (refused.code, len(refused.errors)) == (3, 1), refused.err


def test_a_working_folder_that_has_gone(tmp_path: Path) -> None:
    words = _words(tmp_path)
    gone = tmp_path / "gone"
    gone.mkdir()
    done = installed(*words, cwd=gone, before=lambda: gone.rmdir())
    assert (done.code, done.errors) == (0, []), done.err


def test_a_reader_that_leaves_early(tmp_path: Path) -> None:
    for more in ([], ["--json"]):
        command = " ".join(map(str, [PASSERBY, *_words(tmp_path, "--no-report", *more)]))
        done = subprocess.run(["bash", "-c", f"{command} | true"], capture_output=True, timeout=LONG_S, check=False)
        assert b"Traceback" not in done.stderr
        assert b"Broken pipe" not in done.stderr
        assert b"Exception" not in done.stderr


BEGUN = "from passerby import cli; app = cli.app; cli.app = lambda: (print('begun', flush=True), app()); cli.main()"
"""Says when it has begun: who is interrupted before that is none of Passerby's yet."""


def _interrupted(words: list[object], number: int, after: float | Path) -> Done:
    """Run a command and send it a signal some seconds after it has begun, or once a file is there."""
    command = [sys.executable, "-c", BEGUN, *map(str, words)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        if isinstance(after, Path):
            _wait_for(after)
            after = 0.2
        time.sleep(after)
        process.send_signal(number)
        out, err = process.communicate(timeout=LONG_S)
    # Python itself was still starting where it died of the signal
    assert b"Traceback" not in err or process.returncode == -number, err
    return Done(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_live_run_that_is_stopped_says_so(tmp_path: Path, number: int) -> None:
    words = ["live", "--site", junction(tmp_path), "--store", tmp_path / "store", "--tracks", "-"]
    done = _interrupted(words, number, tmp_path / "store" / "audit.jsonl")
    assert (done.code, [e.strip() for e in done.errors]) == (130, ["passerby: interrupted"]), done.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_analysis_that_is_stopped_leaves_no_half_a_file(tmp_path: Path, number: int) -> None:
    long = [line for k in range(400) for line in walk(f"u{k}", "car", "north", 3.0 * k, 9.0)]
    words = _words(tmp_path)
    tracks(tmp_path, long)
    for after in (0.0, 0.3, 0.6):
        done = _interrupted(words, number, after)
        if done.code == 0:  # done before
            continue
        assert (done.code, len(done.errors)) == (130, 1), done.err
        left = list((tmp_path / "out").iterdir()) if (tmp_path / "out").exists() else []
        assert [p.name for p in left if p.name.endswith(".tmp")] == []


BAD_STREAMS = {
    "nothing": (b"", "no rows"),
    "a header": (HEADER.encode() + b"\n", "no rows"),
    "no header": (b"1,2,3\n", "first line"),
    "zeros": (b"\0" * 100_000, "binary"),
    "gzip": (b"\x1f\x8b" + os.urandom(99), "gzip"),
    "parquet": (b"PAR1" + os.urandom(99), "Parquet"),
    "no line ever ends": (HEADER.encode() + b"\n" + b"7" * (3 << 20), "longer than"),
    "only wrong rows": (HEADER.encode() + b"\na,boat,1,1,1\nb,car,nan,1,1\nc,car\n", "no rows"),
    "a plate": (b"track,class,t,x,y,plate\n", "plate"),
}


@pytest.mark.parametrize("case", BAD_STREAMS)
def test_streams_that_do_not_fit_are_refused(tmp_path: Path, case: str) -> None:
    data, words = BAD_STREAMS[case]
    (tmp_path / "stream").write_bytes(data)
    done = passerby(
        *("live", "--site", junction(tmp_path), "--store", tmp_path / "store", "--tracks", tmp_path / "stream"),
    )
    assert (done.code, len(done.errors)) == (5 if case == "a plate" else 3, 1), done.err
    assert words in done.errors[0]


def test_bad_lines_of_a_stream_are_left_out_counted_and_told(tmp_path: Path) -> None:
    bad = ["x,boat,1,1,1", "x,car,never,1,1", "x,car,1,nan,1", "x,car", f"x,car,{traffic()[0].split(',')[2]},90000,1"]
    lines = traffic()
    done = passerby(
        *("live", "--site", junction(tmp_path), "--store", tmp_path / "store", "--json"),
        *("--tracks", tracks(tmp_path, [*lines[:100], *bad, *lines[100:]]), "--signals", signals(tmp_path)),
    )
    assert (done.code, done.errors) == (0, []), done.err
    assert '"bad_lines": 5' in done.out
    # the header is the first line
    assert [w.split("wanted")[0] for w in done.warnings if "left out" in w] == [
        f"warning: {tmp_path / 'tracks.csv'}: line {n}: " for n in (105, 103, 104, 102, 106)
    ], done.err


BAD_LIVE = [
    (["--lateness", "-1"], 3),
    (["--lateness", "nan"], 3),
    (["--step", "0"], 3),
    (["--step", "nan"], 3),
    (["--signal-lateness", "inf"], 3),
    (["--clock-sigma", "-2"], 3),
    (["--tracks", "/nowhere/tracks.csv"], 3),
    (["--tracks", "/tmp"], 3),
    (["--signals", "/tmp"], 3),
    (["--store", "/proc/nowhere"], 4),
    (["--config", "/nowhere/passerby.toml"], (3, 4)),
]


@pytest.mark.parametrize(("words", "code"), BAD_LIVE, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_live_options_that_do_not_fit_are_refused(
    tmp_path: Path, words: list[str], code: int | tuple[int, ...]
) -> None:
    usual = {"--site": junction(tmp_path), "--store": tmp_path / "store", "--tracks": tracks(tmp_path)}
    given = {k: v for k, v in usual.items() if k not in words}
    done = passerby("live", *(w for pair in given.items() for w in pair), *words)
    assert done.code in (code if isinstance(code, tuple) else (code,)), (done.code, done.err)
    assert len(done.errors) == 1, done.err


BAD_LOGS = {
    "no header": (["1,2,3"], "first line"),
    "a controller log": (["TimeStamp,DeviceId,EventId,Parameter", "2026-01-01T00:00:00,1,1,2"], "controller log"),
    "binary": (["\0\1\2" * 99], "first line"),
}


@pytest.mark.parametrize("case", BAD_LOGS)
def test_signal_logs_that_do_not_fit_are_refused_live(tmp_path: Path, case: str) -> None:
    lines, words = BAD_LOGS[case]
    done = passerby(
        *("live", "--site", junction(tmp_path), "--store", tmp_path / "store", "--tracks", tracks(tmp_path)),
        *("--signals", text(tmp_path / "signals.csv", lines)),
    )
    assert (done.code, len(done.errors)) == (3, 1), done.err
    assert words in done.errors[0]


def test_a_signal_log_that_never_comes_is_told(tmp_path: Path) -> None:
    done = passerby(
        *("live", "--site", junction(tmp_path), "--store", tmp_path / "store", "--tracks", tracks(tmp_path)),
        *("--signals", tmp_path / "none.csv"),
    )
    assert done.code == 0, done.err
    assert any("not there yet" in w for w in done.warnings)
    assert any("never a state of F1, K1, K2, K3" in w for w in done.warnings), done.err


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    words = [PASSERBY, "live", "--site", str(junction(tmp_path)), "--store", str(tmp_path / "store")]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as first:
        _wait_for(tmp_path / "store" / "audit.jsonl")
        done = passerby("live", *words[2:], "--tracks", tracks(tmp_path))
        first.kill()
    assert (done.code, len(done.errors)) == (4, 1), done.err
    assert "one writer at a time" in done.errors[0]
