"""Building the pages: only when something changed, and said in one sentence when it cannot be."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

import web_build


def pages(folder: Path) -> Path:
    folder.mkdir()
    for page in web_build.PAGES:
        (folder / page).write_text(f"<title>{page}</title>")
    return folder


def test_a_folder_with_built_pages_is_taken_once(tmp_path, monkeypatch):
    monkeypatch.setenv(web_build.OWN_COPY, str(pages(tmp_path / "own")))
    target = tmp_path / "static"
    assert web_build.make(target)
    assert {p.name for p in target.iterdir()} == {*web_build.PAGES, web_build.CARD}
    assert not web_build.make(target)


def test_other_inputs_or_a_lost_page_make_it_anew(tmp_path, monkeypatch):
    monkeypatch.setenv(web_build.OWN_COPY, str(pages(tmp_path / "own")))
    target = tmp_path / "static"
    web_build.make(target)
    (target / "site.html").unlink()
    assert web_build.make(target)
    (target / web_build.CARD).write_text(json.dumps({"inputs_sha256": "other"}))
    assert web_build.make(target)


def test_a_folder_without_pages_is_refused_and_the_old_pages_stay(tmp_path, monkeypatch):
    monkeypatch.setenv(web_build.OWN_COPY, str(pages(tmp_path / "own")))
    target = tmp_path / "static"
    web_build.make(target)
    (target / web_build.CARD).write_text("{}")
    (tmp_path / "own" / "wall.html").unlink()
    with pytest.raises(web_build.WebBuildError, match=r"got no wall\.html"):
        web_build.make(target)
    assert (target / "wall.html").is_file()


def test_without_node_the_build_asks_for_it(tmp_path, monkeypatch):
    monkeypatch.delenv(web_build.OWN_COPY, raising=False)
    monkeypatch.setattr(web_build, "npm_command", lambda: None)
    assert web_build.requirements(tmp_path) == [web_build.NODE]
    monkeypatch.setattr(web_build, "_node", lambda: None)
    with pytest.raises(web_build.WebBuildError, match=r"Node\.js"):
        web_build.make(tmp_path / "static")
