"""The house's layout: imports go one way, nothing heavy or hidden happens at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = ["prompts", "indexer", "assistant", "app"]
"""Each package may import itself and those before it."""

FILES = [path for package in ORDER for path in sorted((ROOT / package).rglob("*.py"))]


def imported_modules(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    package = path.relative_to(ROOT).parts[0]
    later = set(ORDER[ORDER.index(package) + 1 :]) | {"tests", "bench"}
    roots = {module.split(".")[0] for module in imported_modules(path)}
    assert not roots & later


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_stays_in_its_package(path):
    package = path.relative_to(ROOT).parts[0]
    roots = {module.split(".")[0] for module in imported_modules(path)}
    if package not in ("assistant",):
        assert not roots & {"langchain", "langchain_core", "langgraph", "langchain_openai"}
    if package != "app":
        assert not roots & {"streamlit", "typer", "rich", "starlette", "uvicorn"}
    if package in ("prompts", "assistant"):
        assert not roots & {"chromadb", "cv2", "av", "torch", "rapidocr"}


def test_the_command_line_starts_without_the_heavy_libraries():
    script = (
        "import sys, app.cli\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'streamlit', 'langchain', 'langgraph',"
        " 'chromadb', 'rapidocr', 'onnxruntime'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_module_says_what_it_is():
    silent = [
        str(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
