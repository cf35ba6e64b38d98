from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from passerby.errors import SiteError
from passerby.site import Movement, Site, SiteWarning, parse_site, read_site
from passerby.site.model import ROAD_USERS

GOOD = """version = 1

[site]
name = "Hagenring / Gliesmaroder Strasse"
timezone = "Europe/Berlin"
origin = [52.2745, 10.5436]
drives_on = "right"
speed_limit_kmh = 50.0

[[camera]]
id = "north"
source = "rtsp://10.0.0.7/live"
[camera.calibration]
image  = [[100.0, 400.0], [620.0, 410.0], [600.0, 180.0], [180.0, 175.0]]
ground = [[-12.0, -9.0], [11.0, -9.5], [13.0, 14.0], [-14.0, 15.0]]

[[signal]]
id = "K1"
kind = "vehicle"
phase = 2
group = 6

[[signal]]
id = "K2"

[[signal]]
id = "F3"
kind = "pedestrian"

[[stop_line]]
id = "north-through"
points = [[-3.2, 14.0], [0.0, 14.2]]
heading = 180.0
signal = "K1"

[[stop_line]]
id = "north-left"
points = [[0.0, 14.2], [3.2, 14.3]]
heading = 180.0
[[stop_line.movement]]
signal = "K2"
exit_heading = 90.0
turn_on_red = false
[[stop_line.movement]]
signal = "K1"
exit_heading = 180.0

[[crosswalk]]
id = "west"
polygon = [[-9.0, -6.0], [-6.0, -6.0], [-6.0, 6.0], [-9.0, 6.0]]
signal = "F3"
classes = ["pedestrian"]

[[lane]]
id = "north-in-1"
centreline = [[-1.6, 120.0], [-1.6, 14.0]]
width = 3.2
kind = "traffic"
speed_limit_kmh = 50.0

[[zone]]
id = "bus-stop"
kind = "no_stopping"
polygon = [[0.0, 0.0], [3.0, 0.0], [3.0, 20.0], [0.0, 20.0]]
max_stop_s = 10.0

[rules.red_light]
grace_s = 0.3
"""


def changed(old: str, new: str, count: int = 1) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, count)


@pytest.fixture(autouse=True)
def _warnings_are_errors(request: pytest.FixtureRequest):
    with warnings.catch_warnings():
        warnings.simplefilter("error", SiteWarning)
        yield


