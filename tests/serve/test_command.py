"""`passerby serve` from its arguments to its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from passerby.cli.serve import configured, slug
from passerby.errors import InputError
from passerby.store.tables import open_store
from tests.serve.house import SITE
from tests.serve.processes import LONG_S

MEASURE = '[[junction]]\nsite = "site.toml"\nmeasures = ["longer\\u0000green"]'


def passerby(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from passerby.cli import main; main()", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=LONG_S)


def test_users_are_added_listed_and_removed(tmp_path: Path) -> None:
    added = passerby("serve", "user", "add", "ada", "--role", "administrator", cwd=tmp_path)
    assert added.returncode == 0
    assert "ada signs in with" in added.stdout
    listed = passerby("serve", "user", "list", "--json", cwd=tmp_path)
    assert json.loads(listed.stdout) == {"users": [{"name": "ada", "role": "administrator", "initial": True}]}
    assert "last administrator" in passerby("serve", "user", "remove", "ada", cwd=tmp_path).stderr
    assert passerby("serve", "user", "add", "../x", cwd=tmp_path).returncode == 3
    entries = [json.loads(line) for line in (tmp_path / "passerby-serve" / "audit.jsonl").read_text().splitlines()]
    assert [e["event"] for e in entries] == ["user_added"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "name one SITE.toml"),
        (["site.toml", "--config", "passerby.toml"], "name one SITE.toml"),
        (["site.toml", "--store", "site.toml"], "name the folder of a store"),
        (["nowhere.toml"], "nowhere.toml"),
        (["site.toml", "--tls-key", "key.pem"], "give both or neither"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_sentence(tmp_path: Path, args: list[str], said: str) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    done = passerby("serve", *args, cwd=tmp_path)
    assert done.returncode in (3, 4)
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_junctions_of_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    path = tmp_path / "passerby.toml"
    path.write_text('[[junction]]\nsite = "site.toml"\nlanguage = "de"\n[[junction]]\nid = "two"\nsite = "site.toml"\n')
    assert [(j.id, j.language) for j in configured(path)] == [("somewhere", "de"), ("two", "en")]
    for text in (
        "",
        "x",
        "[[junction]]",
        "[[junction]]\nsite = 3",
        MEASURE,
        '[[junction]]\nsite = "site.toml"\ncolour = "red"',
    ):
        path.write_text(text)
        with pytest.raises(InputError):
            configured(path)
    path.write_text('[[junction]]\nsite = "site.toml"\n' * 2)
    with pytest.raises(InputError, match="its own"):
        configured(path)


def test_names_become_addresses() -> None:
    assert slug("Hagenring / Gliesmaroder Straße, Braunschweig") == "hagenring-gliesmaroder-strasse-braunschweig"
    assert slug("交差点") == ""


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(SITE)
    open_store(tmp_path / "store").close()
    command = [sys.executable, "-u", "-c", "from passerby.cli import main; main()"]
    command += ["serve", "site.toml", "--store", "store", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert server.stdout is not None
    try:
        lines = []
        while not lines or "Ctrl-C" not in lines[-1]:
            lines.append(server.stdout.readline())
            assert lines[-1], server.communicate()[1]
        url = lines[0].split()[-1].removesuffix("/screen")
        assert "administrator" in "".join(lines)
        with urllib.request.urlopen(f"{url}/api/v1/public/junctions/somewhere/stream", timeout=LONG_S) as stream:
            assert stream.readline() == b"retry: 2000\n"
            server.send_signal(signal.SIGINT)
            stream.read()
            assert server.wait(LONG_S) == 0
    finally:
        server.kill()
    assert "Traceback" not in server.communicate()[1]
