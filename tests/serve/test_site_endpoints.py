"""What the site editor asks of a junction's memory: paths, a proposal, doubts; and a calibration as it is clicked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.live.lights import Lights
from passerby.serve import motions as memory
from passerby.serve import survey
from passerby.serve.apart import Apart
from passerby.serve.drawn import read_drawing
from passerby.serve.learnt import MOST_PATHS, sampled
from passerby.serve.limits import Buckets
from passerby.serve.motions import Motions, lights_of, tracks_of
from passerby.serve.recall import RATE_HZ, Recall
from passerby.serve.scene import Scene
from passerby.serve.sight import Sight
from passerby.site.toml import parse_site
from passerby.tracks.classes import CLASSES
from passerby.tracks.record import Tracks
from tests.effort import cpu_s
from tests.serve.house import APART, NOW, SITE, House, base, drive, house, scene
from tests.survey.street import signals, street

HERE = "/api/v1/junctions/somewhere"
BEGAN = NOW.timestamp()
IMAGE = [[100.0, 400.0], [540.0, 410.0], [400.0, 200.0], [220.0, 205.0], [320.0, 300.0], [180.0, 330.0]]


def watched(tracks: Tracks) -> list[Scene]:
    """The scenes that a server shows of tracks and of the street's lights."""
    sight, lights, step = Sight(), signals(10), 1 / RATE_HZ
    order = np.argsort(tracks.t, kind="stable")
    rows = tracks.take(order)
    edges = np.searchsorted(rows.t, np.arange(0.0, rows.t[-1], step), "right")
    out = []
    for k in range(1, len(edges)):
        part = rows.take(np.arange(edges[k - 1], edges[k]))
        sight.take(part)
        states = {s: "green" if lights.at(s, k * step)[0] == 4 else "red" for s in lights.signals if s[0] == "K"}
        states |= {s: "walk" if lights.at(s, k * step)[0] == 8 else "dont_walk" for s in lights.signals if s[0] == "F"}
        seen = sight.scene(k * step, states)
        out.append(Scene(**(vars(seen) | {"t": BEGAN + k * step})))
    return out


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return watched(street(minutes=5.0))


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, scenes: list[Scene]) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("busy")) as made:
        for one in scenes:
            made.junction.remember(one)
        yield made


def on_ground(image: list[list[float]]) -> list[list[float]]:
    """Where a camera on a mast would see these pixels on the ground, in metres."""
    view = np.array([[0.05, 0.0, -16.0], [0.0, -0.03, 14.0], [0.0, 0.002, 0.1]])
    p = np.c_[np.array(image), np.ones(len(image))] @ view.T
    return (p[:, :2] / p[:, 2:]).tolist()  # type: ignore[no-any-return]


def test_tracks_and_lights_of_scenes_are_what_was_shown(scenes: list[Scene]) -> None:
    tracks = tracks_of(scenes)
    assert len(tracks) == sum(len(s) for s in scenes)
    assert np.all((np.diff(tracks.track) > 0) | (np.diff(tracks.t) > 0))
    k = len(scenes) // 2
    for name, x, y in zip(scenes[k].tracks, scenes[k].x, scenes[k].y, strict=True):
        row = np.flatnonzero((tracks.track == tracks.ids.index(name)) & (tracks.t == scenes[k].t))
        assert (tracks.x[row], tracks.y[row]) == (x, y)
    lights = lights_of(scenes)
    assert lights is not None
    assert lights.known_until == scenes[-1].t
    times, codes = lights.changes["K-south"]
    assert np.all(np.diff(codes) != 0)
    assert np.all(np.abs((times[1:] - BEGAN) % 60 - np.where(codes[1:] == 4, 0, 26)) < 2 / RATE_HZ)
    assert lights_of([scene(1.0, [("a", 0.0, 0.0)], {"K1": "unknown"})]) is None


