"""Ahead of the vision model: walk the videos one after the other and make ready what it shall look at.

This runs in a thread of its own, so that decoding goes on while the model works. What is ready waits in a
short queue: its length bounds the memory, and a slow model stops the walk.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count

from indexer.captioning import caption_look
from indexer.clock.finding import note_start
from indexer.discovery import Unchanged
from indexer.errors import DecoderFailed, MediaError
from indexer.library.catalog import Catalog
from indexer.library.jobs import Job
from indexer.media.decoder import Walk
from indexer.media.info import VideoInfo
from indexer.media.samples import Sample, WalkPlan
from indexer.parts import Indexer
from indexer.prefetch import Stopped
from indexer.segmenting.segments import WalkedSegment, cut_into_segments, kept_per_second
from indexer.texts.reading import read_subtitles
from indexer.timeline import Segment, Span, Unseen, subtract_spans
from indexer.vision.model import Look


@dataclass(frozen=True, slots=True)
class Begun:
    """A video is about to be walked, from where an earlier run stopped."""

    job: Job
    start_seconds: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """A segment, ready to be looked at."""

    job: Job
    ordinal: int
    walked: WalkedSegment
    """Without its frames: those that matter are in the look."""
    look: Look | None
    """None where nothing could be seen, or too little between what could not."""
    damage: tuple[Unseen, ...]
    """What of it could not be decoded."""

    @property
    def frame_bytes(self) -> int:
        """Memory that its frames take."""
        return sum(frame.size_bytes for frame in self.look.frames) if self.look is not None else 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A video was walked to its end, or cannot be used."""

    job: Job
    error: MediaError | None


Item = Begun | Prepared | Ended


def prepare(indexer: Indexer, job: Job, stopped: threading.Event) -> Iterator[Item]:
    """Walk one video from where an earlier run stopped; a file that cannot be used ends with its error.

    Raises:
        Stopped: The rest is not wanted any more.
    """
    file = Unchanged(job.path)
    try:
        for item in _prepare(indexer, job, stopped):
            file.check()  # else captions of one content would be kept as those of another
            yield item
        file.check()
    except MediaError as error:
        yield Ended(job, _true_reason(file, error))
    else:
        yield Ended(job, None)


def _true_reason(file: Unchanged, error: MediaError) -> MediaError:
    """Return why it really failed: what goes away under the decoder looks broken to it."""
    try:
        file.check()
    except MediaError as change:
        return change
    return error


def _prepare(indexer: Indexer, job: Job, stopped: threading.Event) -> Iterator[Item]:
    catalog, key = indexer.library.catalog, indexer.fingerprint.key
    stream = indexer.library.video(job.video_id).stream
    claim = indexer.decoder.probe(job.path, stream=stream, quick=True)
    catalog.set_info(job.video_id, claim)
    drafts = {segment.ordinal: segment for _, segment in catalog.drafts(job.video_id, key)}
    done = next(ordinal for ordinal in count() if ordinal not in drafts)
    start_seconds = drafts[done - 1].span.end_seconds if done else 0.0
    yield Begun(job, start_seconds)
    yield from _walk(indexer, job, _Facts(catalog, job, claim), drafts, done, start_seconds, stopped)


def _walk(
    indexer: Indexer,
    job: Job,
    facts: _Facts,
    drafts: Mapping[int, Segment],
    done: int,
    start_seconds: float,
    stopped: threading.Event,
) -> Iterator[Prepared]:
    """Walk a video from where its first ``done`` segments end; of later ones, some may be captioned too."""
    budget = indexer.vision.caption_budget
    plan = WalkPlan(kept_per_second(budget), budget.max_side, start_seconds, indexer.settings.walk)
    stream = indexer.library.video(job.video_id).stream
    with closing(indexer.decoder.walk(job.path, plan, stream=stream)) as walk:
        segments = cut_into_segments(
            _seen(walk, stopped),
            start_seconds=start_seconds,
            end_seconds=lambda: facts.true(walk).duration_seconds,
            longest_seconds=indexer.settings.segment_seconds,
            budget=budget,
            after_unseen=done > 0 and drafts[done - 1].caption is None,
        )
        noted: list[Span] = []
        for ordinal, walked in enumerate(segments, start=done):
            facts.reach(walked.span.end_seconds)
            damage = _within(walked.span, walk.damage)
            noted += [gap.span for gap in damage]
            if ordinal not in drafts:
                look = caption_look(indexer, walked)  # holds those of the frames that matter
                yield Prepared(job, ordinal, replace(walked, frames=()), look, damage)
    rest = [Unseen(part, gap.reason) for gap in walk.damage for part in subtract_spans(gap.span, noted)]
    indexer.library.catalog.add_unseen(job.video_id, indexer.fingerprint.key, rest)
    # After the walk: reading the clock in the picture decodes here and there, and nothing waits for it.
    note_start(
        indexer.library.catalog,
        indexer.decoder,
        indexer.settings,
        job.video_id,
        job.path,
        facts.true(walk),
    )
    read_subtitles(indexer.library.catalog, indexer.decoder, job.video_id, job.path)


def _within(span: Span, damage: Sequence[Unseen]) -> tuple[Unseen, ...]:
    """Return a segment's part of the damage: noted with it, so that a kill changes nothing."""
    return tuple(Unseen(part, gap.reason) for gap in damage if (part := gap.span.intersect(span)) is not None)


def _seen(walk: Walk, stopped: threading.Event) -> Iterator[Sample | Unseen]:
    """Yield the samples of a walk, and before each the damage that was met on the way to it."""
    told = 0
    for sample in walk:
        if stopped.is_set():
            raise Stopped
        yield from walk.damage[told:]
        told = len(walk.damage)
        yield sample
    yield from walk.damage[told:]


class _Facts:
    """What is known of a video: at first what its container claims, at the walk's end the truth."""

    def __init__(self, catalog: Catalog, job: Job, claim: VideoInfo) -> None:
        self._catalog = catalog
        self._job = job
        self._known = claim
        self._is_true = False

    def reach(self, seconds: float) -> None:
        """Note that the video is at least that long: a container may claim less, or nothing."""
        if not self._is_true and seconds > self._known.promised_seconds:
            self._note(replace(self._known, duration_seconds=seconds))

    def true(self, walk: Walk) -> VideoInfo:
        """Return the truth, which the walk knows when it has ended."""
        if not self._is_true:
            if walk.info is None:
                raise DecoderFailed("the decoder told no end of it. Run the same command again")
            self._is_true = True
            self._note(walk.info)
        return self._known

    def _note(self, info: VideoInfo) -> None:
        self._known = info
        self._catalog.set_info(self._job.video_id, info)
