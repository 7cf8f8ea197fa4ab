"""One group decoded on its own: which of its frames, and the pictures made of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from indexer.media.change import (
    ACTIVITY_PER_SECOND,
    SMALL_SIDE,
    BlockPicture,
    changed_share,
    comparable,
    may_be_cut,
    replaced_share,
)
from indexer.media.levels.groups import Group, VideoPacket
from indexer.media.levels.references import reference_reader
from indexer.media.miniature import Miniaturist
from indexer.media.pictures import Draft, Geometry, Painter
from indexer.media.sampling import KeptGrid, tick_of

_SAME_SHARE = 0.0005
"""Share of the picture that may differ between two key frames with nothing in between."""
_SAME_LIGHT = 1.0
"""Grey levels by which their brightness may differ."""
_CANDIDATE_SHARE = 0.3
"""Share of blocks replaced between two measured frames from which a cut may lie in between."""
_HELD = 5
"""Shots held back: a cut is judged against the frames before it, which then are decoded without gaps."""
_FOR_EVER = 1 << 62
_NEAR_TICKS = 1.5
"""Frames no further apart than this, in ticks, stand for each other's."""
_UNFILTERED = ("h264", "hevc")
_REDUCED = 2.0
_BORDER_SECONDS = Fraction(1, 6)
"""The end of a group is decoded without gaps, for cuts lie where encoders put key frames: this much of it, or
less, from the last frame on that others refer to. Between two frames of a group, a cut is looked for."""


@dataclass(slots=True)
class Shot:
    """A decoded frame, scaled."""

    pts: int
    picture: BlockPicture
    draft: Draft | None
    """Where a large picture is wanted: to be painted by whoever takes it."""

    @property
    def size_bytes(self) -> int:
        """Memory that it takes, without what is worked out later."""
        return self.picture.small.nbytes + (self.draft.size_bytes if self.draft else 0)


class Spoiled(Exception):
    """Something in the group cannot be decoded, or was patched up by the codec."""


@dataclass(frozen=True, slots=True)
class Footage:
    """What a decoder needs to know of the stream."""

    codec: VideoCodecContext
    first: VideoPacket
    """The file's first packet, which may tell of the encoder."""
    time_base: Fraction
    origin: int
    geometry: Geometry
    max_side: int
    kept_per_second: float
    max_pixels: int

    def seconds(self, pts: int) -> float:
        """Time on the one clock."""
        ticks = (pts - self.origin) * self.time_base.numerator  # as fractions it takes ten times as long
        return ticks / self.time_base.denominator

    @property
    def measured_per_second(self) -> float:
        """How many frames of a second are decoded."""
        return max(ACTIVITY_PER_SECOND, self.kept_per_second)

    @property
    def is_filtered(self) -> bool:
        """Whether the codec smooths the borders of its blocks.

        That takes a sixth of the time, and next to nothing of it is seen in pictures of half the size.
        """
        geometry = self.geometry
        longer = max(geometry.stored_width, geometry.stored_height)
        return self.codec.name not in _UNFILTERED or longer < _REDUCED * max(self.max_side, SMALL_SIDE)