def test_nobody_remembered_is_nothing_and_then_somebody_is() -> None:
    recall = Recall()
    motions = Motions(recall)
    assert motions.now(APART) is None
    recall.add(scene(1.0, []))
    assert motions.now(APART) is None
    for k in range(30):
        recall.add(scene(2 + k / 5, [("a", float(k), 0.0)]))
    first = motions.now(APART)
    assert first is not None
    assert first.motion.ids == ("a",)
    assert motions.now(APART) is first


def test_motion_is_forgotten_and_of_a_crowd_the_newest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    recall = Recall()
    motions = Motions(recall)
    for k in range(60):
        recall.add(scene(2 + k / 5, [("old" if k < 30 else "new", float(k), 0.0)]))
    monkeypatch.setattr(memory, "MOST_ROWS", 30)
    first = motions.now(APART)
    assert first is not None
    assert first.motion.ids == ("new",)
    motions.forget()
    assert motions.now(APART) is first
    monkeypatch.setattr(memory, "FRESH_S", -1.0)
    motions.forget()
    assert motions._last is None


def test_paths_are_few_thin_and_nobodys(busy: House) -> None:
    client = busy.signed_in()
    answer = client.get(HERE + "/site/paths")
    assert answer.status_code == 200
    assert answer.json()["road_users"] > 100
    assert 200 < answer.json()["seen_s"] < 301
    found = answer.json()["paths"]
    assert 100 < len(found) <= MOST_PATHS
    assert {p["class"] for p in found} == {"car", "pedestrian"} <= set(CLASSES)
    for path in found:
        assert set(path) == {"class", "points"}
        assert 2 <= len(path["points"]) < 40
        assert np.ptp(np.array(path["points"]), axis=0).max() > 2
    assert client.get(HERE + "/site/paths").json()["paths"] != found
    assert busy.service.keep.audit.entries()[-1]["event"] == "paths_viewed"
    seen = busy.junction.motions.now(APART)
    assert seen is not None
    few = [way.cls for way in sampled(seen.motion, 20)]
    assert [few.count(c) for c in ("car", "pedestrian")] == [10, 10]


def test_a_proposal_is_a_drawing_of_what_was_seen(busy: House) -> None:
    client = busy.signed_in()
    answer = client.post(HERE + "/site/proposal", json={})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    site = parse_site(found["toml"])
    assert (site.name, site.timezone) == ("Somewhere", "Europe/Berlin")
    assert len(site.stop_lines) == 4
    assert len(site.crosswalks) == 2
    for line in site.stop_lines:
        south = line.id.startswith(("south", "north"))
        assert {m.signal for m in line.movements} == {"K-south" if south else "K-west"}
    parts = {f'stop_line "{p.id}"' for p in site.stop_lines} | {f'lane "{p.id}"' for p in site.lanes}
    assert parts <= {f["who"] for f in found["findings"]}
    assert all("rests on" in f["message"] and f["x"] is not None for f in found["findings"] if f["who"] in parts)
    assert all(f["message"] for f in found["unclear"])
    assert busy.service.keep.audit.entries()[-1]["event"] == "site_proposed"
    assert client.get(HERE + "/site").json()["toml"] == SITE
    # what was proposed fits what it was learnt from
    checked = client.post(HERE + "/site/check", json={"toml": found["toml"]}).json()
    assert checked["errors"] == []
    assert [d["message"] for d in checked["doubts"]] == []


BARE = 'version = 1\n[site]\nname = "Somewhere"\n'


def test_a_new_junctions_lights_are_learnt_from_the_log_as_it_comes(tmp_path: Path, scenes: list[Scene]) -> None:
    """Nothing is drawn yet, no signal either; the lights come as `passerby live` hears them."""
    with house(tmp_path) as h:
        h.junction.redraw(parse_site(BARE))
        lines = iter(["t,signal,state\n"])

        def log() -> bytes:
            return next(lines, "").encode()

        heard = Lights(h.junction.site, log, 5.0)
        heard.now()
        for seen in scenes:
            lines = iter([f"{seen.t},{s},{state}\n" for s, state in seen.lights.items()])
            h.junction.remember(replace(seen, lights=heard.now().states(seen.t)))
        client = h.signed_in()
        (lacking,) = (
            d
            for d in client.post(HERE + "/site/check", json={"toml": BARE}).json()["doubts"]
            if "lacks" in d["message"]
        )
        assert lacking["who"] == "site"
        assert '"K-west"' in lacking["message"]
        proposed = client.post(HERE + "/site/proposal", json={}).json()
        site = parse_site(proposed["toml"])
        assert {"K-south", "K-west"} <= {s.id for s in site.signals}
        assert all(m.signal for line in site.stop_lines for m in line.movements)
        assert not [f for f in proposed["unclear"] if "no light" in f["message"]]


