"""Questions that go on from the answer before: "and then?", "ten seconds earlier", "in the other camera?".

What they go on from is the stretch that the question before named, else what its answer cited. They are
written out as a question that stands alone, which is then read like any other.

What is meant by what, counted from that stretch:

- "and then?", "what happened next?" are the 10 s after it, "before that" the 10 s before it.
- "Ten seconds later" and "ten seconds earlier" are the stretch itself, moved; of a long one its last or first
  10 s.
- "In the other camera?" is the same moment of the other recordings by their wall clocks, where these are
  known; else the same seconds of the other videos, and for a question without a time, that question again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import Answer
from assistant.timing import find_times
from assistant.timing_forms import HAN_LENGTH, LENGTH, plain, read_length
from assistant.wall_clock_cameras import ASKS_FOR_OTHERS
from indexer.errors import WitnessError
from indexer.library.library import Library
from indexer.library.records import VideoRecord
from indexer.timeline import Span, format_seconds

NEXT_SECONDS = 10.0
"""How long "next" and "before that" are, and how much of a long stretch "ten seconds later" moves."""
_MAX_OTHERS = 4


@dataclass(frozen=True, slots=True)
class Reference:
    """What a question may go on from."""

    question: str
    video_id: str
    span: Span
    timed: bool
    """Whether the question before named the stretch; otherwise its answer cited it."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that goes on from an earlier one, written out."""

    question: str
    """The same question, so that it stands alone."""
    note: str
    """How it was read, for the person."""
    nowhere: bool = False
    """Whether what is asked for lies outside of the video, so that there is nothing to look up."""


_Move = Callable[[re.Match[str], Span], tuple[float, float]]


def _later(match: re.Match[str], span: Span) -> tuple[float, float]:
    length, by = min(span.duration_seconds, NEXT_SECONDS), read_length(match["length"])
    return span.end_seconds - length + by, span.end_seconds + by


def _earlier(match: re.Match[str], span: Span) -> tuple[float, float]:
    length, by = min(span.duration_seconds, NEXT_SECONDS), read_length(match["length"])
    return span.start_seconds - by, span.start_seconds - by + length


def _next(match: re.Match[str], span: Span) -> tuple[float, float]:
    return span.end_seconds, span.end_seconds + NEXT_SECONDS


def _before(match: re.Match[str], span: Span) -> tuple[float, float]:
    return span.start_seconds - NEXT_SECONDS, span.start_seconds


def _same(match: re.Match[str], span: Span) -> tuple[float, float]:
    return span.start_seconds, span.end_seconds


_THAT = r"(?:that|this|it|then)(?=\W*$|\s*[,.;!?])"
_FORMS: tuple[tuple[str, _Move], ...] = (
    (rf"(?:the )?(?P<length>{LENGTH}) (?:later|further on|afterwards|after {_THAT})", _later),
    (rf"(?:skip|jump|go) (?:ahead|forwards?|on) (?:by )?(?P<length>{LENGTH})", _later),
    (rf"(?P<length>{HAN_LENGTH})(?:之后|以后|后)(?=呢|[?？。，,]|$|发生|有|是)", _later),
    (rf"(?:the )?(?P<length>{LENGTH}) (?:earlier|sooner|before {_THAT})", _earlier),
    (rf"(?:skip|jump|go|rewind) ?(?:back(?:wards)?)? (?:by )?(?P<length>{LENGTH})", _earlier),
    (rf"(?P<length>{HAN_LENGTH})(?:之前|以前|前)(?=呢|[?？。，,]|$|发生|有|是)", _earlier),
    (
        rf"\b(?:right |just |shortly )?(?:after|since) {_THAT}|\b(?:and )?then(?=\W*$)|\bafterwards(?=\W*$)"
        r"|\b(?:comes? |came |is |was )?next(?=\W*$)|\bwhat else(?: happen(?:s|ed))?(?=\W*$)"
        r"|^\W*and after\W*$"
        r"|在?那之后|这之后|之后呢|^\W*然后|然后呢|接着呢?|接下来|后来",
        _next,
    ),
    (rf"\b(?:right |just |shortly )?before {_THAT}|\bbeforehand\b|在?那之前|这之前|之前呢|再往前", _before),
    (
        r"\b(?:at|in) (?:that|this|the same|this same|that very) (?:moment|time|second|instant)\b"
        r"|\b(?:that|this|it) (?:once more|again)(?=\W*$)|\bmeanwhile\b|那时候?|那一刻|同一时[间刻]|当时",
        _same,
    ),
)
_THEN_OF_OTHERS = re.compile(r"(?<!and )\bthen(?=\W*$)", re.IGNORECASE)
"""Of other cameras, "what did they see then?" is the same moment; "and then?" is what comes after it."""
_LEFT_OVER = re.compile(r"\s+(?:in|of|at|on|from)$", re.IGNORECASE)
_RULES = tuple((re.compile(text, re.IGNORECASE), move) for text, move in _FORMS)


