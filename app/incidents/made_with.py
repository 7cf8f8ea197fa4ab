"""What a report was made with: versions, settings, prompts and models, for the record."""

from __future__ import annotations

import hashlib
import platform
import sqlite3
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import av
from pydantic import SecretStr

import prompts
from indexer.settings import Settings

if TYPE_CHECKING:
    from indexer.library.library import Library

_PACKAGES = (
    "av",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "streamlit",
    "reportlab",
    "torch",
    "transformers",
)


def made_with(library: Library, settings: Settings) -> dict[str, Any]:
    """Collect it; secrets, and what addresses of servers hold of them, are left out."""
    fingerprint = library.fingerprint
    return {
        "versions": versions(),
        "settings": shown_settings(settings),
        "prompts": [{"name": name, "sha256": _prompt_hash(name)} for name in prompts.names()],
        "index": {
            "vision": fingerprint.vision,
            "caption_prompt": fingerprint.prompt,
            "language": fingerprint.language,
            "embedding": fingerprint.embedding,
            "segmenting": fingerprint.segmenting,
        }
        if fingerprint
        else None,
    }


def versions() -> dict[str, str]:
    """Return the versions of Witness, of what decodes, and of what it stands on."""
    found = {
        "witness": _version("witness-video"),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
        "ffmpeg": str(getattr(av, "ffmpeg_version_info", "")),
        "sqlite": sqlite3.sqlite_version,
        **{name: _version(name) for name in _PACKAGES},
    }
    libraries = {name: ".".join(map(str, number)) for name, number in av.library_versions.items()}
    return {name: version for name, version in {**found, **libraries}.items() if version}


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings without secrets."""
    return {
        name: _shown(getattr(settings, name))
        for name in sorted(type(settings).model_fields)
        if not isinstance(getattr(settings, name), SecretStr)
    }


def _shown(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, str) and "@" in value and "://" in value:
        parts = urlsplit(value)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    if isinstance(value, tuple | list | frozenset | set):
        return [_shown(each) for each in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _prompt_hash(name: str) -> str:
    text = resources.files(prompts).joinpath(f"{name}.md").read_bytes()
    return hashlib.sha256(text).hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