def test_too_few_for_a_proposal_and_one_at_a_time(h: House) -> None:
    client = h.signed_in()
    assert client.get(HERE + "/site/paths").json() == {"paths": [], "road_users": 0, "seen_s": 0.0}
    nobody = client.post(HERE + "/site/proposal")
    assert nobody.status_code == 409
    assert nobody.headers["content-type"] == "application/problem+json"
    drive(h.junction, "secret1", NOW)
    few = client.post(HERE + "/site/proposal")
    assert few.status_code == 409
    assert "at least 10 road users" in few.json()["detail"]
    with survey._LEARNING:
        busy = client.post(HERE + "/site/proposal")
    assert busy.status_code == 503
    assert busy.headers["retry-after"]
    assert client.post(HERE + "/site/proposal").status_code == 409


def test_doubts_say_what_motion_contradicts(busy: House, h: House) -> None:
    wrong = SITE.replace("[[-3.0, 14.0], [0.0, 14.0]]", "[[-6.0, 14.0], [0.0, 14.0]]").replace("180.0", "0.0")
    doubts = busy.signed_in().post(HERE + "/site/check", json={"toml": wrong}).json()["doubts"]
    (line,) = [d for d in doubts if "faces the wrong way" in d["message"]]
    assert (line["who"], line["x"], line["y"]) == ('stop_line "north"', -3.0, 14.0)
    assert {d["who"] for d in doubts if "log does not hold" in d["message"]} == {'signal "K1"', 'signal "F1"'}
    assert line["fix"] == "turn_round"
    unseen = h.signed_in().post(HERE + "/site/check", json={"toml": wrong}).json()["doubts"]
    assert not [d for d in unseen if "faces the wrong way" in d["message"]]


def test_traffic_says_what_it_can_of_a_drawing_with_an_error(busy: House) -> None:
    wrong = SITE.replace("[[-3.0, 14.0], [0.0, 14.0]]", "[[-6.0, 14.0], [0.0, 14.0]]").replace("180.0", "0.0")
    wrong = wrong.replace("[[-9.0, -6.0], [-6.0, -6.0], [-6.0, 6.0], [-9.0, 6.0]]", "[[0, 0], [4, 4], [4, 0], [0, 4]]")
    found = busy.signed_in().post(HERE + "/site/check", json={"toml": wrong}).json()
    assert [e["fix"] for e in found["errors"]] == ["uncross"]
    assert [d["who"] for d in found["doubts"] if "faces the wrong way" in d["message"]] == ['stop_line "north"']
    assert not [d for d in found["doubts"] if "refers to it" in d["message"]]


def test_a_calibration_is_judged(h: House) -> None:
    client = h.signed_in()
    body = {"image": IMAGE, "ground": on_ground(IMAGE), "size": [640, 480]}
    good = client.post(HERE + "/calibration", json=body)
    assert good.status_code == 200, good.text
    found = good.json()
    assert found["errors_cm"] == pytest.approx([0.0] * 6, abs=0.1)
    assert found["leave_one_out_cm"] == pytest.approx([0.0] * 6, abs=0.1)
    assert (found["pose"], found["message"]) == (None, None)
    at = np.array(found["matrix"]) @ [*IMAGE[2], 1.0]
    assert (at[:2] / at[2]).tolist() == pytest.approx(body["ground"][2])
    moved = [list(p) for p in body["ground"]]
    moved[4][0] += 3.0
    off = client.post(HERE + "/calibration", json=body | {"ground": moved, "size": None}).json()
    assert "pair 5" in off["message"]
    assert off["leave_one_out_cm"][4] == pytest.approx(300, abs=1)
    four = client.post(HERE + "/calibration", json={"image": IMAGE[:4], "ground": on_ground(IMAGE[:4])}).json()
    assert four["leave_one_out_cm"] is None
    assert "4 pairs" in four["message"]


