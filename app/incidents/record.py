"""The report as one JSON value: what was marked, what it shows, and all that is needed to check it again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.incidents.canonical import seal
from app.incidents.made_with import made_with
from app.incidents.model import Incident, KeptFrame, Moment
from app.incidents.rows import write_time_base
from app.incidents.sources import file_hash
from indexer.errors import LibraryError, MediaError
from indexer.media.evidence import SUFFIXES, Clip

if TYPE_CHECKING:
    from app.incidents.desk import IncidentDesk

FORMAT = "witness incident report"
SCHEMA_VERSION = 1
SEALED = ("incident", "report", "made_with")
"""Parts with one seal each; every source and every moment has its own."""

OnProgress = Callable[[float, str], None]
"""Told the share that is done, 0 to 1, and what is being done."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its record and the clips that go with it."""

    record: dict[str, Any]
    clips: dict[str, Path]
    """File of each clip by the name that the record gives it."""


def build_report(
    desk: IncidentDesk,
    incident_id: str,
    folder: Path,
    *,
    author: str,
    on_progress: OnProgress = lambda _share, _doing: None,
) -> Report:
    """Put a report together: hash the sources, cut the clips, and write down what was kept.

    Args:
        desk: The incidents.
        incident_id: The incident.
        folder: Where the clips are written.
        author: Who makes the report.
        on_progress: Told how far it is.

    Raises:
        LibraryError: There is no such incident, or there is nothing in it.
    """
    incident, moments = desk.store.incident(incident_id), desk.store.moments(incident_id)
    if not moments:
        raise LibraryError(
            f"the incident {incident.name!r} has no moments yet: add one, then make its report"
        )
    builder = _Builder(desk, moments, folder, on_progress)
    record: dict[str, Any] = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "incident": _incident(incident),
        "report": {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), "made_by": author},
        "sources": builder.sources(),
        "moments": builder.moments(),
        "made_with": made_with(desk.library, desk.settings),
    }
    record["seals"] = seals(record)
    on_progress(1.0, "done")
    return Report(record, builder.clips)


def seals(record: dict[str, Any]) -> dict[str, Any]:
    """Return the seal of each part of a record, and of the whole."""
    return {
        **{name: seal(record[name]) for name in SEALED},
        "sources": [seal(source) for source in record["sources"]],
        "moments": [seal(moment) for moment in record["moments"]],
        "whole": seal({name: part for name, part in record.items() if name != "seals"}),
    }


