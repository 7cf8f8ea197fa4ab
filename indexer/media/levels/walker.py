"""The walk in levels: reads packets, decides group by group, and gives samples out in the order of time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.media.levels.crew import Crew, Job
from indexer.media.levels.glance import glance
from indexer.media.levels.groups import Group
from indexer.media.levels.packets import PacketReader
from indexer.media.levels.quiet import Loudness, is_quiet, loudness
from indexer.media.levels.shots import Footage, Shot, Spoiled, alike
from indexer.media.limits import DecoderLimits
from indexer.media.samples import Sample, WalkPlan
from indexer.media.sampling import LEAD_SECONDS, Sampler
from indexer.media.video_file import VideoFiles
from indexer.media.walking import missing, walk_full, walk_span
from indexer.timeline import Unseen

_CONTAINERS = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts")
_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video")
"""Those whose packets tell the time of display and hold one frame each; others are walked in full."""
_WAIT_SECONDS = 0.25
_AHEAD_GROUPS = 8
_AHEAD_BYTES = 16 * 1024**2
"""As far packets are read ahead, but always on to the next key frame to compare: quiet groups are small."""
_KEY_SECONDS = 8.0
"""In quiet footage one key frame in this time is decoded and compared, however many there are."""
_LEAD_SECONDS = LEAD_SECONDS + _KEY_SECONDS
"""How much earlier a resumed walk begins, so that it compares the key frames that an undisturbed one does."""
_AHEAD_JOBS = 3
_NEIGHBOURS = 2
"""Groups before this one whose quiet level counts, and one after it."""


@dataclass(slots=True)
class _Entry:
    """A group on its way through the levels."""

    group: Group
    loudness: Loudness
    is_quiet: bool | None = None
    """What its packets say; None until its neighbours are known."""
    has_key: bool = True
    """Whether its key frame is one of those that are compared; known when ``is_quiet`` is."""
    key: Job | None = None
    span: Job | None = None
    is_still: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it is known what to do with it."""
        return self.is_still or self.span is not None or not self.group.is_sound


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
        self._entries: deque[_Entry] = deque()
        self._before: deque[Loudness] = deque(maxlen=_NEIGHBOURS)
        self._last: _Entry | None = None
        """The group given out last."""
        self._last_key: Job | None = None
        self._glance = glance(files, path)
        limits.allow_video(self._glance.info.duration_seconds, self._glance.info.size_bytes)
        self._reader = PacketReader(files, path)
        self._crew: Crew | None = None
        self._footage: Footage | None = None
        self._progress = 0
        self._given: int | None = None

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
        self._begin(first)
        while self._fill():
            entry = self._entries[0]
            yield from self._group(entry)
            if entry.group.end is None:
                self._drain()
                break
            self._before.append(entry.loudness)
            self._last, self._last_key = entry, entry.key or self._last_key
            self._entries.popleft()
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

    def _begin(self, first: Group) -> None:
        stream, plan = self._reader.stream, self._plan
        if stream is None or stream.time_base is None:
            raise RuntimeError("a group was read from a stream that is not open")
        self._footage = Footage(
            codec=stream.codec_context,
            time_base=stream.time_base,
            origin=first.start,
            geometry=self._glance.geometry,
            max_side=plan.max_side,
            kept_per_second=plan.kept_per_second,
            max_pixels=self._limits.max_pixels,
        )
        self._crew = Crew(self._footage, self._patched_up, self._limits.threads)
        self._enter(first)

    def _enter(self, group: Group) -> None:
        """Put a group on its way; what lies before a resumed walk's lead-in only shows what is quiet."""
        seconds = self._seconds(max(group.times) if group.end is None else group.end)
        measured = loudness(group, self._pixels, seconds - self._seconds(group.start))
        if group.end is not None and seconds <= self._plan.start_seconds - _LEAD_SECONDS:
            self._before.append(measured)
        else:
            self._entries.append(_Entry(group, measured))

    def _fill(self) -> bool:
        """Read and decide ahead until it is known what to do with the first group; False at the end."""
        while True:
            self._read_ahead()
            self._decide()
            if not self._entries:
                return False
            head = self._entries[0]
            if head.is_settled:
                return True
            waiting = [entry.key for entry in self._entries if entry.key is not None][:2]
            if waiting:
                self._crew_at_work.wait_for(waiting, _WAIT_SECONDS)
            self._live()

    def _read_ahead(self) -> None:
        while self._has_room_ahead() and not self._reader.is_done:
            is_short = len(self._entries) < 2
            group = self._reader.take(_WAIT_SECONDS if is_short else 0.0)
            if group is not None:
                self._enter(group)
            elif not is_short:
                return
            self._live()

    def _has_room_ahead(self) -> bool:
        entries = self._entries
        if len(entries) < 2 or self._waits_for_more(entries[0]):
            return True
        held = sum(entry.group.held_bytes for entry in entries)
        return len(entries) < _AHEAD_GROUPS and held < _AHEAD_BYTES

    def _waits_for_more(self, head: _Entry) -> bool:
        """Tell whether the next key frame that the first group is compared with is not read yet."""
        later = list(self._entries)[1:]
        return not head.is_settled and not any(
            other.is_quiet is not None and other.has_key for other in later
        )

    def _decide(self) -> None:
        """Take every group as far through the levels as what is known allows.

        Groups are given to be decoded in their order: the threads hold few pictures that wait.
        """
        entries = list(self._entries)
        self._judge_packets(entries)
        may_decode = True
        for place, entry in enumerate(entries):
            if entry.is_quiet is None:
                return
            if not entry.is_settled and self._must_be_decoded(entry, entries[place + 1 :]) and may_decode:
                self._decode(entry)
            may_decode = may_decode and entry.is_settled

    def _judge_packets(self, entries: list[_Entry]) -> None:
        """Tell of each group with known neighbours whether it is quiet, and whether its key frame counts."""
        previous = self._last
        for place, entry in enumerate(entries):
            after = entries[place + 1] if place + 1 < len(entries) else None
            if entry.is_quiet is None:
                if after is None and not self._reader.is_done:
                    return
                before = [*self._before, *(other.loudness for other in entries[:place])][-_NEIGHBOURS:]
                entry.is_quiet = (
                    after is not None  # else there is nothing to compare its end with
                    and entry.group.is_sound
                    and after.group.is_sound
                    and is_quiet(entry.loudness, [*before, after.loudness])
                )
                entry.has_key = not entry.is_quiet or self._begins_anew(entry, previous)
            previous = entry

    def _begins_anew(self, entry: _Entry, previous: _Entry | None) -> bool:
        """Tell whether a quiet group is the first after movement, or the first on a tick of a fixed grid."""
        if previous is None or not previous.is_quiet:
            return True
        ticks = [self._seconds(one.group.start) // _KEY_SECONDS for one in (previous, entry)]
        return ticks[0] != ticks[1]

    def _must_be_decoded(self, entry: _Entry, later: list[_Entry]) -> bool:
        """Tell whether a group must be decoded: unless it is quiet and key frames around it show the same.

        While those are not decoded, it is not known yet.
        """
        if not entry.is_quiet:
            return True
        after = next((other for other in later if other.is_quiet is not None and other.has_key), None)
        if after is None:
            return self._reader.is_done and all(other.is_quiet is not None for other in later)
        if entry.has_key:
            self._submit_key(entry)
        self._submit_key(after)
        start = self._key_before(entry)
        if start is None or after.key is None or not (start.is_done and after.key.is_done):
            return False
        entry.is_still = bool(start.shots and after.key.shots) and alike(start.shots[0], after.key.shots[0])
        return not entry.is_still

    def _submit_key(self, entry: _Entry) -> None:
        if entry.key is None:
            entry.key = Job(entry.group, key_only=True)
            self._crew_at_work.submit(entry.key)

    def _key_before(self, entry: _Entry) -> Job | None:
        """Return the job of the last key frame at or before a group that is compared."""
        found = self._last_key
        for other in self._entries:
            found = other.key or found
            if other is entry:
                break
        return found

    def _decode(self, entry: _Entry) -> None:
        outstanding = sum(1 for other in self._entries if other.span is not None and not other.span.is_done)
        if outstanding < _AHEAD_JOBS or entry is self._entries[0]:
            entry.span = Job(entry.group, key_only=False)
            self._crew_at_work.submit(entry.span)

    def _group(self, entry: _Entry) -> Iterator[Sample | Unseen]:
        """Yield what is seen of the first group."""
        if not entry.group.is_sound:
            yield from self._carefully(entry.group)
        elif entry.is_still:
            yield from self._samples([entry.key.shots[0]] if entry.key is not None else [])
        elif entry.span is not None:
            yield from self._decoded(entry.group, entry.span)

    def _decoded(self, group: Group, job: Job) -> Iterator[Sample | Unseen]:
        while True:
            was_done = job.is_done
            yield from self._samples(self._crew_at_work.take(job, _WAIT_SECONDS))
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
            try:
                for shot in self._crew_at_work.decode_alone(group):
                    if given is None or shot.pts > given:
                        yield from self._samples([shot])
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
        with self._crew_at_work.standing_still():
            yield from walk_span(
                self._files, self._path, self._sampler, (start, group.end), self._plan.start_seconds
            )
        if group.end is not None:
            self._given = max(self._given or 0, group.end - 1)

    def _samples(self, shots: list[Shot]) -> Iterator[Sample]:
        for shot in shots:
            self._given = shot.pts
            sample = self._sampler.measured(self._seconds(shot.pts), shot.picture, shot.large)
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
