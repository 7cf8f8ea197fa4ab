"""What a turn begins with, for the chat model: the videos, the times that were worked out, the limits."""

from __future__ import annotations

from collections.abc import Iterator

import prompts
from assistant.data import as_data
from assistant.scope import Scope, VideoScope
from assistant.turn import Mode, Turn
from indexer.library.library import Library
from indexer.timeline import Span, format_seconds

_MAX_VIDEOS = 60
"""Videos named in the prompt; the tool list_videos tells all of them."""

_MODE_TASK = {
    Mode.ANSWER: "",
    Mode.TIMELINE: "Wanted: a second-by-second timeline. look_again writes one for the span given.",
    Mode.CLASSIFY: "Wanted: one action out of this list: {actions}. look_again chooses one for a span.",
    Mode.SAFETY: "Wanted: a safety review. look_again reviews the span given.",
}


def write_system_prompt(library: Library, turn: Turn, language: str, limits: str) -> str:
    """Write what the chat model is told before the question."""
    prompt = prompts.load(
        "agent",
        videos=as_data("\n".join(_videos(library, turn.scope)) or "none is indexed"),
        times=as_data("\n".join(_times(turn.scope)) or "none"),
        language=language,
        limits=limits,
    )
    task = _MODE_TASK[turn.mode].format(actions=", ".join(turn.actions))
    return f"{prompt}\n\n{task}".strip()


def say_reading(turn: Turn) -> Iterator[str]:
    """Say what was read from a question before anything was looked up, a line each."""
    scope = turn.scope
    if turn.goes_on is not None and not turn.goes_on.nowhere:
        yield f"goes on from the answer before: {turn.goes_on.question}"
    yield f"videos: {', '.join(scope.handles[:_MAX_VIDEOS]) or 'none'}" + ("" if scope.named else " (all)")
    if scope.times:
        yield f"times: {', '.join(scope.times)}"
    yield from _times(scope)
    yield f"words: {scope.words}" if scope.words else "no words to search for"
    if turn.mode is not Mode.ANSWER:
        yield f"form: {turn.mode.value}"


def _videos(library: Library, scope: Scope) -> Iterator[str]:
    for video in scope.videos[:_MAX_VIDEOS]:
        recorded = ""
        if video.start is not None and video.duration_seconds > 0:
            recorded = f", recorded {video.start.wall(Span(0.0, video.duration_seconds)).dated}"
        yield f"{video.handle}, {format_seconds(video.duration_seconds)} long{recorded}"
    if len(scope.videos) > _MAX_VIDEOS:
        yield f"and {len(scope.videos) - _MAX_VIDEOS} more, see list_videos"


def _times(scope: Scope) -> Iterator[str]:
    for video in scope.videos[:_MAX_VIDEOS]:
        if video.spans:
            spans = ", ".join(_time(video, span) for span in video.spans)
            yield f"{video.handle}: {spans}"
    yield from (*scope.missing, *scope.notes)


def _time(video: VideoScope, span: Span) -> str:
    wall = f", {video.start.wall(span)} by the wall clock" if video.start else ""
    return f"{span} ({span.start_seconds:g}–{span.end_seconds:g} s{wall})"
