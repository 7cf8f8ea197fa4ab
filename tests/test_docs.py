"""The docs are held true: the README's commands and settings, the command line's help, the tree of files."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
import typer

from app.cli import app
from indexer.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

_spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "docs" / "generate.py")
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


def code_lines() -> list[str]:
    return [
        line.strip() for block in re.findall(r"```\n(.*?)```", README, re.S) for line in block.splitlines()
    ]


WITNESS_LINES = [line for line in code_lines() if line.startswith("witness ")]
MAKE_LINES = [line for line in code_lines() if line.startswith("make ")]


def test_the_readme_shows_every_command():
    shown = {shlex.split(line, comments=True)[1] for line in WITNESS_LINES}
    assert shown == set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("line", WITNESS_LINES)
def test_the_readmes_commands_parse(line):
    """Every argument and option shown is one that the command takes."""
    _, name, *arguments = shlex.split(line, comments=True)
    command = typer.main.get_command(app).commands[name]
    command.make_context(name, arguments)  # raises on an unknown option or a bad value


@pytest.mark.parametrize("line", MAKE_LINES)
def test_the_readmes_make_targets_exist(line):
    target = shlex.split(line, comments=True)[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_the_two_commands_stand_at_the_top():
    assert [line.split()[1] for line in MAKE_LINES[:2]] == ["chat", "test"]
    assert README.index("make chat") < 400


def test_the_settings_table_names_every_setting_with_its_description():
    assert generate.with_settings(README) == README, "run: python docs/generate.py"
    for name, field in Settings.model_fields.items():
        assert f"`WITNESS_{name.upper()}`" in README
        assert field.description, f"{name} says why one would set it"


def test_the_command_line_page_is_the_command_lines_own_help():
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == generate.cli_reference(), (
        "run: python docs/generate.py"
    )


def test_the_tree_in_the_architecture_page_is_the_tree():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert page == generate.with_tree(page), "run: python docs/generate.py"


def test_links_in_the_docs_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
