"""Subtitle files beside a video: ``clip.srt``, ``clip.en.vtt`` for ``clip.mp4``, whatever the case."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexer.discovery import VIDEO_SUFFIXES, printable
from indexer.texts.cues import MAX_FILE_BYTES, decode, parse_cues
from indexer.texts.model import TextSource, TimedText

SUFFIXES = frozenset({".srt", ".vtt"})
_MIDDLE = re.compile(r"(?:\.[\w-]{1,20}){0,3}")
"""Language and kind: ``.en``, ``.zh-Hans``, ``.en.forced``."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """One subtitle file."""

    path: Path
    state: str
    """Size and time of its last change."""

    @property
    def name(self) -> str:
        """Its file name, printable."""
        return printable(self.path.name)

    def read(self) -> tuple[list[TimedText], int]:
        """Read its subtitles, and how many blocks of it could not be read.

        Raises:
            OSError: It cannot be read.
        """
        with self.path.open("rb") as file:
            found = parse_cues(decode(file.read(MAX_FILE_BYTES)))
        texts = [TimedText(cue.span, cue.text, TextSource.SUBTITLES, self.name) for cue in found.cues]
        return texts, found.skipped


def find_sidecars(video: Path) -> list[Sidecar] | None:
    """Return the subtitle files that belong to a video, by name; None when its folder cannot be listed."""
    try:
        names = _names(video.parent, video.parent.stat().st_mtime_ns)
    except OSError:
        return None
    others = {Path(name).stem.casefold() for name in names if Path(name).suffix.lower() in VIDEO_SUFFIXES}
    found = [_sidecar(video.parent / name) for name in names if _belongs(name, video.stem.casefold(), others)]
    return [sidecar for sidecar in found if sidecar is not None]


@lru_cache(maxsize=16)
def _names(folder: Path, mtime_ns: int) -> tuple[str, ...]:
    """List the videos and subtitle files of a folder; its time tells whether the list is still true."""
    wanted = SUFFIXES | VIDEO_SUFFIXES
    return tuple(sorted(path.name for path in folder.iterdir() if path.suffix.lower() in wanted))


def _belongs(name: str, stem: str, others: set[str]) -> bool:
    """Tell whether a file's name is the video's with a language at most; another video may fit it better."""
    own = Path(name).stem.casefold()
    if Path(name).suffix.lower() not in SUFFIXES or not own.startswith(stem):
        return False
    if own != stem and any(len(other) > len(stem) and own.startswith(other) for other in others):
        return False
    return _MIDDLE.fullmatch(own.removeprefix(stem)) is not None


def _sidecar(path: Path) -> Sidecar | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_FILE_BYTES:
        return None
    return Sidecar(path, f"{facts.st_size} {facts.st_mtime_ns}")
