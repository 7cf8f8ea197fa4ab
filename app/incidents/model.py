"""An incident and the moments in it, as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from indexer.errors import LibraryError
from indexer.media.evidence import FramePrint
from indexer.timeline import Span

INCIDENT_NAME_LENGTH = 200
NOTES_LENGTH = 20_000
"""Characters of the notes on an incident, and of the note on a moment."""
MOST_FRAMES = 12
"""Frames of one moment."""
PERSON_NAME_LENGTH = 80


class AlreadyMarked(LibraryError):
    """The very same moment is in the incident already."""


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, without its moments."""

    incident_id: str
    name: str
    status: IncidentStatus
    notes: str
    created_at: datetime
    created_by: str
    changed_at: datetime
    moment_count: int = 0


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """A frame as it was decoded when its moment was marked; its picture is `IncidentStore.picture`."""

    frame_id: int
    asked_seconds: float
    """The second that was chosen; the frame is the one displayed then."""
    taken: FramePrint


@dataclass(frozen=True, slots=True)
class NewFrame:
    """A frame to keep."""

    asked_seconds: float
    taken: FramePrint
    jpeg: bytes
    """The picture for people, scaled down."""


@dataclass(frozen=True, slots=True)
class NewMoment:
    """A moment to keep."""

    video_id: str
    span: Span
    known: dict[str, Any]
    """What was known of it when it was marked, as `app.incidents.snapshot` writes it."""
    question: str = ""
    answer: dict[str, Any] | None = None
    """As ``witness ask --json`` writes it, or its text alone under ``answer``."""
    note: str = ""
    frames: tuple[NewFrame, ...] = ()
    remark: str = ""
    """Why there are no frames, where there are none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of a video in an incident; it stays when the video is gone."""

    moment_id: int
    incident_id: str
    video_id: str
    span: Span
    known: dict[str, Any]
    question: str
    answer: dict[str, Any] | None
    note: str
    remark: str
    created_at: datetime
    created_by: str
    frames: tuple[KeptFrame, ...] = field(default=())

    @property
    def video_name(self) -> str:
        """File name of the video when the moment was marked."""
        return str(self.known.get("video", {}).get("name") or self.video_id)
