"""Index one video: probe, walk, segments, captions, vectors, publish. The steps stand in this order below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import prompts
from indexer.embedding.model import Embedder
from indexer.errors import DamagedVideo, LibraryError
from indexer.library.fingerprint import Fingerprint
from indexer.library.library import Library
from indexer.media.decoder import Decoder
from indexer.media.info import VideoInfo
from indexer.segmenting.sampling import choose_frames
from indexer.segmenting.segments import WalkedSegment, cut_into_segments
from indexer.settings import Settings
from indexer.timeline import Caption, Event, Segment, Span, Unseen
from indexer.vision.captions import parse_caption
from indexer.vision.model import Look, Reply, VisionModel

SEGMENTING_VERSION = "cuts-1"
_WALK_RATE = 30.0
"""Samples per second of the walk: every frame of most videos. From one frame to the next a cut stands out far
more than among samples 1/8 s apart, and its time is right to the frame."""
_CUT_SECONDS = 0.1
"""Length given to a cut, which has none, so that it can be found and cited."""

Progress = Callable[[float], None]
"""Called with the seconds of video that are done."""


@dataclass(frozen=True, slots=True)
class Indexer:
    """What indexing needs, built once and handed in."""

    library: Library
    vision: VisionModel
    embedder: Embedder
    decoder: Decoder
    fingerprint: Fingerprint
    settings: Settings


def make_fingerprint(settings: Settings, vision: VisionModel, embedder: Embedder) -> Fingerprint:
    """Return what an index made with these models and settings is known by."""
    return Fingerprint(
        vision=vision.name,
        prompt=prompts.fingerprint("caption") if vision.judges else "",
        language=settings.language if vision.judges else "",
        embedding=embedder.name,
        embedding_setting=settings.embedding,
        segmenting=f"{SEGMENTING_VERSION} {settings.segment_seconds:g}s",
    )


def index_video(indexer: Indexer, video_id: str, path: Path, progress: Progress) -> None:
    """Index one video and publish it. Goes on where a killed run stopped; captions are never made twice.

    Raises:
        MediaError: The file cannot be used; nothing of it becomes visible.
        VisionError: The vision model does not answer; what was captioned is kept for the next run.
    """
    catalog, key = indexer.library.catalog, indexer.fingerprint.key
    info = indexer.decoder.probe(path)
    catalog.set_info(video_id, info)
    if info.missing_end is not None:
        catalog.add_unseen(video_id, key, [Unseen(info.missing_end, "the file ends early")])

    done = [segment for _, segment in catalog.drafts(video_id, key)]
    start_seconds = done[-1].span.end_seconds if done else 0.0
    progress(start_seconds)
    if start_seconds < info.duration_seconds - 1e-6:
        _caption_from(indexer, video_id, path, info, start_seconds, len(done), progress)

    _store_vectors(indexer, video_id)
    catalog.publish(video_id, key)


def _caption_from(
    indexer: Indexer, video_id: str, path: Path, info: VideoInfo,
    start_seconds: float, first_ordinal: int, progress: Progress,
) -> None:  # fmt: skip
    """Walk from ``start_seconds`` to the end and write each segment, captioned, as soon as it is complete."""
    catalog, key, budget = indexer.library.catalog, indexer.fingerprint.key, indexer.vision.caption_budget
    with closing(
        indexer.decoder.walk(
            path, frames_per_second=_WALK_RATE, max_side=budget.max_side, start_seconds=start_seconds
        )
    ) as walk:
        segments = cut_into_segments(
            walk,
            start_seconds=start_seconds,
            end_seconds=info.duration_seconds,
            longest_seconds=indexer.settings.segment_seconds,
            budget=budget,
        )
        for ordinal, walked in enumerate(segments, start=first_ordinal):
            caption = _caption(indexer, walked)
            segment = Segment(
                video_id, ordinal, walked.span, walked.activity, walked.starts_with_cut, caption
            )
            catalog.add_unseen(video_id, key, _gaps(walk.damage, segment))
            catalog.add_segment(segment, key)
            progress(segment.span.end_seconds)


def _gaps(damage: Sequence[Unseen], segment: Segment) -> list[Unseen]:
    """Return what could not be seen so far: damage met on the walk, and a segment without any frame."""
    if segment.caption is not None or any(gap.span.intersect(segment.span) for gap in damage):
        return list(damage)
    return [*damage, Unseen(segment.span, "no frame of it could be decoded")]


def _caption(indexer: Indexer, walked: WalkedSegment) -> Caption | None:
    """Have the vision model look at a segment; None when there is nothing to look at."""
    frames = choose_frames(walked.frames, walked.span, indexer.vision.caption_budget)
    if not frames:
        return None
    # In plain seconds, as the marks before the frames are written.
    span = f"{walked.span.start_seconds:g}–{walked.span.end_seconds:g} s"
    prompt = prompts.load("caption", span=span, language=indexer.settings.language)
    look = Look(frames=frames, span=walked.span, prompt=prompt, reply=Reply.CAPTION, max_new_tokens=1024)
    caption = parse_caption(indexer.vision.look([look])[0], walked.span)
    return _with_cut(caption, walked.span) if walked.starts_with_cut else caption


def _with_cut(caption: Caption, span: Span) -> Caption:
    """Add the cut that the segment starts with: all its frames lie behind it, so no model can see it."""
    end_seconds = min(span.start_seconds + _CUT_SECONDS, span.end_seconds)
    cut = Event(Span(span.start_seconds, end_seconds), "the picture", "cuts to another scene")
    return replace(caption, events=(cut, *caption.events))


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
