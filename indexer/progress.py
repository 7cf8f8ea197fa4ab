"""What happens while files are indexed, as events that every face can show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileSkipped:
    """Nothing to do for a file."""

    path: Path
    reason: str
    """"already indexed", "same content as …"."""
    unseen_reason: str = ""
    """What of it could not be seen when it was indexed, "" when all of it was."""


@dataclass(frozen=True, slots=True)
class FileMoved:
    """A known content lies somewhere else by now; what follows says whether there is more to do for it."""

    path: Path
    old_path: Path


@dataclass(frozen=True, slots=True)
class FileReplaced:
    """Other content lies at the path of an indexed video; what was indexed of that is kept."""

    path: Path
    handle: str
    """What the video that lay there before is called from now on."""


@dataclass(frozen=True, slots=True)
class FilesQueued:
    """How much there is to do; comes once, before the first file starts."""

    paths: tuple[Path, ...]
    total_bytes: int
    watching: bool
    """True when another process owns the library and does the work."""


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file is."""

    path: Path
    done_seconds: float
    total_seconds: float


@dataclass(frozen=True, slots=True)
class FileIndexed:
    """A file is published."""

    path: Path
    video_seconds: float
    segments: int
    unseen_reason: str
    """"" when all of it was seen."""


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file cannot be used; the others go on."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class RuleAsked:
    """How many segments of a file a watch rule has been asked of."""

    path: Path
    rule: str
    done: int
    total: int


IndexEvent = (
    FileSkipped | FileMoved | FileReplaced | FilesQueued | FileProgress | FileIndexed | FileFailed | RuleAsked
)
