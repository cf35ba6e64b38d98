"""The documents say what the code does: every command, option and threshold, and links that lead somewhere."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main

from passerby.cli import app
from passerby.rules import RULES
from passerby.rules.settings import RULE_SETTINGS, RuleSettings
from passerby.site.toml import parse_site

ROOT = Path(__file__).parents[2]
CLI = (ROOT / "docs/cli.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(group=None, prefix="passerby"):
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda v: v if isinstance(v, str) else "")
def test_every_command_and_option_is_documented(name, command):
    assert name in CLI
    section = CLI[CLI.index(" ".join(name.split()[:2])) :]
    for parameter in command.params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("-"):
                assert re.search(rf"{option}[`\] ,]", section), option


def test_every_rule_and_threshold_is_documented():
    text = (ROOT / "docs/rules.md").read_text()
    assert set(RULES) == set(RULE_SETTINGS)
    common = {f.name for f in fields(RuleSettings)}
    for name, kind in RULE_SETTINGS.items():
        assert f"`{name}`" in text
        for field in fields(kind):
            assert f"`{field.name}`" in text, (name, field.name)
            if field.name not in common and isinstance(field.default, float):
                assert re.search(rf"`{field.name}` {field.default:g}\b", text), (name, field.name, field.default)


def test_the_example_site_is_right():
    text = (ROOT / "docs/formats-site.md").read_text()
    example = re.search(r"```toml\n(.*?)```", text, re.S)
    assert example is not None
    # the example names signals that stand for many
    known = '[[signal]]\nid = "K2"\n\n[[signal]]\nid = "F3"\nkind = "pedestrian"\n\n[[stop_line]]'
    site = parse_site(example[1].replace("[[stop_line]]", known, 1))
    assert [s.id for s in site.stop_lines] == ["north-through", "north-left"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