def test_the_example_of_the_format(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(GOOD)
    site = read_site(tmp_path / "site.toml")
    assert site.name == "Hagenring / Gliesmaroder Strasse"
    assert (site.timezone, site.origin, site.drives_on, site.speed_limit_kmh) == (
        "Europe/Berlin",
        (52.2745, 10.5436),
        "right",
        50.0,
    )
    assert site.signal_by_id["K1"].phase == 2
    assert site.signal_by_id["K2"].kind == "vehicle"
    assert site.stop_lines[0].movements == (Movement("K1"),)
    assert site.stop_lines[1].movements == (Movement("K2", 90.0), Movement("K1", 180.0))
    assert site.crosswalks[0].classes == {"pedestrian"}
    assert site.lanes[0].width_m == 3.2
    assert site.zones[0].max_stop_s == 10.0
    assert site.rules["red_light"]["grace_s"] == 0.3


def test_a_stop_line_without_signal_only_counts() -> None:
    assert parse_site(changed('signal = "K1"\n\n', "\n")).stop_lines[0].movements == ()


def test_turn_on_red_beside_the_signal() -> None:
    site = parse_site(changed('heading = 180.0\nsignal = "K1"', 'heading = 180.0\nsignal = "K1"\nturn_on_red = true'))
    assert site.stop_lines[0].movements == (Movement("K1", None, True),)


@pytest.mark.parametrize("heading", ["0", "360", "360.0", "12.5"])
def test_headings_from_0_to_360(heading: str) -> None:
    text = changed("heading = 180.0", f"heading = {heading}").replace(
        "[[-1.6, 120.0], [-1.6, 14.0]]", "[[9, 0], [9, 9]]"
    )
    assert parse_site(text).stop_lines[0].heading_deg == float(heading)


def test_road_users_are_those_of_the_tracks() -> None:
    from passerby.tracks.classes import CLASSES

    assert ROAD_USERS == CLASSES


NORTH = "points = [[-3.2, 14.0], [0.0, 14.2]]"
WEST = "polygon = [[-9.0, -6.0], [-6.0, -6.0], [-6.0, 6.0], [-9.0, 6.0]]"
IMAGE = "image  = [[100.0, 400.0], [620.0, 410.0], [600.0, 180.0], [180.0, 175.0]]"
GROUND = "ground = [[-12.0, -9.0], [11.0, -9.5], [13.0, 14.0], [-14.0, 15.0]]"
LAMP = changed(
    "phase = 2",
    """phase = 2
[[signal.lamp]]
camera = "north"
red = [300, 50, 8, 8]
amber = [300, 60, 8, 8]
green = [300, 70.5, 8, 8]
[[signal.lamp]]
camera = "north"
red = [500, 50, 8, 8]
green = [500, 70, 8, 8]
""",
).replace("group = 6\n", "")
BROKEN = {
    "empty": ("", "is empty"),
    "no version": (changed("version = 1\n", ""), "version is missing"),
    "other version": (changed("version = 1", "version = 2"), "version must be 1, got 2"),
    "true version": (changed("version = 1", "version = true"), "version must be 1, got True"),
    "not TOML": (changed('id = "K1"', "id = K1"), r"line 18: is not TOML: invalid value"),
    "cut off": (GOOD[:700], r"line \d+: is not TOML"),
    "a key twice": (changed('kind = "vehicle"\n', 'kind = "vehicle"\nkind = "bicycle"\n'), "line 20: is not TOML"),
    "nested beyond reason": ("version = 1\nx = " + "[" * 5000, "line 2: is not TOML"),
    "two sites": (GOOD + '\n[site]\nname = "b"\n', r"line 7\d: one site per file"),
    "two sites as list": (changed("[site]", "[[site]]"), "one site per file"),
    "no site": ("version = 1\n", r"table \[site\] is missing"),
    "no name": (changed('name = "Hagenring / Gliesmaroder Strasse"\n', ""), "site: name is missing"),
    "name is a number": (
        changed('"Hagenring / Gliesmaroder Strasse"', "7"),
        'site: name must be text in "quotes", got 7',
    ),
    "stopline": (changed("[[stop_line]]", "[[stopline]]"), r'\[stopline\] is not part .*did you mean "stop_line"'),
    "single brackets": (changed("[[lane]]", "[lane]"), r"lane: must be headed \[\[lane\]\]"),
    "a number for a table": (
        "version = 1\nlane = 5\n[site]\nname='a'",
        r"lane: must be tables headed \[\[lane\]\], got 5",
    ),
    "timezone": (
        changed("Europe/Berlin", "Europe/Brunswick"),
        'site: timezone must be an IANA .*got "Europe/Brunswick"',
    ),
    "timezone path": (changed("Europe/Berlin", "/etc/passwd"), "site: timezone must be an IANA"),
    "origin swapped": (changed("[52.2745, 10.5436]", "[110.5, 52.2]"), r"site: origin must be .*got \[110.5, 52.2\]"),
    "origin of one": (changed("[52.2745, 10.5436]", "[52.2]"), r"site: origin must be \[latitude, longitude\], got"),
    "origin nan": (changed("[52.2745, 10.5436]", "[nan, 10]"), "site: origin must be a finite number, got nan"),
    "drives_on": (changed('drives_on = "right"', 'drives_on = "rihgt"'), '.*got "rihgt"; did you mean "right"'),
    "speed limit 0": (changed("speed_limit_kmh = 50.0", "speed_limit_kmh = 0"), "site: speed_limit_kmh must be more"),
    "signal kind": (changed('kind = "vehicle"', 'kind = "car"'), 'signal "K1": kind must be one of vehicle, bicycle'),
    "signal twice": (changed('id = "K2"', 'id = "K1"'), 'signal "K1": the id is given twice'),
    "id missing": (changed('id = "K2"\n', ""), "signal number 2: id is missing"),
    "id empty": (changed('id = "K2"', 'id = ""'), "signal: id must be a readable word"),
    "id a number": (changed('id = "K2"', "id = 2"), 'signal number 2: id must be text in "quotes", got 2'),
    "phase text": (changed("phase = 2", 'phase = "2"'), 'signal "K1": phase must be a whole number, got "2"'),
    "phase true": (changed("phase = 2", "phase = true"), 'signal "K1": phase must be a whole number, got true'),
    "phase negative": (changed("phase = 2", "phase = -2"), 'signal "K1": phase must be a whole number from 0'),
    "heading 410": (
        changed("heading = 180.0", "heading = 410"),
        'stop_line "north-through": heading must be 0-360 degrees, got 410',
    ),
    "heading nan": (changed("heading = 180.0", "heading = nan"), "heading must be a finite number, got nan"),
    "heading text": (changed("heading = 180.0", 'heading = "south"'), 'heading must be a number, got "south"'),
    "heading missing": (
        changed("heading = 180.0\n", "haeding = 180\n"),
        'heading is missing; is it "haeding" misspelt',
    ),
    "heading along": (changed("heading = 180.0", "heading = 90"), "heading must cross the line, got 90 degrees"),
    "no length": (changed(NORTH, "points = [[1, 1], [1, 1]]"), "points must not be all in one place"),
    "one point": (changed(NORTH, "points = [[1, 1]]"), "points needs at least 2 points, got 1"),
    "points of three": (changed(NORTH, "points = [[1, 1, 1], [2, 2]]"), "points, entry 1, must be 2 numbers, got"),
    "points flat": (changed(NORTH, "points = [1, 1]"), "points, entry 1, must be 2 numbers, got 1"),
    "points inf": (changed(NORTH, "points = [[inf, 1], [2, 2]]"), "points, entry 1, must be a finite number, got inf"),
    "points huge": (changed(NORTH, f"points = [[1{'0' * 400}, 1], [2, 2]]"), "must be a finite number"),
    "unknown signal": (
        changed('signal = "K1"', 'signal = "K7"'),
        'stop_line "north-through": signal must be one of K1',
    ),
    "unknown crosswalk signal": (changed('signal = "F3"', 'signal = "F4"'), 'crosswalk "west": signal must be one of'),
    "signal and movement": (
        changed("[[stop_line.movement]]", 'signal = "K1"\n[[stop_line.movement]]'),
        'stop_line "north-left": give either signal or',
    ),
    "exit heading": (
        changed("exit_heading = 90.0", "exit_heading = -90"),
        'stop_line "north-left": movement: exit_heading must be 0-360 degrees, got -90',
    ),
    "crossed polygon": (
        changed(WEST, "polygon = [[0, 0], [4, 4], [4, 0], [0, 3]]"),
        r'crosswalk "west": polygon must not cross itself, but it does at \(1\.71, 1\.71\)',
    ),
    "bow tie": (changed(WEST, "polygon = [[0, 0], [4, 4], [4, 0], [0, 4]]"), 'crosswalk "west": polygon must'),
    "flat polygon": (changed(WEST, "polygon = [[0, 0], [1, 1], [2, 2]]"), "polygon must enclose an area"),
    "two corners": (changed(WEST, "polygon = [[0, 0], [1, 1]]"), "polygon needs at least 3 points, got 2"),
    "same corners": (changed(WEST, "polygon = [[0, 0], [1, 1], [0, 0]]"), "polygon needs at least 3 different points"),
    "classes": (changed('["pedestrian"]', '["pedestrians"]'), '.*got "pedestrians"; did you mean "pedestrian"'),
    "no classes": (changed('["pedestrian"]', "[]"), 'crosswalk "west": classes must name at least one'),
    "classes text": (changed('["pedestrian"]', '"pedestrian"'), "classes must be a list of texts"),
    "lane width": (changed("width = 3.2", "width = 0"), 'lane "north-in-1": width must be more than 0 metres, got 0'),
    "lane kind": (changed('kind = "traffic"', 'kind = "car"'), 'lane "north-in-1": kind must be one of traffic'),
    "zone kind": (changed("no_stopping", "nostopping"), 'zone "bus-stop": kind .*did you mean "no_stopping"'),
    "max stop": (changed("max_stop_s = 10.0", "max_stop_s = -1"), 'zone "bus-stop": max_stop_s must be 0 or more'),
    "rule": (
        changed("rules.red_light", "rules.redlight"),
        r'\[rules.redlight\] names no rule; did you mean "red_light"',
    ),
    "rule no table": (changed("[rules.red_light]\ngrace_s = 0.3", "[rules]\nred_light = 3"), "must be a table"),
    "rule enabled": (changed("grace_s = 0.3", 'enabled = "no"'), "rules.red_light: enabled must be true or false"),
    "rules text": ("version = 1\nrules = 'x'\n[site]\nname='a'", "rules: must be tables"),
    "camera unknown": (changed(NORTH, NORTH + '\ncamera = "nort"'), 'camera "nort" is not in the file; did you mean'),
    "camera blind": (
        changed(NORTH, NORTH + '\ncamera = "north"')
        .replace("[camera.calibration]", "")
        .replace(IMAGE, "")
        .replace(GROUND, ""),
        'stop_line "north-through": camera "north" needs a calibration',
    ),
    "three pairs": (
        changed(IMAGE, "image = [[1, 1], [2, 5], [3, 1]]").replace(GROUND, "ground = [[1, 1], [2, 5], [3, 1]]"),
        'camera "north": calibration: needs at least 4 image/ground pairs or a matrix, got 3 pairs',
    ),
    "unpaired": (changed(GROUND, "ground = [[1, 1], [2, 5], [3, 1]]"), 'camera "north": calibration: .*got 4 and 3'),
    "collinear": (
        changed(GROUND, "ground = [[0, 0], [1, 1], [2, 2], [3, 3]]"),
        'camera "north": calibration: ground points must not all lie on one line',
    ),
    "three in line": (
        changed(GROUND, "ground = [[0, 0], [1, 1], [2, 2], [5, 3]]"),
        'camera "north": calibration: at least 4 points must have no three on one line',
    ),
    "order": (
        changed(GROUND, "ground = [[-12.0, -9.0], [13.0, 14.0], [11.0, -9.5], [-14.0, 15.0]]"),
        'camera "north": calibration: no camera can see the ground so',
    ),
    "matrix shape": (
        changed(IMAGE, "matrix = [[1, 0], [0, 1]]").replace(GROUND, ""),
        "matrix, entry 1, must be 3 numbers",
    ),
    "size of one": (changed(IMAGE, IMAGE + "\nsize = [640]"), r"calibration: size must be \[width, height\] in whole"),
    "size small": (changed(IMAGE, IMAGE + "\nsize = [0, 480]"), r"calibration: size must be .* got \[0, 480\]"),
    "distortion alone": (changed(IMAGE, IMAGE + "\ndistortion = -0.1"), "distortion needs size = "),
    "distortion wild": (changed(IMAGE, IMAGE + "\nsize = [640, 480]\ndistortion = -3"), "distortion must be from"),
    "lamp camera": (
        LAMP.replace('camera = "north"', 'camera = "norht"', 1),
        'signal "K1": lamp: camera must be one of north, got "norht"; did you mean',
    ),
    "lamp without red": (LAMP.replace("red = ", "rot = "), 'signal "K1": lamp 1: red is missing'),
    "lamp of three": (
        LAMP.replace("[300, 50, 8, 8]", "[300, 50, 8]"),
        "lamp 1: red must be .left, top, width, height.",
    ),
    "lamp tiny": (LAMP.replace("[300, 50, 8, 8]", "[300, 50, 1, 8]"), "red must be .* of at least 3 pixels"),
    "lamps overlap": (LAMP.replace("[300, 60, 8, 8]", "[300, 55, 8, 8]"), "red and amber must not overlap"),
    "amber man": (
        LAMP.replace('"vehicle"', '"pedestrian"', 1),
        'signal "K1": a pedestrian signal has a red and a green',
    ),
    "matrix singular": (
        changed(IMAGE, "matrix = [[1, 0, 0], [2, 0, 0], [0, 0, 1]]").replace(GROUND, ""),
        "calibration: matrix must be invertible",
    ),
    "sky": (
        changed(NORTH, 'camera = "north"\npoints = [[100, 400], [300, -4000]]'),
        'stop_line "north-through": camera "north": calibration: pixel \\(300, -4000\\) lies on or above the horizon',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_every_malformed_file_ends_in_one_sentence(tmp_path: Path, name: str) -> None:
    text, said = BROKEN[name]
    (tmp_path / "site.toml").write_text(text)
    with pytest.raises(SiteError, match=rf"^site\.toml: .*{said}") as e:
        read_site(tmp_path / "site.toml")
    assert "\n" not in str(e.value)
    assert len(str(e.value)) < 400


def test_files_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"nowhere.toml: cannot be read"):
        read_site(tmp_path / "nowhere.toml")
    with pytest.raises(SiteError, match="is a folder"):
        read_site(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"version = 1\n[site]\nname = 'Stra\xdfe'\n")
    with pytest.raises(SiteError, match="line 3: must be UTF-8"):
        read_site(tmp_path / "latin.toml")
    with (tmp_path / "huge.toml").open("wb") as f:
        f.truncate(10 * 2**30)
    with pytest.raises(SiteError, match=r"is 10240 MB, more than any site.toml"):
        read_site(tmp_path / "huge.toml")


def test_windows_line_ends_and_byte_order_marks(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert isinstance(read_site(tmp_path / "site.toml"), Site)


DOUBTS = {
    "unknown key": (
        changed("width = 3.2", "width = 3.2\nspeed_limit = 30"),
        '"speed_limit" is not known .*"speed_limit_kmh"',
    ),
    "unknown site key": (changed('drives_on = "right"', 'drive_on = "left"'), 'site: key "drive_on" .*"drives_on"'),
    "unknown movement key": (
        changed("exit_heading = 90.0", "exit = 90.0"),
        'stop_line "north-left": movement 1: key "exit"',
    ),
    "shared id": (changed('id = "bus-stop"', 'id = "west"'), '"west" is the id of a crosswalk and of a zone'),
    "vehicle signal": (changed('signal = "F3"', 'signal = "K1"'), 'crosswalk "west": signal "K1" is a vehicle signal'),
    "pedestrian signal": (changed('signal = "K1"', 'signal = "F3"'), '"F3" is a pedestrian signal'),
    "backward": (
        changed("heading = 180.0", "heading = 0"),
        'stop_line "north-through": heading 0 degrees runs against the lanes that cross it',
    ),
    "same exit": (changed("exit_heading = 180.0", "exit_heading = 90"), "2 movements leave by exit_heading 90"),
    "turn on red alone": (changed('signal = "K1"', "turn_on_red = true"), "turn_on_red without a signal"),
    "poor fit": (
        changed(IMAGE, IMAGE[:-1] + ", [400, 300]]").replace(GROUND, GROUND[:-1] + ", [20, 30]]"),
        r'camera "north": calibration: point \d lies \d+\.\d m from where the others put it',
    ),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_is_probably_not_meant_is_a_warning(name: str) -> None:
    text, said = DOUBTS[name]
    with pytest.warns(SiteWarning, match=said):
        parse_site(text)


def test_lamps_in_the_picture() -> None:
    first, second = parse_site(LAMP).signals[0].lamps
    assert (first.camera, first.red, first.amber, first.green) == (
        "north",
        (300, 50, 8, 8),
        (300, 60, 8, 8),
        (300, 70.5, 8, 8),
    )
    assert second.amber is None


def test_the_size_of_the_picture_and_its_lens() -> None:
    calibration = parse_site(changed(IMAGE, IMAGE + "\nsize = [640, 480]\ndistortion = -0.04")).cameras[0].calibration
    assert calibration is not None
    assert (calibration.size, calibration.distortion) == ((640, 480), -0.04)


def test_geometry_drawn_in_pixels_lands_on_the_ground() -> None:
    drawn = changed(
        WEST, 'camera = "north"\npolygon = [[100.0, 400.0], [620.0, 410.0], [600.0, 180.0], [180.0, 175.0]]'
    )
    west = parse_site(drawn).crosswalks[0]
    for got, want in zip(west.polygon, [(-12.0, -9.0), (11.0, -9.5), (13.0, 14.0), (-14.0, 15.0)], strict=True):
        assert got == pytest.approx(want, abs=1e-6)


@pytest.mark.parametrize(
    "odd", ["\\u202Eelgnatcer", "a\\u0000b", "a\\nb", "a\\u2066b", "\\uFEFFa", "\\u2028", "  ", "", "a" * 5000]
)
def test_names_that_nobody_could_read_are_refused(odd: str) -> None:
    for drawn in (GOOD.replace("Hagenring / Gliesmaroder Strasse", odd), GOOD.replace('id = "west"', f'id = "{odd}"')):
        with pytest.raises(SiteError) as e:
            parse_site(drawn)
        assert str(e.value).isprintable()
        assert len(str(e.value)) < 200


@pytest.mark.parametrize(
    "name", ["می\u200cخواهم", "क्\u200dष", "שוק \u200f(א)", "Münz\u00adstraße", "駅前　交差点", "👩\u200d🦯 1"]
)
def test_names_of_all_languages_are_kept(name: str) -> None:
    assert parse_site(GOOD.replace("Hagenring / Gliesmaroder Strasse", name)).name == name