class _Builder:
    """Collects the parts that are read from the videos; the work is told by the bytes and clips done."""

    def __init__(
        self, desk: IncidentDesk, moments: list[Moment], folder: Path, on_progress: OnProgress
    ) -> None:
        self._desk = desk
        self._moments = moments
        self._folder = folder
        self._on_progress = on_progress
        self._paths: dict[str, Path] = {}
        self.clips: dict[str, Path] = {}

    def sources(self) -> list[dict[str, Any]]:
        """Hash each video once."""
        known = {moment.video_id: moment.known.get("video", {}) for moment in self._moments}
        return [
            self._source(video_id, facts, number / len(known), 1 / len(known))
            for number, (video_id, facts) in enumerate(known.items())
        ]

    def _source(self, video_id: str, facts: dict[str, Any], done: float, share: float) -> dict[str, Any]:
        told = {**facts, "video_id": video_id}
        name, size = str(facts.get("name", video_id)), max(1, int(facts.get("size_bytes") or 1))
        read = 0

        def on_read(count: int) -> None:
            nonlocal read
            read += count
            self._on_progress(0.7 * (done + share * min(1.0, read / size)), f"reading {name}")

        try:
            path = self._desk.library.file_of(video_id)
            digest = file_hash(path, on_read)
        except (MediaError, LibraryError) as error:  # also when the video was taken out of the library
            return {**told, "state": "missing", "remark": str(error), "sha256": None}
        if not digest.startswith(video_id):
            remark = f"{path} holds another video by now"
            return {**told, "state": "missing", "remark": remark, "sha256": None}
        self._paths[video_id] = path
        return {**told, "path": str(path), "state": "present", "remark": "", "sha256": digest}

    def moments(self) -> list[dict[str, Any]]:
        """Write down every moment, with its clip cut."""
        told = []
        for place, moment in enumerate(self._moments):
            self._on_progress(0.7 + 0.3 * place / len(self._moments), f"cutting clip {place + 1}")
            told.append(self._moment(place + 1, moment))
        return told

    def _moment(self, number: int, moment: Moment) -> dict[str, Any]:
        clip, clip_remark = self._clip(number, moment)
        return {
            "number": number,
            "video_id": moment.video_id,
            "video": moment.video_name,
            "start_seconds": moment.span.start_seconds,
            "end_seconds": moment.span.end_seconds,
            "wall_clock": moment.known.get("wall_clock"),
            "note": moment.note,
            "question": moment.question,
            "answer": moment.answer,
            "captions": moment.known.get("captions", []),
            "texts": moment.known.get("texts", []),
            "notes": moment.known.get("notes", []),
            "not_seen": moment.known.get("not_seen", []),
            "index": moment.known.get("index"),
            "marked_at": moment.created_at.isoformat(timespec="seconds"),
            "marked_by": moment.created_by,
            "remark": moment.remark,
            "frames": [self._frame(frame) for frame in moment.frames],
            "clip": clip,
            "clip_remark": clip_remark,
        }

    def _frame(self, frame: KeptFrame) -> dict[str, Any]:
        jpeg, taken = self._desk.store.picture(frame.frame_id), frame.taken
        return {
            "asked_seconds": frame.asked_seconds,
            "pts": taken.pts,
            "time_base": write_time_base(taken.time_base),
            "pts_seconds": taken.pts_seconds,
            "width": taken.width,
            "height": taken.height,
            "pixel_format": taken.pixel_format,
            "sha256": taken.sha256,
            "miniature": taken.miniature,
            "picture": {
                "media_type": "image/jpeg",
                "sha256": hashlib.sha256(jpeg).hexdigest(),
                "base64": base64.b64encode(jpeg).decode(),
            },
        }

    def _clip(self, number: int, moment: Moment) -> tuple[dict[str, Any] | None, str]:
        path = self._paths.get(moment.video_id)
        if path is None:
            return None, "the file of the video is not there, so no clip was cut"
        stream = moment.known.get("video", {}).get("stream")
        try:
            clip = self._desk.decoder.cut(path, moment.span, stream=stream)
        except MediaError as error:
            return None, str(error)
        name = f"clip-{number:02d}{SUFFIXES[clip.container]}"
        self.clips[name] = self._folder / name
        self.clips[name].write_bytes(clip.data)
        return _clip(name, clip, moment), ""


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "incident_id": incident.incident_id,
        "name": incident.name,
        "status": incident.status.value,
        "notes": incident.notes,
        "created_at": incident.created_at.isoformat(timespec="seconds"),
        "created_by": incident.created_by,
        "changed_at": incident.changed_at.isoformat(timespec="seconds"),
    }


def _clip(name: str, clip: Clip, moment: Moment) -> dict[str, Any]:
    return {
        "file": name,
        "sha256": hashlib.sha256(clip.data).hexdigest(),
        "size_bytes": len(clip.data),
        "container": clip.container,
        "start_seconds": clip.span.start_seconds,
        "end_seconds": clip.span.end_seconds,
        "moment_at_seconds": moment.span.start_seconds - clip.span.start_seconds,
        "encoded_again": False,
        "first_pts": clip.first_pts,
        "time_base": write_time_base(clip.time_base),
        "packets": clip.packets,
        "packets_sha256": clip.packets_sha256,
        "remark": clip.remark,
    }
