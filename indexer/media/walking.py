"""What the child answers with: frames at given seconds, a full walk, and where nothing could be seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from av.video.frame import VideoFrame

from indexer.errors import DamagedVideo, TimeOutsideVideo
from indexer.media.index import PacketIndex
from indexer.media.pictures import Painter
from indexer.media.samples import Sample, WalkPlan
from indexer.media.sampling import LEAD_SECONDS, Sampler
from indexer.media.video_file import VideoFile, VideoFiles
from indexer.timeline import Frame, Span, Unseen, format_seconds

DAMAGED = "damaged: the pictures cannot be decoded, or only in part"
NO_FRAMES = "no frames are stored here: the recording paused or a part of the file is lost"
ENDS_EARLY = "the file ends early: the rest of the recording is missing"
BREAKS_OFF = "the file breaks off here, in the middle of its data: what came after it is missing"
_QUIET_GAP_FRAMES = 2
"""Index entries without a frame that are no damage: a codec's invisible frames, a second field."""


def frames_at(
    files: VideoFiles, path: Path, seconds: Sequence[float], max_side: int | None
) -> Iterator[tuple[Frame, list[int]]]:
    """Decode the frames displayed at these times, in one pass.

    Yields:
        Each frame once, with the places in ``seconds`` that it answers.

    Raises:
        TimeOutsideVideo: A time lies before 0 or at or past the end.
        DamagedVideo: Nothing up to one of the times can be decoded.
    """
    for _, _, frame, places in decoded_at(files, path, seconds, max_side):
        yield frame, places


def decoded_at(
    files: VideoFiles, path: Path, seconds: Sequence[float], max_side: int | None
) -> Iterator[tuple[VideoFrame, int, Frame, list[int]]]:
    """As `frames_at`, with each frame as it was decoded and its PTS before it."""
    video = files.get(path)
    places: dict[int, list[int]] = {}
    for place, time in enumerate(seconds):
        check_inside(video, time)
        places.setdefault(video.index.displayed_at(time), []).append(place)
    painter, missed = Painter(video.geometry, max_side), []
    with files.reader(video, places) as reader:
        for pts in sorted(places):
            decoded = reader.frame_at(pts)
            if decoded is None or decoded.pts != pts:
                missed.append(pts)
            else:
                yield decoded, pts, _painted(video, painter, decoded, pts), places[pts]
    if not missed:
        return
    # Around damage, several threads do not tell which frames are good, and it matters what else is asked for.
    with files.reader(video, missed, alone=True) as reader:
        for pts in missed:
            decoded = reader.frame_at(pts)
            if decoded is None or decoded.pts is None:
                at = format_seconds(video.index.seconds(pts))
                raise DamagedVideo(f"{video.name} is damaged: no frame up to {at} can be decoded.")
            yield decoded, decoded.pts, _painted(video, painter, decoded, decoded.pts), places[pts]


def _painted(video: VideoFile, painter: Painter, decoded: VideoFrame, pts: int) -> Frame:
    return Frame(max(0.0, video.index.seconds(pts)), painter.rgb(decoded))


def walk_full(files: VideoFiles, path: Path, plan: WalkPlan) -> Iterator[Sample | Unseen]:
    """Decode and measure every frame from ``plan.start_seconds`` on.

    Yields:
        Samples in the order of time and, between them, the spans that could not be decoded.

    Raises:
        DamagedVideo: Not one of the frames can be decoded.
    """
    video, sampler = files.get(path), Sampler(plan)
    first, last = _first_from(video.index, plan.start_seconds - LEAD_SECONDS), len(video.index.pts)
    damage = _LostFrames(video, plan.start_seconds, video.index.gaps())
    yield from _measure(files, video, range(first, last), sampler, damage, plan.start_seconds)
    yield from damage.rest()


def walk_span(
    files: VideoFiles, path: Path, sampler: Sampler, pts: tuple[int, int | None], start_seconds: float
) -> Iterator[Sample | Unseen]:
    """Decode and measure every frame of a part of a video.

    Args:
        files: The files that are known.
        path: The video file.
        sampler: Measures them; has seen what comes before.
        pts: First PTS, and the one before which the part ends; None for the video's end.
        start_seconds: Nothing before this time is told.
    """
    video = files.get(path)
    index = video.index
    first = index.position(pts[0] - 1) + 1
    last = len(index.pts) if pts[1] is None else index.position(pts[1] - 1) + 1
    # In a part with an end, the walk by levels tells of holes itself.
    gaps = [gap for gap in index.gaps() if gap[1] > pts[0]] if pts[1] is None else []
    damage = _LostFrames(video, start_seconds, gaps)
    try:
        is_damaged = pts[1] is not None  # or nobody has found anything yet
        yield from _measure(
            files, video, range(first, last), sampler, damage, start_seconds, is_damaged=is_damaged
        )
    except DamagedVideo:
        yield Unseen(
            Span(index.seconds(pts[0]), index.seconds(index.end if pts[1] is None else pts[1])), DAMAGED
        )
        return
    yield from damage.close(index.seconds(index.end if pts[1] is None else pts[1]))


def missing(files: VideoFiles, path: Path, start_seconds: float) -> Iterator[Unseen]:
    """Tell of the stretches without frames, and of the end that the file lacks."""
    video = files.get(path)
    yield from _LostFrames(video, start_seconds, video.index.gaps()).rest()


