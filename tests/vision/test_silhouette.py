"""Silhouettes tell class and place, nothing else."""

from __future__ import annotations

import inspect
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.screen.ink import CLASS_INK
from passerby.tracks.classes import CLASSES, CODE, DEFAULT_FOOTPRINT_M
from passerby.vision import silhouette
from passerby.vision.silhouette import INK, camera_shapes, plan_shapes, to_svg

ALL = np.arange(len(CLASSES))


def one_box(left, bottom, width, height):
    return np.array([[left, bottom - height, left + width, bottom]], float)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_a_shape_of_its_class_size(kind):
    (shape,) = plan_shapes(np.array([CODE[kind]]), np.zeros(1), np.zeros(1), np.zeros(1))
    points = np.concatenate(shape.outlines)
    assert np.ptp(points, axis=0) == pytest.approx(DEFAULT_FOOTPRINT_M[kind], rel=0.03)
    (seen,) = camera_shapes(np.array([CODE[kind]]), one_box(100, 200, 30, 80))
    points = np.concatenate(seen.outlines)
    assert points[:, 1].max() == pytest.approx(200, abs=1)
    assert points[:, 0].mean() == pytest.approx(115, abs=4)


@given(st.floats(1.55, 1.7), st.floats(0.4, 0.9))
def test_people_of_different_build_are_drawn_alike(tall, broad):
    """At one place, between the steps of height, one drawing."""
    cls = np.array([CODE["pedestrian"]])
    usual = camera_shapes(cls, one_box(100, 300, 40, 64))
    other = camera_shapes(cls, one_box(120 - 20 * 2 * broad / 2, 300, 40 * broad, 40 * tall))
    assert to_svg(usual, (0, 0, 768, 576)) == to_svg(other, (0, 0, 768, 576))


@given(st.integers(0, len(CLASSES) - 1), st.floats(-50, 50), st.floats(-50, 50), st.floats(-7, 7))
def test_the_plan_depends_on_class_place_and_heading_alone(code, x, y, heading):
    cls = np.array([code])
    (a,) = plan_shapes(cls, np.array([x]), np.array([y]), np.array([heading]))
    (b,) = plan_shapes(cls, np.array([0.0]), np.array([0.0]), np.array([heading]))
    for one, other in zip(a.outlines, b.outlines, strict=True):
        assert one - (x, y) == pytest.approx(other, abs=1e-9)


def test_heading_is_followed():
    (east,) = plan_shapes(np.array([CODE["bus"]]), np.zeros(1), np.zeros(1), np.array([0.0]))
    (north,) = plan_shapes(np.array([CODE["bus"]]), np.zeros(1), np.zeros(1), np.array([np.pi / 2]))
    (lost,) = plan_shapes(np.array([CODE["bus"]]), np.zeros(1), np.zeros(1), np.array([np.nan]))
    assert np.ptp(east.outlines[0], axis=0)[0] == pytest.approx(12, rel=0.01)
    assert np.ptp(north.outlines[0], axis=0)[1] == pytest.approx(12, rel=0.01)
    assert (lost.outlines[0] == east.outlines[0]).all()


def test_svg_is_well_formed_and_says_nothing_else():
    shapes = plan_shapes(ALL, ALL * 10.0, ALL * 1.0, ALL * 0.3)
    root = ET.fromstring(to_svg(shapes, (-5, -5, 100, 30), up=True))
    assert root.attrib.keys() == {"viewBox"}
    assert len(root) == len(CLASSES)
    for child, kind in zip(root, CLASSES, strict=True):
        assert child.attrib.keys() == {"class", "fill", "d"}
        assert child.attrib["class"] == kind


def test_no_frame_can_come_in():
    for name in ("plan_shapes", "camera_shapes", "to_svg"):
        hints = str(inspect.signature(getattr(silhouette, name)))
        assert "Frame" not in hints
        assert "Picture" not in hints


def test_inks_are_those_of_the_screen():
    assert INK == CLASS_INK
