"""Write the parts of the docs that follow from the code.

These are docs/cli.md, the tree in docs/architecture.md, and the settings in README.md.

Usage: python docs/generate.py
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.testing import CliRunner

from app.cli import app
from indexer.settings import Settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("prompts", "indexer", "assistant", "app")
TREE_START, TREE_END = "<!-- tree: written by docs/generate.py -->\n```\n", "```\n<!-- end of tree -->"
SETTINGS_START, SETTINGS_END = "<!-- settings: written by docs/generate.py -->\n", "<!-- end of settings -->"
_WIDTH = "100"
_NAME_WIDTH = 34


def cli_reference() -> str:
    """Return the text of docs/cli.md: every command's own help."""
    parts = ["# The command line\n\nWritten by `python docs/generate.py`; a test holds it true.\n", _help([])]
    group = typer.main.get_command(app)
    parts += [_help([name]) for name in getattr(group, "commands", {})]
    return "\n".join(parts)


def _help(command: list[str]) -> str:
    environment = {"COLUMNS": _WIDTH, "TERMINAL_WIDTH": _WIDTH, "NO_COLOR": "1", "TERM": "dumb"}
    shown = CliRunner().invoke(app, [*command, "--help"], env=environment, prog_name="witness").stdout
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"## {' '.join(['witness', *command])}\n\n```\n{lines}\n```\n"


def tree() -> str:
    """Return the packages' files, each with the first sentence of what it says of itself."""
    return "".join(line for package in PACKAGES for line in _tree_of(ROOT / package, 0))


def _tree_of(folder: Path, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent + folder.name + '/':<{_NAME_WIDTH}}{_first_sentence(folder / '__init__.py')}\n"
    indent += "  "
    for path in sorted(folder.iterdir(), key=lambda each: (each.is_dir(), each.name)):
        if path.is_dir() and (path / "__init__.py").exists():
            yield from _tree_of(path, depth + 1)
        elif path.suffix == ".py" and path.name != "__init__.py":
            yield f"{indent + path.name:<{_NAME_WIDTH}}{_first_sentence(path)}\n"


def _first_sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?]) ", paragraph)[0]


def with_tree(architecture: str) -> str:
    """Return docs/architecture.md with the tree as it is now."""
    before, _, rest = architecture.partition(TREE_START)
    _, _, after = rest.partition(TREE_END)
    return before + TREE_START + tree() + TREE_END + after


def with_settings(readme: str) -> str:
    """Return README.md with the settings as they are now."""
    before, _, rest = readme.partition(SETTINGS_START)
    _, _, after = rest.partition(SETTINGS_END)
    return before + SETTINGS_START + _settings_table() + SETTINGS_END + after


def _settings_table() -> str:
    rows = ["| variable | default | what |", "|---|---|---|"]
    for name, setting in Settings.model_fields.items():
        default = "the platform's data folder" if setting.default_factory else setting.default
        shown = "" if default in (None, ()) else default
        rows.append(f"| `WITNESS_{name.upper()}` | {shown} | {setting.description} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(with_settings(readme.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "docs/cli.md").write_text(cli_reference(), encoding="utf-8")
    page = ROOT / "docs/architecture.md"
    page.write_text(with_tree(page.read_text(encoding="utf-8")), encoding="utf-8")
