"""Find out when a recording started, from everything that its file tells, and keep it in the catalog."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from indexer.clock.burned_in import MAX_SIDE, FramesAt, TextReader, read_burned_in
from indexer.clock.choosing import Sources, choose_start
from indexer.clock.container import start_from_container
from indexer.clock.file_names import camera_from_name, start_from_name
from indexer.clock.shown import start_from_clock
from indexer.clock.start import RecordingStart, StartSource
from indexer.clock.zones import find_zone, localise
from indexer.errors import WitnessError
from indexer.library.catalog import Catalog
from indexer.media.decoder import Decoder
from indexer.media.info import VideoInfo
from indexer.settings import Settings
from indexer.timeline import Frame
from indexer.vision.observing.ocr import Ocr

_log = logging.getLogger(__name__)


def note_start(
    catalog: Catalog,
    decoder: Decoder,
    settings: Settings,
    video_id: str,
    path: Path,
    info: VideoInfo,
    reader: Callable[[], TextReader] | None = None,
) -> None:
    """Store the start and the camera of a video, unless a person has said them.

    Args:
        catalog: Where it is kept.
        decoder: Shows frames, for the clock in the picture.
        settings: The time zone, and whether the picture is read.
        video_id: The video.
        path: Its file.
        info: What probing found.
        reader: Builds the text reader; by default the one that comes with RapidOCR, shared by all videos.
    """
    known = catalog.video(video_id)
    if known is None:
        return
    if not known.camera:
        catalog.set_camera(video_id, camera_from_name(path))
    if known.start is not None and known.start.source is StartSource.GIVEN:
        return

    def frames_at(seconds: Sequence[float]) -> list[Frame]:
        return decoder.frames_at(path, seconds, max_side=MAX_SIDE, stream=known.stream)

    start, remark = find_start(
        path,
        info,
        zone_name=settings.timezone,
        frames_at=frames_at if settings.read_clock else None,
        reader=reader or _shared_reader,
    )
    catalog.set_start(video_id, start, remark)


def find_start(
    path: Path,
    info: VideoInfo,
    *,
    zone_name: str,
    frames_at: FramesAt | None,
    reader: Callable[[], TextReader],
    now: datetime | None = None,
) -> tuple[RecordingStart | None, str]:
    """Return when a recording started, None when nothing tells, and what to tell of a clock without use.

    Args:
        path: The file; its name may tell, and when it was written helps to tell one day from another.
        info: What its container says.
        zone_name: IANA zone of times without an offset; "" is the machine's.
        frames_at: Shows frames, for the clock in the picture; None leaves that out.
        reader: Builds the text reader when there is something to read.
        now: Nothing was recorded after it; default: the machine's clock.
    """
    now, zone = now or datetime.now(UTC), find_zone(zone_name)
    sightings = []
    if frames_at is not None:
        try:
            sightings = read_burned_in(frames_at, info.duration_seconds, reader())
        except WitnessError as error:  # the start is a help; that it cannot be read ends no indexing
            _log.debug("the clock in %s cannot be read: %s", path.name, error)
    shown, remark = start_from_clock(sightings, info.duration_seconds)
    try:
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        modified = None
    sources = Sources(
        shown=shown,
        named=start_from_name(path),
        container=start_from_container(info.recorded_at, info.duration_seconds, now),
        modified=localise(modified, zone) if modified else None,
        remark=remark,
    )
    return choose_start(sources, zone, now), remark


@cache
def _shared_reader() -> Ocr:
    """Return the one text reader that all videos share: its models take memory."""
    return Ocr()
