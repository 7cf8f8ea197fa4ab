"""What becomes of a recording's start and camera when its file gets another name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.clock.choosing import Sources, choose_start
from indexer.clock.container import ContainerStart
from indexer.clock.file_names import camera_from_name, start_from_name
from indexer.clock.start import RecordingStart, StartSource, format_clock
from indexer.clock.zones import find_zone, localise

_STAYS = (StartSource.GIVEN, StartSource.BURNED_IN)
_EARLIER_NAME = "told by the name that the file had before it was renamed"


def start_after_renaming(
    known: RecordingStart | None, old: Path, new: Path, *, zone_name: str, now: datetime | None = None
) -> RecordingStart | None:
    """Return a recording's start once its file has another name; None when it still is not known.

    What a person said and what the picture shows do not depend on a name. A new name that tells a time counts
    as that of a new file does. One that tells none takes nothing away: cameras name files better than people.

    Args:
        known: Its start as it was known.
        old: The path that it had.
        new: The path that it has.
        zone_name: IANA zone of times without an offset; "" is the machine's.
        now: Nothing was recorded after it; default: the machine's clock.
    """
    if known is not None and known.source in _STAYS:
        return known
    named = start_from_name(new)
    if named is not None and named == start_from_name(old):
        return known
    by_name = known is not None and known.source is StartSource.FILE_NAME
    if named is None:
        return _with_remark(known, _EARLIER_NAME) if known is not None and by_name else known
    container = ContainerStart(known.starts_at, known.error_seconds) if known and not by_name else None
    zone = find_zone(zone_name)
    modified = _modified(new)
    sources = Sources(
        named=named, container=container, modified=localise(modified, zone) if modified else None
    )
    chosen = choose_start(sources, zone, now or datetime.now(UTC))
    if chosen is None or known is None or not by_name or chosen.starts_at == known.starts_at:
        return chosen or known
    said = f"{known.starts_at:%Y-%m-%d} {format_clock(known.starts_at)}"
    return _with_remark(chosen, f"the name that the file had before it was renamed says {said}")


def camera_after_renaming(known: str, old: Path, new: Path) -> str:
    """Return a recording's camera once its file has another name: another one only where a name told it."""
    told = camera_from_name(new)
    return told if told and known in ("", camera_from_name(old)) else known


def _with_remark(start: RecordingStart, remark: str) -> RecordingStart:
    if remark in start.remark:
        return start
    return replace(start, remark="; ".join(filter(None, [start.remark, remark])))


def _modified(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