@pytest.mark.parametrize(
    ("image", "ground"),
    [
        (IMAGE[:3], on_ground(IMAGE[:3])),
        (IMAGE, on_ground(IMAGE)[:5]),
        ([[0, 0], [1, 1], [2, 2], [3, 3]], [[0, 0], [1, 1], [2, 2], [3, 3]]),
        ([[0, 0]] * 4, [[0, 0]] * 4),
        (IMAGE * 10, IMAGE * 10),
        ([[0, 0, 0]] * 4, [[0, 0]] * 4),
        ([[1e300, 0]] * 4, [[0, 0]] * 4),
    ],
)
def test_pairs_that_are_no_view_of_the_ground(h: House, image: list[list[float]], ground: list[list[float]]) -> None:
    answer = h.signed_in().post(HERE + "/calibration", json={"image": image, "ground": ground})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


POINTS = st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))


@pytest.fixture(scope="module")
def bearer(busy: House) -> dict[str, str]:
    return {"authorization": f"Bearer {busy.service.keep.tokens.make('clicks', 'operator', 1, 'test')[1]}"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs=st.lists(st.tuples(POINTS, POINTS), max_size=12), size=st.none() | st.just([640, 480]))
def test_whatever_is_clicked_is_judged_or_refused(
    busy: House, bearer: dict[str, str], pairs: list, size: list[int] | None
) -> None:
    busy.service.limits.signed_in = Buckets(1e6, 1e6)
    body = {"image": [p for p, _ in pairs], "ground": [g for _, g in pairs], "size": size}
    answer = busy.client().post(HERE + "/calibration", json=body, headers=bearer)
    assert answer.status_code in (200, 422), answer.text


def test_everybody_may_know_the_junctions_time_zone(h: House) -> None:
    assert h.client().get("/api/v1/public/junctions/somewhere").json()["timezone"] == "Europe/Berlin"


def test_what_is_drawn_wrong_is_said_where_it_is_without_any_traffic(h: House) -> None:
    """Two outlines that cross themselves, a line that faces the wrong way, a signal nobody uses."""
    client = h.signed_in()

    def check(toml: str) -> tuple[list[dict], list[dict]]:
        found = client.post(HERE + "/site/check", json={"toml": toml}).json()
        return found["errors"], found["doubts"]

    crossed = SITE.replace("[[-9.0, -6.0], [-6.0, -6.0], [-6.0, 6.0], [-9.0, 6.0]]", "[[0, 0], [4, 3], [4, 0], [0, 4]]")
    crossed += '[[zone]]\nid = "z"\nkind = "box"\npolygon = [[10, 0], [14, 4], [14, 0], [10, 4]]\n'
    errors, _ = check(crossed)
    assert [(e["who"], e["fix"]) for e in errors] == [('crosswalk "west"', "uncross"), ('zone "z"', "uncross")]
    assert (errors[1]["x"], errors[1]["y"]) == (12.0, 2.0)
    assert 1.5 < errors[0]["x"] < 2.5
    # what is wrong hides nothing that can be said of the rest, and is nobody's reason to look unused
    _, doubts = check(crossed + '[[signal]]\nid = "K9"\n')
    assert [(d["who"], d["fix"]) for d in doubts] == [('signal "K9"', "assign")]
    alone = SITE.replace("180.0", "0.0")[: SITE.index("[[lane]]") - 2]
    _, doubts = check(alone + '\n[[signal]]\nid = "K9"\n')
    said = {d["who"]: d for d in doubts}
    assert set(said) == {'stop_line "north"', 'signal "K9"'}
    line = said['stop_line "north"']
    assert "leads away from the junction" in line["message"]
    assert (line["x"], line["y"], line["fix"]) == (-1.5, 14.0, "turn_round")
    assert said['signal "K9"']["fix"] == "assign"


