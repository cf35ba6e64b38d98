"""The papers: the data-protection impact assessment and the street sign, written from the running configuration.

They state facts of this installation and leave blank, marked `[to be filled in]`, what only the operator knows. They
are drafts for the operator's data-protection officer, not legal advice.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from passerby.errors import PrivacyError
from passerby.privacy.published import K
from passerby.site.model import Site
from passerby.store.ttl import Clock, checked_ttl, describe

BLANK: Final = "[to be filled in]"

HOLDS: Final[Mapping[str, str]] = {
    "violations": "one row per event: kind, class of road user, time, place, signal state, speed, confidence",
    "conflicts": "one row per near miss: classes, time, place, time to collision, post-encroachment time, speeds",
    "counts": "number of road users per interval, place, movement and class",
    "tracks": "positions, speed and outline of road users without a name; only where switched on",
}
NEEDED: Final[Mapping[str, str]] = {
    "violations": "one signal-timing or marking review compares a season",
    "conflicts": "near misses are rare; a season gives enough of them to judge a place",
    "counts": "before/after studies of road safety look back three to five years",
    "tracks": "looking at an incident in the plan; EDPB 3/2019 para. 121 asks for more reasons beyond 72 h",
}


@dataclass(frozen=True)
class Operator:
    """Who answers for the installation, as the papers name them."""

    name: str = BLANK
    contact: str = BLANK
    officer: str = BLANK
    authority: str = BLANK


def impact_assessment(
    site: Site,
    ttl: Mapping[str, timedelta] | None = None,
    *,
    operator: Operator | None = None,
    on: date | None = None,
    clock: Clock = "event",
    language: str = "en",
) -> str:
    """Data-protection impact assessment (GDPR Art. 35(7), EDPB Guidelines 3/2019, EU AI Act, PIPL) as Markdown.

    ttl: times to live as the tables have them, defaults for the rest. on: the date of the paper, today without it.
    """
    _english(language)
    keep = checked_ttl(ttl or {}, "privacy report")
    who = operator or Operator()
    since = "the event" if clock == "event" else "the analysis of the recording"
    cameras = [f"- `{c.id}`: {'live or recorded video' if c.source else 'source not stated'}" for c in site.cameras]
    kinds = sorted({z.kind.replace("_", " ") for z in site.zones})
    rules_off = sorted(name for name, r in site.rules.items() if r.get("enabled") is False)
    rows = [f"| {t} | {HOLDS[t]} | {describe(k)} after {since} | {NEEDED[t]} |" for t, k in keep.items()]
    latitude, longitude = site.origin
    return f"""# Data-protection impact assessment: {_one_line(site.name)}

Draft of {(on or date.today()).isoformat()}, written by Passerby from the configuration of this installation.
It answers GDPR Art. 35(7); blanks are for the controller.

Controller: {who.name} ({who.contact}). Data-protection officer: {who.officer}. Supervisory authority: {who.authority}.

## 1. What is done (Art. 35(7)(a))

The junction at {latitude:.5f}, {longitude:.5f} is measured for road safety: who crosses on which light, near misses,
counts per movement. {len(site.stop_lines)} stop lines, {len(site.crosswalks)} crosswalks, {len(site.lanes)} lanes,
{len(site.signals)} signals{f", zones for {', '.join(kinds)}" if kinds else ""}.

Cameras ({len(site.cameras)}):
{chr(10).join(cameras) or "- none: ready-made tracks without pictures are read"}

Rules switched off: {", ".join(rules_off) or "none"}.

Pictures are held in the memory of the process that decodes them and nowhere else: no recording, no still, no blurred
copy. What leaves that process is a position, an outline and a class (pedestrian, cyclist, car ...) under a random
number that ends when the road user leaves the view.

| table | holds | kept for | why that long |
|---|---|---|---|
{chr(10).join(rows)}

Deletion is automatic, removes the bytes from disk, and is entered in an audit log chained by SHA-256, as are changes
of configuration, exports and views of single events.

Purpose: safety and efficiency of this junction (signal timing, markings, sight lines). Legal basis: {BLANK}
(commonly GDPR Art. 6(1)(e), a task in the public interest, with the national law that lays it down).
Recipients: {BLANK}. Transfers to third countries: {BLANK}.

## 2. Necessity and proportionality (Art. 35(7)(b))

- Video is needed because no counter tells a near miss from a crossing; only geometry is kept of it.
- EDPB Guidelines 3/2019 ask whether the purpose can be reached with less: no face, body, gait or plate features are
  computed, so no biometric data arise (Art. 9(1); Guidelines 3/2019, section 5).
- Storage limitation (Art. 5(1)(e)): the times in the table above. {_storage(keep)}
- Minimisation and data protection by design (Art. 5(1)(c), Art. 25): see section 4.
- Transparency (Art. 12-14; Guidelines 3/2019, section 7): the street sign is the first layer, this paper the second.
- Rights (Art. 15-22): rows carry no identifier by which a person could be found; Art. 11(2) applies, and somebody who
  gives a time and place is told what is kept about such events and can object: {who.contact}.

## 3. Risks to rights and freedoms (Art. 35(7)(c))

| risk | how it could come about | likelihood | severity | answered by |
|---|---|---|---|---|
| somebody is recognised in a picture | a frame is stored or leaks | low | high | frames in memory only; drawn plans |
| somebody is followed through town | ids matched between cameras or days | low | high | ids random and short-lived |
| an event is tied to a witness's memory | exact time and place published | medium | medium | k = {K}, rounding |
| events are used to punish | an export is taken as evidence | medium | high | no identity; exports say so |
| data are kept too long | deletion fails unseen | low | medium | `passerby privacy verify`, audit log |
| insiders look at single events | curiosity | medium | low | views are in the audit log |

