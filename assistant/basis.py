"""What a no rests on: which spans were inspected, at what rate, by whom; and which were not, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.answer import STILL, Models, VideoCoverage
from assistant.limits import asks_yes_or_no
from indexer.plurals import counted
from indexer.timeline import Span
from indexer.vision.model import VisionModel

_YES = re.compile(r"^\W*(?:yes\b|是的|对[,，。]|有[,，。的])", re.IGNORECASE)
_MAX_VIDEOS = 5
_MAX_PARTS = 8


def needs_basis(question: str, text: str) -> bool:
    """Tell whether a question can be answered by no, and the answer does not begin with yes."""
    return asks_yes_or_no(question) and not _YES.match(text)


def say_basis(
    coverage: Sequence[VideoCoverage], models: Models, index_vision: str, vision: VisionModel
) -> str:
    """Say what was inspected for an answer and what was not; "" where nothing was asked of any video.

    Args:
        coverage: Of each video.
        models: Who looked again.
        index_vision: Who wrote the index.
        vision: The vision model at hand; where it wrote the index, its rate is known.
    """
    if not coverage:
        return ""
    indexed = f"the index of {index_vision or 'imported captions'}"
    if vision.name == index_vision:
        indexed += f", written from at most {vision.caption_budget.frames_per_second:g} frames a second"
    # What was not inspected is told first: where many videos are asked about, the others are only counted.
    ordered = sorted(coverage, key=lambda entry: not (entry.reason or entry.coverage.not_inspected))
    told = [
        f"{entry.video}: {'; '.join(_parts(entry, indexed, models.vision))}"
        for entry in ordered[:_MAX_VIDEOS]
    ]
    return f"What this rests on. {'. '.join(told)}.{_more(ordered[_MAX_VIDEOS:])}"


def _more(rest: Sequence[VideoCoverage]) -> str:
    """Say of how many more videos all, a part or nothing was inspected."""
    nothing = sum(not entry.coverage.inspected for entry in rest)
    partly = sum(bool(entry.coverage.inspected and entry.coverage.not_inspected) for entry in rest)
    counts = {
        "inspected likewise": len(rest) - partly - nothing,
        "inspected in part": partly,
        "not inspected": nothing,
    }
    told = [f"{counted(count, 'more video')} {how}" for how, count in counts.items() if count]
    return f" {', '.join(told)}." if told else ""


def _parts(entry: VideoCoverage, indexed: str, vision: str) -> Iterator[str]:
    if entry.read:
        yield f"{_spans(entry.read)} in {indexed}"
    for look in entry.looks:
        rate = f"{counted(look.frames, 'frame')}, {look.frames_per_second:.2g} a second"
        yield f"{look.span} looked at again by {vision}, {rate}"
    if entry.still:
        yield f"{_spans(entry.still)} {STILL}"
    gaps = entry.coverage.not_inspected
    if gaps:
        told = [f"{gap.span} ({gap.reason})" for gap in gaps[:_MAX_PARTS]]
        told += [f"{len(gaps) - _MAX_PARTS} more"] if len(gaps) > _MAX_PARTS else []
        yield f"not inspected: {', '.join(told)}"
    elif not entry.coverage.inspected:
        why = f" ({entry.reason.rstrip('.')})" if entry.reason else ""
        yield f"nothing was inspected{why}"


def _spans(spans: Sequence[Span]) -> str:
    told = [str(span) for span in spans[:_MAX_PARTS]]
    return ", ".join(told) + (f" and {len(spans) - _MAX_PARTS} more" if len(spans) > _MAX_PARTS else "")