def reference_of(answers: Sequence[Answer]) -> Reference | None:
    """Return what the next question may go on from: the latest answer that has a place in time."""
    for answer in reversed(answers):
        timed = bool(answer.asked)
        spans = [(each.video_id, each.span) for each in (answer.asked or answer.citations)]
        if spans:
            video_id = spans[-1][0]
            own = [span for video, span in spans if video == video_id]
            whole = Span(min(each.start_seconds for each in own), max(each.end_seconds for each in own))
            return Reference(answer.question, video_id, whole, timed)
    return None


def goes_on(question: str) -> bool:
    """Tell whether a question goes on from an earlier one."""
    text = plain(question)
    return any(pattern.search(text) for pattern, _ in _RULES) or _asks_only_for_others(text)


def follow_up(library: Library, question: str, reference: Reference | None) -> FollowUp | None:
    """Write out a question that goes on from an earlier one; None for one that stands alone.

    A question that names a time or a video of its own stands alone.
    """
    text = plain(question)
    if reference is None or any(library.handle(video) in text for video in library.videos()):
        return None
    try:
        video = library.video(reference.video_id)
    except WitnessError:  # removed since
        return None
    if ASKS_FOR_OTHERS.search(text):
        text = _THEN_OF_OTHERS.sub("at that moment", text)
    for pattern, move in _RULES:
        match = pattern.search(text)
        if match and not find_times(text[: match.start()] + " " + text[match.end() :]):
            rest = f"{text[: match.start()]} {text[match.end() :]}".strip(" ?.!,？。呢")
            return _moved(library, video, reference, rest or "what happened", move(match, reference.span))
    return _others(library, video, reference) if _asks_only_for_others(text) else None


def _moved(
    library: Library, video: VideoRecord, reference: Reference, rest: str, bounds: tuple[float, float]
) -> FollowUp:
    handle = library.handle(video)
    start, end = max(0.0, bounds[0]), min(video.duration_seconds, bounds[1])
    if end <= start:
        length = format_seconds(round(video.duration_seconds, 2))
        side = (
            f"before the beginning of {handle}"
            if bounds[1] <= 0
            else f"past its end: {handle} is {length} long"
        )
        return FollowUp(
            rest, f"The answer before was about {reference.span}; what is asked for lies {side}", True
        )
    span = Span(start, end)
    said = f"{format_seconds(round(start, 2))}–{format_seconds(round(end, 2))}"
    return FollowUp(
        f"{rest} in {handle} {_stretch(span)}", f"Read as {said} of {handle}, from the answer before"
    )


def _stretch(span: Span) -> str:
    return f"from {span.start_seconds:.3f} to {span.end_seconds:.3f} seconds"


def _asks_only_for_others(text: str) -> bool:
    """Tell whether a question is about the other cameras, without any time of its own."""
    return bool(ASKS_FOR_OTHERS.search(text)) and not find_times(text)


def _others(library: Library, video: VideoRecord, reference: Reference) -> FollowUp | None:
    """Turn to the other videos: their same moment, their same seconds, or the same question."""
    others = [each for each in library.videos() if each.answerable and each.video_id != video.video_id]
    handle = library.handle(video)
    if not others:
        return None
    names = " and ".join(library.handle(each) for each in others[:_MAX_OTHERS])
    if not reference.timed:
        earlier = reference.question.replace(handle, " ").replace(video.name, " ")
        earlier = _LEFT_OVER.sub("", earlier.strip(" ?.!？"))
        return FollowUp(f"{earlier} in {names}?", f'The question before, "{earlier}", was asked of {names}')
    if video.start is not None and any(each.start is not None for each in others):
        asked = f"what happened in {handle} {_stretch(reference.span)} in the other cameras"
        return FollowUp(asked, f"Read as the moment of {handle} {reference.span} in the other recordings")
    note = f"Read as the same seconds, {reference.span}, of {names}: it is not known when they were recorded"
    return FollowUp(f"what happened in {names} {_stretch(reference.span)}", note)