def test_wrong_in_a_cameras_pixels_is_said_on_the_ground(h: House) -> None:
    pairs = "image = [[0, 480], [640, 480], [480, 240], [160, 240]]\nground = [[-8, 2], [8, 2], [10, 22], [-10, 22]]\n"
    camera = f'[[camera]]\nid = "c"\n[camera.calibration]\n{pairs}'
    zone = '[[zone]]\nid = "z"\nkind = "{}"\ncamera = "c"\npolygon = [[200, 300], [400, 400], [400, 300], [200, 400]]\n'
    (crosses,) = (
        h.signed_in().post(HERE + "/site/check", json={"toml": SITE + camera + zone.format("box")}).json()["errors"]
    )
    assert (crosses["who"], crosses["fix"]) == ('zone "z"', "uncross")
    assert -8 < crosses["x"] < 8
    assert 2 < crosses["y"] < 22
    straight = zone.replace("[400, 400], [400, 300]", "[400, 300], [400, 400]").format("boxx")
    (kind,) = h.signed_in().post(HERE + "/site/check", json={"toml": SITE + camera + straight}).json()["errors"]
    assert "boxx" in kind["message"]
    assert 2 < kind["y"] < 22


HEAD = 'version = 1\n[site]\nname = "x"\n'
MANY = range(201)


def zigzag(n: int, shift: float = 0.0) -> str:
    return "[" + ",".join(f"[{i / 2},{i % 2 * 10 + shift}]" for i in range(n)) + "]"


@pytest.mark.parametrize(
    ("bomb", "said"),
    [
        ("a" + ".a" * 140_000 + " = 1", "dots"),
        ('"a"' + '."a"' * 70_000 + " = 1", "dots"),
        ("a = " + "[" * 290_000, "not TOML"),
        ("a = " + "{a=" * 90_000, "not TOML"),
        ("a = " + "1" * 290_000, "not TOML"),
        ("\n".join(f'[[lane]]\nid="l{i}"\nwidth=3\ncentreline=[[{i},0],[{i},9]]' for i in MANY), "at most 200"),
        ("\n".join(f'[[signal]]\nid="l{i}"' for i in MANY), "at most 200"),
        (f'[[lane]]\nid="l"\nwidth=3\ncentreline={zigzag(501)}', "at most 500 points"),
        ('[[lane]]\nid="l"\nwidth=1e300\ncentreline=[[0,0],[9,0]]', "at most 100 metres"),
        ('[[zone]]\nid="l"\nkind="sidewalk"\npolygon=[[0,0],[1e308,0],[1e308,1e308]]', "on Earth"),
        ('[[zone]]\nid="l"\nkind="sidewalk"\npolygon=[[0,0],[nan,0],[9,9]]', "finite"),
    ],
)
def test_what_would_take_long_to_check_is_refused_at_once(h: House, bomb: str, said: str) -> None:
    client = h.signed_in()
    _, took_s = cpu_s(lambda: read_drawing(HEAD + bomb))
    assert took_s < 3.0
    answer = client.post(f"{HERE}/site/check", json={"toml": HEAD + bomb})
    assert answer.status_code == 200
    assert said in answer.json()["errors"][0]["message"]
    assert client.put(f"{HERE}/site", json={"toml": HEAD + bomb} | base(client)).status_code == 422


