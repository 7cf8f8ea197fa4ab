"""Index videos: walk, segments, captions, vectors, publish.

The walk runs ahead in a thread (`indexer.preparing`). Here its segments are taken as they come, captioned
in batches as large as the vision model likes, across videos, and written; a video whose last segment is
written is embedded and published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from indexer.captioning import caption, with_cut
from indexer.errors import DamagedVideo, LibraryError, MediaError
from indexer.library.jobs import Job
from indexer.parts import Indexer
from indexer.preparing import Begun, Item, Prefetch, Prepared, prepare
from indexer.timeline import Caption, Segment, Unseen

Progress = Callable[[Job, float], None]
"""Called with the seconds of a job's video that are done."""
Outcome = Callable[[Job, MediaError | None], None]
"""Called when a job is over: published, or with the reason why its file cannot be used."""


def index_jobs(
    indexer: Indexer, take: Callable[[], Job | None], progress: Progress, outcome: Outcome
) -> None:
    """Index what ``take`` gives until it gives None. Goes on where a killed run stopped.

    Raises:
        VisionError: The vision model does not answer; what was captioned is kept for the next run.
        LibraryError: The library cannot be written.
    """

    def items() -> Iterator[Item]:
        while (job := take()) is not None:
            yield from prepare(indexer, job)

    looks_at_once = indexer.vision.looks_at_once
    with Prefetch(items, looks_at_once) as ahead:
        while batch := _next_batch(ahead, looks_at_once):
            _process(indexer, batch, progress, outcome)


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


def _next_batch(ahead: Prefetch, looks_at_once: int) -> list[Item]:
    """Wait for the next item, and take with it what is ready, up to as many looks as the model likes.

    It is not waited for a full batch: a model that is faster than the walk gets what there is.
    """
    batch: list[Item] = []
    while (item := ahead.take(wait=not batch)) is not None:
        batch.append(item)
        if sum(isinstance(each, Prepared) and each.look is not None for each in batch) >= looks_at_once:
            break
    return batch


def _process(indexer: Indexer, batch: Sequence[Item], progress: Progress, outcome: Outcome) -> None:
    """Caption a batch's segments together, then write and publish in the order of the walk."""
    looks = [item.look for item in batch if isinstance(item, Prepared) and item.look is not None]
    captions = iter(caption(indexer.vision, looks) if looks else [])
    for item in batch:
        if isinstance(item, Begun):
            progress(item.job, item.start_seconds)
        elif isinstance(item, Prepared):
            _write(indexer, item, next(captions) if item.look is not None else None)
            progress(item.job, item.walked.span.end_seconds)
        else:
            outcome(item.job, item.error or _publish(indexer, item.job.video_id))


def _write(indexer: Indexer, item: Prepared, found: Caption | None) -> None:
    walked, key = item.walked, indexer.fingerprint.key
    if found is not None and walked.starts_with_cut:
        found = with_cut(found, walked.span)
    segment = Segment(
        item.job.video_id, item.ordinal, walked.span, walked.activity, walked.starts_with_cut, found
    )
    indexer.library.catalog.add_unseen(item.job.video_id, key, _gaps(item.damage, segment))
    indexer.library.catalog.add_segment(segment, key)


def _gaps(damage: Sequence[Unseen], segment: Segment) -> list[Unseen]:
    """Return what could not be seen so far: damage met on the walk, and a segment without any frame."""
    if segment.caption is not None or any(gap.span.intersect(segment.span) for gap in damage):
        return list(damage)
    return [*damage, Unseen(segment.span, "no frame of it could be decoded")]


def _publish(indexer: Indexer, video_id: str) -> MediaError | None:
    try:
        _store_vectors(indexer, video_id)
    except MediaError as error:
        return error
    indexer.library.catalog.publish(video_id, indexer.fingerprint.key)
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
    ids = [segment_id for segment_id, _ in drafts]
    segments = [segment for _, segment in drafts]
    texts = [segment.caption.text() for segment in segments if segment.caption is not None]
    vectors = indexer.library.vectors_of(indexer.embedder.name)
    vectors.upsert(ids, segments, indexer.embedder.embed_documents(texts))
    missing = set(ids) - vectors.stored_ids(ids)
    if missing:
        raise LibraryError(
            f"{len(missing)} of {len(ids)} vectors cannot be read back; the video stays unpublished. "
            "Run the same command again"
        )
    vectors.remove(video_id, keep=ids)
