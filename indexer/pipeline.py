"""Index videos: walk, segments, captions, vectors, publish.

Three steps work at the same time, each in its thread. The walk runs ahead (`indexer.preparing`). Its segments
are taken as they come and looked at in batches as large as the vision model likes, across videos. Meanwhile
what has been captioned is written here, in the order of the walk, so that a GPU waits for no disk; a video
whose last segment is written is embedded and published.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.captioning import caption, with_cut
from indexer.errors import DamagedVideo, MediaError
from indexer.library.frames import FrameVector, add_frames, embed_frames
from indexer.library.jobs import Job
from indexer.parts import Indexer
from indexer.prefetch import Prefetch, Stopped
from indexer.preparing import Begun, Ended, Item, Prepared, prepare
from indexer.timeline import Caption, Segment, Unseen, subtract_spans

Progress = Callable[[Job, float], None]
"""Called with the seconds of a job's video that are done."""
_PATIENCE_SECONDS = 2.0
"""Longest wait for a look that is under way when the rest of the program has given up."""
Outcome = Callable[[Job, MediaError | None], None]
"""Called when a job is over: published, or with the reason why its file cannot be used."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was prepared, after the look at it."""

    item: Item
    caption: Caption | None
    frames: tuple[FrameVector, ...] = ()


def index_jobs(
    indexer: Indexer,
    take: Callable[[], Job | None],
    progress: Progress,
    outcome: Outcome,
    stop: threading.Event | None = None,
) -> None:
    """Index what ``take`` gives until it gives None. Goes on where a killed run stopped.

    Raises:
        Stopped: ``stop`` was set by another thread; what was captioned is kept for the next run.
        VisionError: The vision model does not answer; what was captioned is kept for the next run.
        LibraryError: The library cannot be written.
    """

    def prepared(stopped: threading.Event) -> Iterator[Item]:
        while not stopped.is_set() and (job := take()) is not None:
            yield from prepare(indexer, job, stopped)

    looks_at_once = indexer.vision.looks_at_once
    stop = stop or threading.Event()
    with (
        Prefetch(prepared, looks_at_once, weigh=_frame_bytes) as ahead,
        Prefetch(
            lambda _: _look(indexer, ahead, looks_at_once),
            1,
            patience_seconds=_PATIENCE_SECONDS,
            stop=stop,
        ) as looked,
    ):
        while not stop.is_set() and (batch := looked.take(wait=True)) is not None:
            for each in batch:
                _process(indexer, each, progress, outcome)
        if stop.is_set():
            raise Stopped


def index_video(indexer: Indexer, video_id: str, path: Path, progress: Callable[[float], None]) -> None:
    """Index one video and publish it.

    Raises:
        MediaError: The file cannot be used; nothing of it becomes visible.
        VisionError: The vision model does not answer; what was captioned is kept for the next run.
    """
    jobs = [Job(video_id, path, attempts=0, running=True, progress=0.0)]
    errors: list[MediaError | None] = []
    index_jobs(
        indexer,
        lambda: jobs.pop() if jobs else None,
        lambda _, seconds: progress(seconds),
        lambda _, error: errors.append(error),
    )
    if errors[0] is not None:
        raise errors[0]


def _next_batch(ahead: Prefetch[Item], looks_at_once: int) -> list[Item]:
    """Wait for the next item, and take with it what is ready, up to as many looks as the model likes.

    It is not waited for a full batch: a model that is faster than the walk gets what there is.
    """
    batch: list[Item] = []
    while (item := ahead.take(wait=not batch)) is not None:
        batch.append(item)
        if sum(isinstance(each, Prepared) and each.look is not None for each in batch) >= looks_at_once:
            break
    return batch


def _frame_bytes(item: Item) -> int:
    return item.frame_bytes if isinstance(item, Prepared) else 0