def test_the_most_that_may_be_drawn_is_checked_in_bounded_time(h: House) -> None:
    lanes = "\n".join(f'[[lane]]\nid="l{i}"\nwidth=3\ncentreline=[[{i % 100},60],[{i % 100},-50.5]]' for i in MANY[1:])
    lines = "\n".join(
        f'[[stop_line]]\nid="s{i}"\nheading=180\npoints=[[{i % 100},0],[{i % 100 + 3},0]]' for i in MANY[1:]
    )
    drawing, took_s = cpu_s(lambda: read_drawing(HEAD + lanes + "\n" + lines))
    assert drawing.site is not None
    # it took 16 s while every lane was built anew for every stop line
    assert took_s < 8.0
    assert h.signed_in().post(f"{HERE}/site/check", json={"toml": " " * 300_001}).status_code == 422


def test_a_drawing_that_takes_too_long_is_given_up(h: House, tmp_path: Path) -> None:
    h.service.apart = Apart(limit_s=0.0)
    client = h.signed_in()
    for answer in (
        client.put(f"{HERE}/site", json={"toml": SITE} | base(client)),
        client.post(f"{HERE}/site/check", json={"toml": SITE}),
    ):
        assert answer.status_code == 503
        assert "given up" in answer.json()["detail"]
    assert (tmp_path / "site.toml").read_text() == SITE
    assert h.service.limits.heavy._taken == {}


def test_who_saves_a_drawing_that_somebody_else_has_saved_meanwhile_is_told(h: House, tmp_path: Path) -> None:
    one, two = h.signed_in(), h.signed_in("administrator")
    begun = base(one)
    assert begun == base(two) == {"base_sha256": hashlib.sha256(SITE.encode()).hexdigest()}
    ours, theirs = (SITE.replace("Somewhere", name) for name in ("Ours", "Theirs"))
    first = one.put(HERE + "/site", json={"toml": theirs} | begun)
    assert first.status_code == 200
    assert {"base_sha256": first.json()["sha256"]} == base(two)
    late = two.put(HERE + "/site", json={"toml": ours} | begun)
    assert late.status_code == 409
    assert "somebody else has saved" in late.json()["detail"]
    assert (tmp_path / "site.toml").read_text() == theirs
    assert h.junction.site.name == "Theirs"
    assert [e["event"] for e in h.service.keep.audit.entries()].count("site_changed") == 1
    # knowingly, and once more by the same hand without loading it anew
    over = two.put(HERE + "/site", json={"toml": ours} | base(two))
    again = two.put(HERE + "/site", json={"toml": SITE, "base_sha256": over.json()["sha256"]})
    assert (over.status_code, again.status_code) == (200, 200)
    # a hand with an editor counts, and who does not say what the drawing was made from is refused
    (tmp_path / "site.toml").write_text(theirs)
    assert two.put(HERE + "/site", json={"toml": ours, "base_sha256": again.json()["sha256"]}).status_code == 409
    assert two.put(HERE + "/site", json={"toml": ours}).status_code == 422


def test_who_saves_a_drawing_whose_file_is_gone_is_told_so(h: House, tmp_path: Path) -> None:
    client = h.signed_in()
    begun = base(client)
    assert client.get(HERE + "/site").json()["kept"]
    (tmp_path / "site.toml").unlink()
    late = client.put(HERE + "/site", json={"toml": SITE.replace("Somewhere", "Ours")} | begun)
    assert late.status_code == 409
    assert "deleted or moved" in late.json()["detail"]
    assert "somebody else" not in late.json()["detail"]
    assert not (tmp_path / "site.toml").exists()
    # what is shown is told, and that no file holds it; knowingly it is written anew
    now = client.get(HERE + "/site").json()
    assert not now["kept"]
    anew = client.put(HERE + "/site", json={"toml": SITE, "base_sha256": now["sha256"]})
    assert anew.status_code == 200
    assert (tmp_path / "site.toml").read_text() == SITE


def test_of_many_who_save_at_once_one_does(h: House) -> None:
    client = h.signed_in()
    begun = base(client)
    with ThreadPoolExecutor(8) as pool:
        texts = [SITE.replace("Somewhere", f"Hand {n}") for n in range(8)]
        found = list(pool.map(lambda t: client.put(HERE + "/site", json={"toml": t} | begun).status_code, texts))
    assert found.count(200) == 1
    assert set(found) - {200} <= {409, 503}
