"""Which tools the offline planner uses, chosen by rule.

A question for a count, a first or last time, or a comparison: the database counts. A time in the question:
what the index knows of that span, and a new look at it. Other words: a search, and a look at the best moment
where that adds something. Neither: what the index knows of the whole video.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.counting import Count, CountQuestion, read_count
from assistant.evidence import Evidence, Findings, Kind
from assistant.limits import asks_about_sound, asks_yes_or_no, measurable, unknowable
from assistant.observer_words import asks_for_text, denied_words, is_observer
from assistant.scope import Scope, VideoScope
from assistant.turn import Mode
from indexer.library.occurrences import Wanted
from indexer.timeline import Span, merge_spans, subtract_spans

MAX_VIDEOS = 5
"""Videos that one question without a file name is asked of; more would not be read by anybody."""
_LOOK_SECONDS = 20.0
"""Longest span of a look that the planner chooses by itself."""
_COMPARED = 3
COMPARED_KINDS = ('"came into the picture"|"appeared"', '"left the picture"|"was gone"', '"the light"')
"""What of measurements is counted besides all events, where videos are compared."""
_WHY_TIME = "the question names this time: what the index knows of it"
_WHY_FINER = "the index was written without knowing the question: look at the frames of that time"
_WHY_SURE = "a search tells the best moments only, and a no is about all of them: the database is asked"
_WHY_ALL = "the question is about all of it"
_WHY_MODE = "the form of the answer takes a look"
_WHY_BEST = "the best moment, looked at with the question"
MAX_MOMENTS = 20
"""Moments that one search returns."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool and its arguments."""

    tool: str
    arguments: dict[str, Any]
    why: str = ""
    """What it is good for, for people."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One stretch of one video that the question is about."""

    video: VideoScope
    span: Span
    by_time: bool
    """Whether the question named it by a time; otherwise it is the whole video."""

    @property
    def seen(self) -> Span | None:
        """From the first to the last instant that can be looked at; None where nobody could look at any."""
        parts = subtract_spans(self.span, (gap.span for gap in self.video.unseen))
        return Span(parts[0].start_seconds, parts[-1].end_seconds) if parts else None


def as_planned(scope: Scope, question: str, mode: Mode) -> Scope:
    """Return the scope, widened to whole videos where no measurement fits the words.

    So a safety review, and a question about one video for what cannot be measured, tell all of it.
    """
    if scope.times or not scope.measured or measurable(question, scope.words):
        return scope
    unknown = scope.named and (unknowable(question, scope.words) or asks_about_sound(question))
    return replace(scope, whole=mode is Mode.SAFETY or bool(unknown))


def asked_spans(scope: Scope) -> list[Asked]:
    """Return the stretches that a question is about; empty for one that has to be searched for."""
    if scope.times:
        # Those that the time lies past the end of have no span; they must not take the others' places.
        timed = [video for video in scope.videos if video.spans][:MAX_VIDEOS]
        return [Asked(video, span, True) for video in timed for span in video.spans]
    if scope.searched:
        return []
    videos = [video for video in scope.videos[:MAX_VIDEOS] if video.duration_seconds > 0]
    return [Asked(v, part, False) for v in videos for part in v.spans or (Span(0.0, v.duration_seconds),)]


def first_calls(scope: Scope, question: str, mode: Mode) -> list[Call]:
    """Choose the tools to begin with; none when there is nothing to look into."""
    if scope.missing or not scope.videos or (scope.refers_back and not scope.words):
        return []
    if (count := counted(scope)) is not None:
        return count_calls(scope, count)
    asked = asked_spans(scope)
    if scope.times or asked:
        calls = []
        for entry in asked:
            calls.append(_recall(entry.video.handle, entry.span, _WHY_TIME if entry.by_time else _WHY_ALL))
            if entry.by_time and entry.seen:
                calls.append(_look(entry.video.handle, entry.seen, question, _WHY_FINER))
        return calls
    if scope.named and not scope.narrowed:
        return [_search(scope.words, video.handle) for video in scope.videos[:MAX_VIDEOS]]
    return [_search(scope.words, None)]  # the tool stays within what the question is narrowed to