def _look(indexer: Indexer, ahead: Prefetch[Item], looks_at_once: int) -> Iterator[list[_Looked]]:
    """Have batches looked at together. When the model fails, what it had answered comes before its error."""
    while batch := _next_batch(ahead, looks_at_once):
        looks = {
            number: item.look
            for number, item in enumerate(batch)
            if isinstance(item, Prepared) and item.look is not None
        }
        # Before the captions: where the frames' model fails, no caption was paid for.
        vectors = embed_frames(indexer.frame_embedder, [look.frames for look in looks.values()])
        frames = dict(zip(looks, vectors, strict=True))
        captions = caption(indexer.vision, list(looks.values()))
        found = dict(zip(looks, captions.found, strict=True))
        missing = {batch[number].job.video_id for number, each in found.items() if each is None}
        yield [
            _Looked(_without_look(item), found.get(number), frames.get(number, ()))
            for number, item in enumerate(batch)
            if (number not in found or found[number] is not None)
            and not (isinstance(item, Ended) and item.job.video_id in missing)
        ]
        if captions.error is not None:
            raise captions.error


def _without_look(item: Item) -> Item:
    """Let go of the frames: what waits to be written needs none."""
    return replace(item, look=None) if isinstance(item, Prepared) else item


def _process(indexer: Indexer, looked: _Looked, progress: Progress, outcome: Outcome) -> None:
    """Write a segment, or publish the video whose last segment was written."""
    item = looked.item
    if isinstance(item, Begun):
        progress(item.job, item.start_seconds)
    elif isinstance(item, Prepared):
        add_frames(
            indexer.library.catalog, item.job.video_id, indexer.fingerprint.key, item.ordinal, looked.frames
        )
        _write(indexer, item, looked.caption)
        progress(item.job, item.walked.span.end_seconds)
    else:
        outcome(item.job, item.error or _publish(indexer, item.job.video_id))


def _write(indexer: Indexer, item: Prepared, found: Caption | None) -> None:
    walked, key = item.walked, indexer.fingerprint.key
    if found is not None and walked.starts_with_cut:
        found = with_cut(found, walked.span)
    segment = Segment(
        item.job.video_id,
        item.ordinal,
        walked.span,
        walked.activity,
        walked.starts_with_cut,
        found,
        walked.still,
    )
    indexer.library.catalog.add_unseen(item.job.video_id, key, _gaps(item.damage, segment))
    indexer.library.catalog.add_segment(segment, key)


def _gaps(damage: Sequence[Unseen], segment: Segment) -> list[Unseen]:
    """Return what of a segment could not be seen: damage, and what else of one that was not looked at."""
    if segment.caption is not None:
        return list(damage)
    rest = subtract_spans(segment.span, (gap.span for gap in damage))
    return [*damage, *(Unseen(part, "too little of it could be decoded to tell anything") for part in rest)]


def _publish(indexer: Indexer, video_id: str) -> MediaError | None:
    try:
        _store_vectors(indexer, video_id)
    except MediaError as error:
        return error
    indexer.library.catalog.publish(video_id, indexer.fingerprint.key)
    indexer.library.drop_older_vectors(indexer.embedder, video_id, indexer.fingerprint.key)
    if indexer.frame_embedder is not None:
        indexer.library.frames.drop_older(indexer.frame_embedder.name, video_id, indexer.fingerprint.key)
    return None


def _store_vectors(indexer: Indexer, video_id: str) -> None:
    """Embed the video's captions, store the vectors, and read them back."""
    catalog = indexer.library.catalog
    drafts = [
        (segment_id, segment)
        for segment_id, segment in catalog.drafts(video_id, indexer.fingerprint.key)
        if segment.caption is not None
    ]
    if not drafts:
        raise DamagedVideo("no frame of it could be decoded. Copy the file again, or repair it")
    indexer.library.store_vectors(indexer.embedder, drafts)
    if indexer.frame_embedder is not None:
        indexer.library.frames.store(indexer.frame_embedder.name, video_id, indexer.fingerprint.key)