def _measure(
    files: VideoFiles,
    video: VideoFile,
    places: range,
    sampler: Sampler,
    damage: _LostFrames,
    start_seconds: float,
    *,
    is_damaged: bool = False,
) -> Iterator[Sample | Unseen]:
    """Decode and measure the frames at these places of the index, which may be known to be damaged."""
    index = video.index
    wanted = [int(pts) for pts in index.pts[places.start : places.stop]]
    given: int | None = None
    with closing(_decoded(files, video, wanted, is_damaged=is_damaged)) as frames:
        for pts, decoded, is_lost in frames:
            reached = decoded.pts if decoded is not None else None
            yield from damage.note(pts, reached, is_lost=is_lost)
            if decoded is not None and reached is not None and reached != given and reached >= wanted[0]:
                given = reached
                sample = sampler.sample(max(0.0, index.seconds(reached)), decoded, video.geometry)
                if sample.pts_seconds >= start_seconds - 1e-6:
                    yield sample
    if wanted and given is None:
        raise DamagedVideo(f"{video.name} is damaged: none of its frames can be decoded.")


def _decoded(
    files: VideoFiles, video: VideoFile, wanted: Sequence[int], *, is_damaged: bool
) -> Generator[tuple[int, VideoFrame | None, bool]]:
    """Decode frames of rising PTS: yield each PTS, the last good frame up to it, and whether its own is lost.

    Several threads do not tell which frames are good around damage: from the first one on, one decodes all.
    """
    done = 0
    if not is_damaged:
        with files.reader(video, wanted) as reader:
            for pts in wanted:
                decoded = reader.frame_at(pts)
                is_lost = (decoded is None or decoded.pts != pts) and reader.has_lost(pts)
                if is_lost:
                    break
                yield pts, decoded, False
                done += 1
    if done == len(wanted):
        return
    with files.reader(video, wanted, alone=True) as reader:
        for pts in wanted[done:]:
            decoded = reader.frame_at(pts)
            yield pts, decoded, (decoded is None or decoded.pts != pts) and reader.has_lost(pts)


class _LostFrames:
    """Keeps the book of wanted frames that did not come."""

    def __init__(self, video: VideoFile, start_seconds: float, gaps: Sequence[tuple[int, int]]) -> None:
        self._video = video
        self._start_seconds = start_seconds
        self._lost_from: float | None = None
        self._gaps = deque(gaps)

    def note(self, wanted: int, reached: int | None, *, is_lost: bool) -> Iterator[Unseen]:
        """Enter one wanted PTS and the one that came; yield the damage that ends with it."""
        yield from self._gaps_until(wanted)
        if reached == wanted:
            yield from self.close(self._video.index.seconds(wanted))
            return
        place = self._video.index.position(reached) if reached is not None else -1
        gap = self._video.index.position(wanted) - place
        if self._lost_from is None and (is_lost or gap > _QUIET_GAP_FRAMES):
            self._lost_from = self._video.index.seconds(int(self._video.index.pts[place + 1]))

    def rest(self) -> Iterator[Unseen]:
        """Return the damage that lasts to the end, and the end that is missing."""
        info = self._video.info
        yield from self._gaps_until(self._video.index.end)
        yield from self.close(info.duration_seconds)
        yield from self._torn_end()
        if info.missing_end is not None:
            yield Unseen(info.missing_end, ENDS_EARLY)

    @property
    def _breaks_off(self) -> bool:
        """Whether the end is missing, and nobody knows how much of it."""
        return self._video.breaks_off and self._video.info.missing_end is None

    def _torn_end(self) -> Iterator[Unseen]:
        """Tell of frames before the last ones whose data lay behind them, and are cut off."""
        video, index = self._video, self._video.index
        if not video.breaks_off and video.info.missing_end is None:
            return
        for start, end in index.torn_end():
            yield from self._unseen(index.seconds(start), index.seconds(end), ENDS_EARLY)
        if self._breaks_off:
            last = index.seconds(int(index.pts[-1]))
            yield from self._unseen(last, video.info.duration_seconds, BREAKS_OFF)

    def close(self, end_seconds: float) -> Iterator[Unseen]:
        """Yield the damage that lasts until ``end_seconds``."""
        start, self._lost_from = self._lost_from, None
        if start is not None:
            is_last = end_seconds >= self._video.info.duration_seconds
            reason = BREAKS_OFF if is_last and self._breaks_off else DAMAGED
            yield from self._unseen(start, end_seconds, reason)

    def _gaps_until(self, pts: int) -> Iterator[Unseen]:
        index = self._video.index
        while self._gaps and self._gaps[0][1] <= pts:
            start, end = self._gaps.popleft()
            yield from self._unseen(index.seconds(start), index.seconds(end), NO_FRAMES)

    def _unseen(self, start_seconds: float, end_seconds: float, reason: str) -> Iterator[Unseen]:
        start_seconds = max(start_seconds, self._start_seconds)
        if end_seconds > start_seconds:
            yield Unseen(Span(start_seconds, end_seconds), reason)


def _first_from(index: PacketIndex, seconds: float) -> int:
    """Place of the first frame displayed at or after ``seconds``, a microsecond generous."""
    if seconds <= 0:
        return 0
    place = index.position(index.displayed_at(seconds))
    return place if index.seconds(int(index.pts[place])) >= seconds - 1e-6 else place + 1


def check_inside(video: VideoFile, seconds: float) -> None:
    """Refuse a time at which nothing of the video is displayed.

    Raises:
        TimeOutsideVideo: It lies before 0 or at or past the end.
    """
    duration = video.info.duration_seconds
    if not 0 <= seconds < duration:
        end = f"{format_seconds(duration)} ({duration:.3f} s)"
        lasts = f"lasts {end}"
        if video.info.missing_end is not None:
            lasts = f"ends early, at {end} of {format_seconds(video.info.promised_seconds)}"
        elif video.breaks_off:  # it tells no length that could be named
            lasts = f"breaks off in the middle of its data, at {end}"
        raise TimeOutsideVideo(
            f"{video.name} {lasts}: "
            f"nothing is displayed at {seconds:g} s. Ask for a time from 0 to before that end."
        )
