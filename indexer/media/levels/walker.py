"""The walk in levels: reads packets, decides group by group, and gives samples out in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from indexer.media.levels.crew import Crew, Job
from indexer.media.levels.glance import Glance, glance
from indexer.media.levels.groups import Group
from indexer.media.levels.holes import HoleWatch
from indexer.media.levels.packets import PacketReader
from indexer.media.levels.pending import KEY_SECONDS, Entry, PendingGroups
from indexer.media.levels.quiet import loudness
from indexer.media.levels.shots import Footage, Shot, Spoiled
from indexer.media.limits import DecoderLimits
from indexer.media.pictures import Painter
from indexer.media.samples import Sample, WalkPlan
from indexer.media.sampling import LEAD_SECONDS, Sampler
from indexer.media.video_file import VideoFiles, size_of
from indexer.media.walking import missing, walk_full, walk_span
from indexer.timeline import Unseen

_CONTAINERS = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts")
_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video")
"""Those whose packets tell the time of display and hold one frame each; others are walked in full."""
_SMALL_BYTES = 128 * 1024**2
"""Larger files are not opened twice at a time: what ffmpeg keeps of an open file grows with it."""
_WAIT_SECONDS = 0.25
_LEAD_SECONDS = LEAD_SECONDS + KEY_SECONDS
"""How much earlier a resumed walk begins, so that it compares the key frames that an undisturbed one does."""


def _begun(files: VideoFiles, path: Path) -> tuple[Glance, PacketReader]:
    """Look at a file and begin to read it, both at once where its tables cannot be large."""
    if size_of(path) > _SMALL_BYTES:
        return glance(files, path), PacketReader(files, path)
    reader = PacketReader(files, path)
    try:
        return glance(files, path), reader
    except BaseException:
        reader.stop()
        raise


class LevelsWalk:
    """One walk; a context manager, which ends its threads."""

    def __init__(
        self,
        files: VideoFiles,
        path: Path,
        plan: WalkPlan,
        limits: DecoderLimits,
        patched_up: Callable[[], bool],
        beat: Callable[[], None],
    ) -> None:
        self._files = files
        self._path = path
        self._plan = plan
        self._limits = limits
        self._patched_up = patched_up
        self._beat = beat
        self._sampler = Sampler(plan)
        self._glance, self._reader = _begun(files, path)
        self._painter = Painter(self._glance.geometry, plan.max_side)
        limits.allow_video(self._glance.info.duration_seconds, self._glance.info.size_bytes)
        self._crew: Crew | None = None
        self._footage: Footage | None = None
        self._pending: PendingGroups | None = None
        self._holes: HoleWatch | None = None
        self._progress = 0
        self._given: int | None = None
        self._doubtful: list[Shot] = []
        """The last ones of a group: data can be lost in them, and only what comes next be complained of."""

    def close(self) -> None:
        """End the threads."""
        if self._crew is not None:
            self._crew.stop()
        self._reader.stop()

    def __enter__(self) -> LevelsWalk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def seen(self) -> Iterator[Sample | Unseen]:
        """Yield samples in the order of time and the spans that could not be decoded.

        Raises:
            DamagedVideo: Not one of the frames can be decoded.
        """
        first = self._next_group()
        if first is None or not self._can_be_trusted(first):
            self._drain()
            yield from walk_full(self._files, self._path, self._plan)
            return
        holes = self._begin(first)
        for seen in self._by_levels():
            yield from holes.told_with(seen)

    def _by_levels(self) -> Iterator[Sample | Unseen]:
        while self._fill():
            entry = self._groups.first
            yield from self._group(entry)
            if entry.group.end is None:
                self._drain()
                break
            self._groups.release()
        yield from self._given_out(self._doubtful)
        yield from self._end()

    def _next_group(self) -> Group | None:
        """Wait for the first group."""
        while (group := self._reader.take(_WAIT_SECONDS)) is None and not self._reader.is_done:
            self._live()
        return group

    def _can_be_trusted(self, first: Group) -> bool:
        info = self._glance.info
        return first.is_sound and info.container in _CONTAINERS and info.codec in _CODECS

    def _drain(self) -> None:
        """Read on to the end, for the index."""
        while not self._reader.is_done:
            self._reader.take(_WAIT_SECONDS)
            self._live()

    def _begin(self, first: Group) -> HoleWatch:
        stream, plan = self._reader.stream, self._plan
        if stream is None:
            raise RuntimeError("a group was read from a file that was not opened")
        self._footage = Footage(
            codec=stream.codec,
            first=first.packets[0],
            time_base=stream.time_base,
            origin=first.start,
            geometry=self._glance.geometry,
            max_side=plan.max_side,
            kept_per_second=plan.kept_per_second,
            max_pixels=self._limits.max_pixels,
        )
        self._crew = Crew(self._footage, self._patched_up, self._limits.threads)
        self._pending = PendingGroups(self._crew.submit, self._footage.seconds)
        self._holes = HoleWatch(stream.time_base, self._footage.seconds, plan.start_seconds)
        self._enter(first)
        return self._holes

    def _enter(self, group: Group) -> None:
        """Put a group on its way; what lies before a resumed walk's lead-in only shows what is quiet."""
        if self._holes is not None:
            self._holes.add(group.times)
        seconds = self._seconds(max(group.times) if group.end is None else group.end)
        measured = loudness(group, self._pixels, seconds - self._seconds(group.start))
        if group.end is not None and seconds <= self._plan.start_seconds - _LEAD_SECONDS:
            self._groups.pass_over(measured)
        else:
            self._groups.add(group, measured)

    def _fill(self) -> bool:
        """Read and decide ahead until it is known what to do with the first group; False at the end."""
        while True:
            self._read_ahead()
            self._decide()
            if not self._groups:
                return False
            if self._groups.first.is_settled:
                return True
            if waiting := self._groups.awaited():
                self._crew_at_work.wait_for(waiting, _WAIT_SECONDS)
            self._live()

    def _read_ahead(self) -> None:
        while self._groups.has_room and not self._reader.is_done:
            is_short = len(self._groups) < 2
            group = self._reader.take(_WAIT_SECONDS if is_short else 0.0)
            if group is not None:
                self._enter(group)
            elif not is_short:
                return
            self._live()

    def _decide(self) -> None:
        self._groups.decide(is_all_read=self._reader.is_done)

    def _group(self, entry: Entry) -> Iterator[Sample | Unseen]:
        """Yield what is seen of the first group."""
        if not entry.group.is_sound:
            yield from self._carefully(entry.group)
        elif entry.is_still:
            yield from self._samples([entry.key.shots[0]] if entry.key is not None else [], None)
        elif entry.span is not None:
            yield from self._decoded(entry.group, entry.span)

    def _decoded(self, group: Group, job: Job) -> Iterator[Sample | Unseen]:
        while True:
            was_done = job.is_done
            yield from self._samples(self._crew_at_work.take(job, _WAIT_SECONDS), group)
            if was_done and not job.shots:
                break
            self._read_ahead()
            self._decide()
            self._live()
        if job.is_spoiled:
            yield from self._again(group)

    def _again(self, group: Group) -> Iterator[Sample | Unseen]:
        """Decode a group while nothing else is: what a codec complained about may have been another one."""
        with self._crew_at_work.standing_still():
            given = self._given
            self._doubtful = [shot for shot in self._doubtful if shot.pts < group.start]
            try:
                for shot in self._crew_at_work.decode_alone(group):
                    if given is None or shot.pts > given:
                        yield from self._samples([shot], group)
                    self._live()
            except Spoiled:
                yield from self._carefully(group)

    def _carefully(self, group: Group) -> Iterator[Sample | Unseen]:
        """Decode what is left of a group frame by frame from the file, and tell what is damaged.

        Where its times are odd, or the clock's origin is in doubt, only the whole index tells what that means
        for the rest, which is decoded likewise.
        """
        if group.ordinal == 0 or not (group.is_sound or group.is_too_large):
            group.end = None
        start = group.start if self._given is None else max(group.start, self._given + 1)
        if self._doubtful:
            start = min(start, self._doubtful[0].pts)
            self._doubtful = []
        with self._crew_at_work.standing_still():
            yield from walk_span(
                self._files, self._path, self._sampler, (start, group.end), self._plan.start_seconds
            )
        if group.end is not None:
            self._given = max(self._given or 0, group.end - 1)

    def _samples(self, shots: list[Shot], group: Group | None) -> Iterator[Sample]:
        """Give out the shots of a group, and before them what there was doubt about until they came.

        Args:
            shots: In the order of time.
            group: The last of its frames are in doubt; None where a later one was decoded as well.
        """
        if not shots:
            return
        shots, self._doubtful = [*self._doubtful, *shots], []
        if group is not None:
            last = [*group.packets, *group.tail][-1].pts or group.start
            self._doubtful = [shot for shot in shots if shot.pts >= last]
        yield from self._given_out(shots[: len(shots) - len(self._doubtful)])

    def _given_out(self, shots: list[Shot]) -> Iterator[Sample]:
        for shot in shots:
            if self._given is not None and shot.pts <= self._given:
                continue  # a frame of damaged time that bears another one's
            self._given = shot.pts
            large = self._painter.unpainted(shot.draft) if shot.draft else None
            sample = self._sampler.measured(self._seconds(shot.pts), shot.picture, large)
            if sample.pts_seconds >= self._plan.start_seconds - 1e-6:
                yield sample

    def _end(self) -> Iterator[Unseen]:
        yield from missing(self._files, self._path, self._plan.start_seconds)

    def _live(self) -> None:
        """Give a sign of life when something got on; a hang of a decoder must not hide behind this loop."""
        progress = self._reader.progress + (self._crew.progress if self._crew else 0)
        if progress != self._progress:
            self._progress = progress
            self._beat()

    def _seconds(self, pts: int) -> float:
        return self._footage.seconds(pts) if self._footage else 0.0

    @property
    def _pixels(self) -> int:
        return self._glance.info.width * self._glance.info.height

    @property
    def _crew_at_work(self) -> Crew:
        if self._crew is None:
            raise RuntimeError("the decoding threads are not started yet")
        return self._crew

    @property
    def _groups(self) -> PendingGroups:
        if self._pending is None:
            raise RuntimeError("no group was read yet")
        return self._pending
