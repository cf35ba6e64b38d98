"""`passerby watch` on a real clip in one process, the screens in another: silhouettes, replays, how the camera does."""

from __future__ import annotations

import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from passerby.site.model import Camera, Crosswalk, Signal, Site
from passerby.site.write import write_site
from tests.serve.processes import LONG_S, PASSERBY, Screen, Served, announcement, closing, until
from tests.vision.scenes import clip_path
from tests.vision.tsai import pets

CROSSWALK_PX = [(430.0, 200.0), (560.0, 230.0), (640.0, 420.0), (420.0, 330.0)]


@pytest.mark.slow
def test_what_a_camera_sees_reaches_the_screens_of_another_process(tmp_path: Path) -> None:
    clip = clip_path("vtest")
    polygon = tuple(map(tuple, np.round(pets().to_ground(CROSSWALK_PX), 2).tolist()))
    site = Site(
        "plaza",
        cameras=(Camera("south", str(clip), pets().calibration()),),
        signals=(Signal("F", "pedestrian"),),
        crosswalks=(Crosswalk("crossing", polygon, "F"),),
    )
    (tmp_path / "site.toml").write_text(write_site(site))
    (tmp_path / "signals.csv").write_text("t,signal,state\n1000,F,dont_walk\n")
    (tmp_path / "store").mkdir()
    served = Served(tmp_path)
    words = ["watch", "site.toml", "--realtime", "--store", "store", "--signals", "signals.csv"]
    watch = subprocess.Popen(
        [PASSERBY, *words, "--start", datetime.now(UTC).isoformat()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        with closing(served):
            screen = Screen(served.port, "/api/v1/public/junctions/plaza/stream")
            assert screen.event("live", lambda v: v["on"])
            scene = screen.event("scene", lambda s: s["users"])
            assert scene["lights"] == {"c0": "dont_walk"}
            assert {u[0] for u in scene["users"]} <= {"pedestrian", "cyclist"}
            replay = screen.event("replay")
            assert replay["kind"] == "red_light"
            camera = until(lambda: [c for c in served.cameras("plaza") if c["camera"] == "south" and c["rate_fps"]])[0]
            assert camera["state"] in ("ok", "late")
            assert 0.5 < camera["rate_fps"] <= 12
            assert 0 < camera["delay_s"] < 10
            assert camera["calibration"] in ("untested", "ok")
            assert camera["clock_offset_s"] is None
            subprocess.run([PASSERBY, "privacy", "verify", "store"], cwd=tmp_path, check=True, timeout=LONG_S)
            watch.send_signal(signal.SIGINT)
            _, err = watch.communicate(timeout=LONG_S)
            assert watch.returncode == 130, err
            assert announcement(tmp_path) is None
            assert screen.event("live", lambda v: not v["on"])
            until(lambda: [c for c in served.cameras("plaza") if c["state"] == "idle"])
    finally:
        watch.kill()
    subprocess.run([PASSERBY, "privacy", "verify", "store"], cwd=tmp_path, check=True, timeout=LONG_S)