def counted(scope: Scope) -> CountQuestion | None:
    """Return what is to be counted for a question; None when it is answered otherwise."""
    return read_count(scope.words, measured=scope.measured) if scope.words else None


def exact_words(scope: Scope, question: str) -> str:
    """Return what a measured event has to say for a yes to a question; "" where that cannot be told."""
    asked = scope.measured and scope.searched and not scope.times and asks_yes_or_no(question)
    return denied_words(scope.words) if asked else ""


def count_calls(scope: Scope, count: CountQuestion, why: str = "") -> list[Call]:
    """Count events: in each stretch or video that is named, or in all at once."""
    wanted = [count.words]
    if count.kind is Count.COMPARE and not count.words and scope.measured and len(scope.videos) <= _COMPARED:
        wanted += COMPARED_KINDS
    places: list[dict[str, Any]] = [{}]
    if scope.times:
        places = [_arguments(each.video.handle, each.span) for each in asked_spans(scope)]
    elif scope.named and not scope.narrowed:
        places = [{"video": video.handle} for video in scope.videos[:MAX_VIDEOS]]
    return [
        Call("list_events", {"words": words, **place}, why or f"the question asks for {count.kind.value}")
        for words in wanted
        for place in places
    ]


def next_calls(scope: Scope, question: str, mode: Mode, findings: Sequence[Findings]) -> list[Call]:
    """Choose what to do after the first tools came back; none when the evidence is enough."""
    evidence = [entry for found in findings for entry in found.evidence]
    measured = all(is_observer(found.vision) for found in findings if found.vision)
    if counted(scope) is not None:
        none = not any(tally.count for found in findings for tally in found.tallies)
        # A model words one thing in many ways: where none says it so, the nearest may still be it.
        video = scope.videos[0].handle if len(scope.videos) == 1 else None
        return [_search(scope.words, video)] if none and not scope.measured else []
    if scope.times or not (evidence or exact_words(scope, question)):
        return []
    if not scope.searched:
        # The whole video: measurements stand in the index already, a model that judges is asked in its mode.
        return [] if measured or mode is Mode.ANSWER else [
            _look(entry.video.handle, entry.span, question, _WHY_MODE) for entry in asked_spans(scope)
        ]  # fmt: skip
    if any(line.kind is Kind.QUOTE for entry in evidence for line in entry.lines):
        return []  # words were asked for and are there; no look would read them better
    if exact := exact_words(scope, question):
        wanted = Wanted.read(exact)
        told = (line.text.partition(";")[0] for entry in evidence for line in entry.lines)
        if not any(wanted.fits(text, "") for text in told):
            return count_calls(scope, CountQuestion(Count.EACH, exact), _WHY_SURE)
    best = evidence[0]
    span = _span_to_look_at(best)
    text_missing = asks_for_text(question) and not any(line.kind is Kind.TEXT for line in best.lines)
    time_missing = not any(line.best for line in best.lines)
    if measured and mode is Mode.ANSWER and not text_missing and not time_missing:
        return []
    why = "the index has no text there" if text_missing else _WHY_BEST
    return [_look(best.video, span, question, "the index has no time there" if time_missing else why)]


def _span_to_look_at(evidence: Evidence) -> Span:
    """Return where the best lines of a moment lie, or the moment's beginning; not too long for a look."""
    spans = merge_spans(line.span for line in evidence.lines if line.best) or [evidence.span]
    start = max(spans[0].start_seconds, evidence.span.start_seconds)
    return Span(start, min(spans[0].end_seconds, start + _LOOK_SECONDS))


def _recall(video: str, span: Span, why: str) -> Call:
    return Call("recall_span", _arguments(video, span), why)


def _look(video: str, span: Span, question: str, why: str) -> Call:
    return Call("look_again", {**_arguments(video, span), "question": question}, why)


def _search(words: str, video: str | None) -> Call:
    arguments: dict[str, Any] = {"query": words, "limit": MAX_MOMENTS}
    why = "the question names no time: search for its words"
    return Call("search_moments", {**arguments, "video": video} if video else arguments, why)


def _arguments(video: str, span: Span) -> dict[str, Any]:
    return {"video": video, "start_seconds": span.start_seconds, "end_seconds": span.end_seconds}
