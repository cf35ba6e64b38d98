from __future__ import annotations

from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from passerby.errors import PrivacyError
from passerby.privacy import Operator, impact_assessment, street_sign, to_html
from passerby.site.model import Camera, Site, Zone

SITE = Site(
    "Hagenring / <Gliesmaroder>",
    origin=(52.2745, 10.5436),
    cameras=(Camera("north", "rtsp://user:secret@10.0.0.7/live"),),
    zones=(Zone("z", "no_stopping", ((0, 0), (1, 0), (1, 1))),),
    rules={"speeding": {"enabled": False}},
)


def test_the_assessment_states_this_configuration() -> None:
    text = impact_assessment(SITE, {"violations": timedelta(days=30)}, on=date(2026, 1, 5))
    assert "Draft of 2026-01-05" in text
    assert "| violations | one row per event" in text
    assert "| 30 days after the event |" in text
    assert "| 72 hours after the event |" in text
    assert "Rules switched off: speeding." in text
    assert "zones for no stopping" in text
    assert "`north`: live or recorded video" in text
    for law in ("Art. 35(7)(a)", "Art. 35(7)(d)", "Guidelines 3/2019", "Art. 5(1)(h)", "Art. 26"):
        assert law in text
    assert "secret" not in text
    assert "Tracks stay within" in text
    assert "Tracks are kept 7 days, longer than" in impact_assessment(SITE, {"tracks": timedelta(days=7)})
    assert "after the analysis of the recording" in impact_assessment(SITE, clock="stored")


def test_the_sign_is_short_and_names_the_responsible() -> None:
    sign = street_sign(
        SITE, operator=Operator("City of Braunschweig", "traffic@example.org"), link="https://example.org"
    )
    assert "City of Braunschweig, traffic@example.org" in sign
    assert "72 hours" in sign
    assert "90 days" in sign
    assert len(sign.split()) < 120
    with pytest.raises(PrivacyError, match='language must be "en"'):
        street_sign(SITE, language="fr")


def test_the_page_is_well_formed_and_loads_nothing() -> None:
    page = to_html(impact_assessment(SITE), "Assessment")
    seen: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append(tag)
            assert not {"src", "href"} & {k for k, _ in attrs}

    Tags().feed(page)
    assert seen.count("table") == 2
    assert seen.count("h2") == 6
    assert "&lt;Gliesmaroder&gt;" in page
    assert "| --" not in page
    assert "<ol>" in page
