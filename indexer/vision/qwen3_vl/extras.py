"""The packages that only some ways of running Qwen3-VL need."""

from __future__ import annotations

from importlib.util import find_spec

_FOR_4BIT = ("bitsandbytes", "accelerate")
_INSTALL = "pip install 'witness-video[gpu]'"


def missing_for_4bit() -> str:
    """Say what ``--quantize 4bit`` needs and does not find, with the command that gets it; "" for nothing."""
    missing = [name for name in _FOR_4BIT if find_spec(name) is None]
    return f"--quantize 4bit needs {' and '.join(missing)}: {_INSTALL}" if missing else ""
