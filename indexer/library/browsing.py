"""A page of a library's videos: filtered, sorted and cut out by the database, however many there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from indexer.library import rows
from indexer.library.catalog import Catalog
from indexer.library.records import VideoRecord, VideoStatus

_STATUS = """
CASE WHEN v.fingerprint != '' THEN
    CASE WHEN EXISTS (SELECT 1 FROM unseen u WHERE u.video_id = v.video_id AND u.fingerprint = v.fingerprint)
         THEN 'partial' ELSE 'ready' END
WHEN j.video_id IS NULL THEN 'failed'
WHEN j.running THEN 'indexing'
ELSE 'queued' END"""
"""As `indexer.library.rows` tells it."""

_FROM = "FROM videos v LEFT JOIN jobs j ON j.video_id = v.video_id"


class Order(StrEnum):
    """By what videos are sorted."""

    NAME = "name"
    START = "start"
    ADDED = "added"
    DURATION = "duration"
    STATUS = "status"


_KEYS = {
    Order.NAME: "v.name COLLATE NOCASE",
    Order.START: "julianday(v.starts_at)",
    Order.ADDED: "v.rowid",
    Order.DURATION: "v.duration_seconds",
    Order.STATUS: "CASE status WHEN 'indexing' THEN 0 WHEN 'queued' THEN 1 WHEN 'failed' THEN 2"
    " WHEN 'partial' THEN 3 ELSE 4 END",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Which videos are wanted."""

    words: str = ""
    """Each of them occurs in the name, the camera or the folder."""
    status: VideoStatus | None = None
    order: Order = Order.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the videos that are wanted."""

    videos: tuple[VideoRecord, ...]
    total: int
    """How many there are on all pages."""


def find_page(catalog: Catalog, wish: Wish, *, offset: int, limit: int) -> Page:
    """Return the wanted videos from ``offset`` on, at most ``limit``; those without a start come last."""
    condition, values = _condition(wish)
    way = "DESC" if wish.descending else "ASC"
    found = catalog.query(
        f"SELECT v.video_id, {_STATUS} AS status, COUNT(*) OVER () AS total {_FROM}"
        f" WHERE {condition} ORDER BY {_KEYS[wish.order]} {way} NULLS LAST, v.name COLLATE NOCASE, v.video_id"
        " LIMIT ? OFFSET ?",
        *values, limit, offset,
    )  # fmt: skip
    if not found:
        return Page((), 0 if offset == 0 else find_page(catalog, wish, offset=0, limit=1).total)
    return Page(_records(catalog, [row["video_id"] for row in found]), found[0]["total"])


def count_by_status(catalog: Catalog) -> dict[VideoStatus, int]:
    """Return how many videos there are of each status that occurs."""
    found = catalog.query(f"SELECT {_STATUS} AS status, COUNT(*) AS count {_FROM} GROUP BY status")
    return {VideoStatus(row["status"]): row["count"] for row in found}


def _condition(wish: Wish) -> tuple[str, list[object]]:
    parts, values = ["1"], list[object]()
    if wish.status is not None:
        parts.append("status = ?")
        values.append(wish.status.value)
    for word in wish.words.split():
        parts.append("(v.name || ' ' || v.camera || ' ' || CAST(v.path AS TEXT)) LIKE ? ESCAPE '\\'")
        values.append("%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%")
    return " AND ".join(parts), values


def _records(catalog: Catalog, video_ids: list[str]) -> tuple[VideoRecord, ...]:
    """Read whole records, which counts segments, of these videos only."""
    found = catalog.query(
        rows.VIDEOS + " WHERE v.video_id IN (SELECT value FROM json_each(?))",  # noqa: S608 - no input
        json.dumps(video_ids),
    )
    records = {
        row["video_id"]: rows.video_record(
            row, tuple(catalog.unseen(row["video_id"])) if row["has_gaps"] else ()
        )
        for row in found
    }
    return tuple(records[video_id] for video_id in video_ids if video_id in records)