class GroupDecoder:
    """Decodes groups with a codec context of its own; one per thread."""

    def __init__(self, footage: Footage, check: Callable[[], None]) -> None:
        """Open a codec context.

        Args:
            footage: The stream.
            check: Called for each frame and at a group's end; raises `Spoiled` when a codec complained.
        """
        self._footage = footage
        self._check = check
        self._context = _open_context(footage)
        self._is_reference = reference_reader(footage.codec.name, footage.codec.extradata)
        self._miniaturist = Miniaturist()
        self._painter = Painter(footage.geometry, footage.max_side)

    def key(self, group: Group) -> Shot:
        """Decode the group's key frame alone."""
        for frame in self._decode([group.packets[0]], {group.start}):
            if frame.pts == group.start:
                return self.shot(frame, kept=True)
        raise Spoiled

    def shots(self, group: Group) -> Iterator[Shot]:
        """Decode a group: without the frames that no other refers to, except where there may be a cut.

        Raises:
            Spoiled: At the first sign of damage; what came before is good.
        """
        return _GroupWalk(self, self._footage, group).shots()

    def frames(self, group: Group, dense: tuple[int, int]) -> Iterator[VideoFrame]:
        """Decode a group and yield, in display order, the frames that are measured.

        These are one of each tick, all from ``dense[0]`` to ``dense[1]``, and all at the group's end.
        """
        references = self._references(group)
        wanted = self._wanted(group, dense, references)
        missing, first = wanted | references, True
        for frame in self._decode([*group.packets, *group.tail], wanted):
            if frame.pts is None or frame.is_corrupt or (first and frame.pts != group.start):
                raise Spoiled
            first = False
            missing.discard(frame.pts)
            if frame.pts in wanted:  # and not the next group's key frame, or one that others refer to
                yield frame
        if missing:  # a codec with threads keeps quiet about errors at the end
            raise Spoiled

    def _references(self, group: Group) -> set[int]:
        """Return the frames that others refer to, as far as packets tell."""
        if self._is_reference is None:
            return set()
        packets = [*group.packets, *group.tail[1:]]
        return {
            packet.pts for packet in packets if packet.pts is not None and self._is_reference(bytes(packet))
        }

    def _wanted(self, group: Group, dense: tuple[int, int], references: set[int]) -> set[int]:
        border = _FOR_EVER
        if group.end is not None:
            border = group.end - int(_BORDER_SECONDS / self._footage.time_base)
            border = max(border, max(references, default=border))
        chosen = self._chosen(group, references)
        return {
            pts for pts in group.times if pts in chosen or pts >= border or dense[0] <= pts <= dense[1]
        } | {group.start}

    def _chosen(self, group: Group, references: set[int]) -> set[int]:
        """Choose the frame of each tick: one that others refer to and that is decoded anyway, else its first.

        A tick without such a frame is left out where those around it are close enough.
        """
        seconds, rate = self._footage.seconds, self._footage.measured_per_second
        ticks: dict[int, list[int]] = {}
        for pts in sorted(group.times):
            ticks.setdefault(tick_of(seconds(pts), rate), []).append(pts)
        decoded = {tick: [pts for pts in times if pts in references] for tick, times in ticks.items()}
        chosen, last = set(), group.start
        for tick, times in ticks.items():
            following = decoded.get(tick + 1, [])
            is_near = bool(following) and seconds(following[0]) - seconds(last) <= _NEAR_TICKS / rate
            taken = decoded[tick][:1] or ([] if is_near else times[:1])
            chosen.update(taken)
            last = max([last, *taken])
        return chosen

    def _decode(self, packets: list[VideoPacket], wanted: Collection[int]) -> Iterator[VideoFrame]:
        self._context.flush_buffers()
        for packet in [*packets, None]:
            if packet is not None:
                self._context.skip_frame = "DEFAULT" if packet.pts in wanted else "NONREF"
            try:
                frames = self._context.decode(packet)
            except av.FFmpegError as error:
                if isinstance(error, MemoryError):
                    raise
                raise Spoiled from None
            if frames or packet is None:
                self._check()
            yield from frames

    def shot(self, frame: VideoFrame, *, kept: bool) -> Shot:
        """Scale a frame: to the small size, and if ``kept`` to the plan's."""
        if frame.pts is None:
            raise Spoiled
        draft = self._painter.draft(frame) if kept else None
        return Shot(frame.pts, BlockPicture(self._miniaturist.small(frame)), draft)


class _GroupWalk:
    """One pass over a group, begun again where a cut must be placed."""

    def __init__(self, decoder: GroupDecoder, footage: Footage, group: Group) -> None:
        self._decoder = decoder
        self._footage = footage
        self._group = group
        self._dense = (0, -1)
        self._given: int | None = None
        self._held: deque[Shot] = deque()

    def shots(self) -> Iterator[Shot]:
        while not (yield from self._pass()):
            continue
        yield from self._held

    def _pass(self) -> Generator[Shot, None, bool]:
        """Decode from the group's start; returns whether that came to the end, or must be begun again."""
        kept = KeptGrid(self._footage.kept_per_second)
        self._held.clear()
        for frame in self._decoder.frames(self._group, self._dense):
            pts = frame.pts or 0
            takes = kept.takes(self._footage.seconds(pts))
            if self._given is not None and pts <= self._given:
                continue
            shot = self._decoder.shot(frame, kept=takes)
            if self._held and self._hides_cut(self._held[-1], shot):
                # Only once: where one cut lies inside a group, there are often more.
                self._dense = (self._held[0].pts, _FOR_EVER)
                return False
            self._held.append(shot)
            if len(self._held) > _HELD:
                ready = self._held.popleft()
                self._given = ready.pts
                yield ready
        return True

    def _hides_cut(self, before: Shot, after: Shot) -> bool:
        """Tell whether there may be a cut between two frames with others in between."""
        if self._dense[0] <= before.pts and after.pts <= self._dense[1]:
            return False
        if not any(before.pts < time < after.pts for time in self._group.times):
            return False
        one, other = before.picture, after.picture
        return may_be_cut(one, other) and replaced_share(one, other) > _CANDIDATE_SHARE


def alike(one: Shot, other: Shot) -> bool:
    """Tell whether two key frames show the same in the same light."""
    before, after = one.picture.small, other.picture.small
    if before.shape != after.shape or abs(float(before.mean()) - float(after.mean())) > _SAME_LIGHT:
        return False
    if may_be_cut(one.picture, other.picture):
        return False
    return changed_share(comparable(before), comparable(after)) <= _SAME_SHARE


def _open_context(footage: Footage) -> VideoCodecContext:
    source = footage.codec
    context = CodecContext.create(source.codec.name, "r")
    if not isinstance(context, VideoCodecContext):
        raise Spoiled
    context.extradata = source.extradata
    context.width, context.height = source.width, source.height
    context.thread_count = 1
    context.options = {"max_pixels": str(footage.max_pixels)}
    if not footage.is_filtered:
        context.options |= {"skip_loop_filter": "all"}
    context.open()
    _tell_encoder(context, footage)
    return context


def _tell_encoder(context: VideoCodecContext, footage: Footage) -> None:
    """Have a decoder see which encoder made the file, where it says so only at its start.

    Older versions of x264 wrote full colour (4:4:4) otherwise than the standard says; decoders set it right.
    """
    if footage.codec.name != "h264" or "444" not in (footage.codec.pix_fmt or ""):
        return
    try:
        context.decode(footage.first)
    except av.FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