The controller's own assessment: {BLANK}.

## 4. Measures (Art. 35(7)(d))

1. No identity: no recognition of faces, bodies, gait or plates; no guess at age, sex, ethnicity or mood.
2. Nobody is followed: track ids are random and never reused across cameras or days.
3. No pixel of a passer-by leaves the process that decoded it; pictures are drawn, the background a long median.
4. Nothing below {K} road users is published, or it carries differential-privacy noise.
5. Every table has a time to live that is applied; `passerby privacy verify` checks the folder.
6. No punishment of individuals: events serve engineers and are no evidence.
7. One writer, synced commits, file permissions that keep tracks from other users of the machine.

Residual risk, and whether prior consultation (Art. 36) is needed: {BLANK}.

## 5. EU AI Act (Regulation (EU) 2024/1689)

- Art. 5(1)(h), real-time remote biometric identification in public places: not done, no biometric data are processed.
- Art. 5(1)(g), biometric categorisation by race, opinion, orientation: not done; classes are kinds of road users.
- Art. 5(1)(f), emotion inference: not done. Art. 5(1)(e), scraping faces for databases: not done.
- Art. 5(1)(d), predicting crimes of persons: not done; measures describe places, not persons.
- Annex III no. 2 (safety components of road traffic): {BLANK} where results steer signals without a person's decision.

## 6. China: Personal Information Protection Law

- Art. 26: equipment in public places is needed for public safety, is marked by a prominent sign, and serves no other
  purpose; no identity is recognised, so none is collected, published or passed on.
- Art. 55-56: this assessment covers purpose, necessity, effect on persons and protective measures; keep it and the
  records of processing for at least three years.

Reviewed by: {BLANK}. Next review: {BLANK} (on every change of cameras, zones or times to live).
"""


def street_sign(
    site: Site,
    ttl: Mapping[str, timedelta] | None = None,
    *,
    operator: Operator | None = None,
    link: str = BLANK,
    language: str = "en",
) -> str:
    """Text of the sign at the junction, the first layer of EDPB Guidelines 3/2019 (section 7.1), as Markdown."""
    _english(language)
    keep = checked_ttl(ttl or {}, "privacy report")
    who = operator or Operator()
    longest = max(keep["violations"], keep["conflicts"])
    return f"""# Traffic measurement

**{_one_line(site.name)}: cameras measure traffic here. They do not recognise anybody.**

- No pictures are stored or shown. No faces, no number plates, no following from place to place.
- Kept: positions without names ({describe(keep["tracks"])} at most), events such as crossing on red
  ({describe(longest)}), counts ({describe(keep["counts"])}).
- Purpose: a safer junction. Nobody is fined because of it.
- Responsible: {who.name}, {who.contact}. Data-protection officer: {who.officer}.
- You may ask what is kept, object, and complain to the authority: {who.authority}.
- More, and the full assessment: {link}
"""


def to_html(markdown: str, title: str) -> str:
    """A self-contained HTML page of the Markdown that this module writes (headings, lists, tables, bold, code)."""
    out: list[str] = []
    block = ""
    for line in [*markdown.splitlines(), ""]:
        kind = "ul" if line[:2] == "- " else "ol" if re.match(r"\d+\. ", line) else "table" if line[:1] == "|" else ""
        if kind != block and not (block in ("ul", "ol") and line.startswith("  ")):
            out += [f"</{block}>"] if block else []
            out += [f"<{kind}>"] if kind else []
            block = kind
        if heading := re.match(r"(#+) (.*)", line):
            out.append(f"<h{len(heading[1])}>{_inline(heading[2])}</h{len(heading[1])}>")
        elif kind == "table":
            cells = [c.strip() for c in line.strip("|").split("|")]
            if not all(re.fullmatch(r"-+", c) for c in cells):
                tag = "th" if out[-1] == "<table>" else "td"
                out.append("<tr>" + "".join(f"<{tag}>{_inline(c)}</{tag}>" for c in cells) + "</tr>")
        elif kind:
            out.append(f"<li>{_inline(line.split(' ', 1)[1])}")
        elif line:
            out.append(_inline(line) if block or (out and not out[-1].startswith("<")) else f"<p>{_inline(line)}")
    style = (
        "body{font:16px/1.5 sans-serif;max-width:52em;margin:2em auto;padding:0 1em}"
        "td,th{text-align:left;padding:.2em .6em;border:1px solid #999}table{border-collapse:collapse}"
    )
    page = f"<title>{html.escape(title)}</title><style>{style}</style>"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8">{page}'
    return head + "\n" + "\n".join(out) + "\n</html>\n"


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"`(.+?)`", r"<code>\1</code>", text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _english(language: str) -> None:
    if language != "en":
        raise PrivacyError(f'privacy report: language must be "en", got "{language}"; translate the English text')


def _storage(keep: Mapping[str, timedelta]) -> str:
    limit = "the 72 hours beyond which Guidelines 3/2019 (section 8, para. 121) ask for ever more justification"
    if keep["tracks"] <= timedelta(hours=72):
        return f"Tracks stay within\n  {limit}."
    return f"**Tracks are kept {describe(keep['tracks'])}, longer than\n  {limit}: {BLANK}.**"
