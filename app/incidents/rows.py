"""Between the rows of the incidents' file and what they mean."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from fractions import Fraction
from typing import Any

from app.incidents.model import Incident, IncidentStatus, KeptFrame, Moment, NewFrame
from indexer.media.evidence import FramePrint
from indexer.timeline import Span


def read_incident(row: sqlite3.Row) -> Incident:
    """Read an incident, given with the number of its moments."""
    return Incident(
        incident_id=row["incident_id"],
        name=row["name"],
        status=IncidentStatus(row["status"]),
        notes=row["notes"],
        created_at=datetime.fromisoformat(row["created_at"]),
        created_by=row["created_by"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
        moment_count=row["moments"],
    )


def read_moment(row: sqlite3.Row, frames: tuple[KeptFrame, ...]) -> Moment:
    """Read a moment."""
    return Moment(
        moment_id=row["moment_id"],
        incident_id=row["incident_id"],
        video_id=row["video_id"],
        span=Span(row["start_seconds"], row["end_seconds"]),
        known=json.loads(row["known_json"]),
        question=row["question"],
        answer=None if row["answer_json"] is None else json.loads(row["answer_json"]),
        note=row["note"],
        remark=row["remark"],
        created_at=datetime.fromisoformat(row["created_at"]),
        created_by=row["created_by"],
        frames=frames,
    )


def kept_frame(row: sqlite3.Row) -> KeptFrame:
    """Read a frame, without its picture."""
    taken = FramePrint(
        pts=row["pts"],
        time_base=Fraction(row["time_base"]),
        pts_seconds=row["pts_seconds"],
        width=row["width"],
        height=row["height"],
        pixel_format=row["pixel_format"],
        sha256=row["sha256"],
        miniature=row["miniature"],
    )
    return KeptFrame(row["frame_id"], row["asked_seconds"], taken)


def frame_values(frame: NewFrame) -> tuple[Any, ...]:
    """Write a frame in the order of its columns, after its moment."""
    taken = frame.taken
    return (
        frame.asked_seconds, taken.pts, write_time_base(taken.time_base), taken.pts_seconds, taken.width,
        taken.height, taken.pixel_format, taken.sha256, taken.miniature, frame.jpeg,
    )  # fmt: skip


def write_time_base(time_base: Fraction) -> str:
    """Write a time base as ffmpeg does, ``1/90000``."""
    return f"{time_base.numerator}/{time_base.denominator}"
