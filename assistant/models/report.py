"""The offline planner's words: the evidence in sentences, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.answer import QUOTED, Source
from assistant.citations import write_citation
from assistant.evidence import Evidence, Findings, Kind
from assistant.limits import asks_about_sound, unknowable
from assistant.models.found import about_search
from assistant.models.lists import MAX_SENTENCES, left_out, listed, sentences, titled
from assistant.models.plan import MAX_VIDEOS, Asked, asked_spans, counted
from assistant.models.statements import (
    Statement,
    grazes,
    plain,
    statements_of,
    without_repeats,
)
from assistant.models.tallies import about_counts
from assistant.observer_words import (
    asks_for_text,
    is_observer,
    observer_groups,
)
from assistant.scope import Scope
from assistant.turn import Mode
from indexer.library.occurrences import Wanted
from indexer.plurals import counted as number_of
from indexer.texts.on_screen import without_screen_texts
from indexer.timeline import format_seconds, subtract_spans

_MAX_NOTES = 3
_NOTHING_MOVED = re.compile(r"Nothing moved(?P<floor> that is larger than [\d.]+ % of the picture)?\.")
"""How the observer says so, with the size under which it would not have seen a movement."""


def write_report(
    scope: Scope, question: str, mode: Mode, findings: Sequence[Findings], errors: Sequence[str]
) -> str:
    """Compose the answer of a turn.

    Args:
        scope: What the question means.
        question: The person's words.
        mode: The form in which the answer was wanted.
        findings: What the tools returned.
        errors: What tools that failed said.
    """
    if scope.missing:
        return "\n\n".join(_stop(text[:1].upper() + text[1:]) for text in scope.missing)
    evidence = [entry for found in findings for entry in found.evidence]
    asked = asked_spans(scope) if findings or scope.times else []
    paragraphs = [*_notes(scope), *_opening(scope, question, mode, findings)]
    count = counted(scope)
    if count is not None and any(found.tallies for found in findings):
        paragraphs.append(about_counts(scope, question, count, findings))
        if nearest := [found for found in findings if found.evidence and not found.tallies]:
            paragraphs.append(about_search(scope, question, nearest))
        asked = []
    elif asked:
        several = len({each.video.video_id for each in asked}) > 1
        for each in asked:
            said = _about_span(each, evidence, question, scope.words)
            said += ("\n\n" if said.startswith("- ") else " ") + _unseen(each, findings)
            paragraphs.append(titled(each.video.handle, said.strip()) if several else said.strip())
    elif findings:
        paragraphs.append(about_search(scope, question, findings))
    paragraphs += [f"One step failed: {_stop(error)}" for error in dict.fromkeys(errors)]
    answered = {each.video.video_id for each in asked}
    # Of those that the time lies past the end of, a note has told already.
    there = [video for video in scope.videos if video.spans or not scope.times]
    if not scope.named and len(answered) == MAX_VIDEOS < len(there):
        paragraphs.append(
            f"These are the first {MAX_VIDEOS} of {len(there)} videos; name one to ask about it."
        )
    paragraphs.append(_closing(findings))
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs)


def _opening(scope: Scope, question: str, mode: Mode, findings: Sequence[Findings]) -> list[str]:
    """Say what the question asks that this answer cannot give."""
    said = []
    if not scope.videos and not scope.notes:
        said.append("There is no indexed video to answer from. Index some first: witness index FOLDER.")
    if scope.refers_back:
        said.append(
            "There is no earlier answer in this conversation that this could go on from. Ask with its own "
            "time or words, for example: what happened at second 5?"
        )
    quoted = any(entry.source in QUOTED for found in findings for entry in found.evidence)
    if asks_about_sound(question) and not quoted:
        said.append("Sound is never examined. What is said can be transcribed: witness index --speech.")
    counts = any(found.tallies for found in findings)
    if not findings or any(found.judged for found in findings):
        return said
    if mode is not Mode.ANSWER:
        said.append(
            f"A {_MODE_WORDS[mode]} takes judgement, and that needs a vision-language model "
            "(setting: vision). This is what was measured:"
        )
    elif scope.measured and (subject := unknowable(question, scope.words, counted=counts)):
        said.append(
            f"{subject} is not told by the words alone:"
            if quoted
            else f"{subject} cannot be known from measurements: it takes a vision-language model "
            "(setting: vision). This is what measurements can tell:"
        )
    return said


def _stop(text: str) -> str:
    return f"{plain(text)}."


def _notes(scope: Scope) -> list[str]:
    """Return what the person has to be told, shortened where it is the same of many videos."""
    notes = [_stop(note) for note in scope.notes]
    if len(notes) <= _MAX_NOTES:
        return notes
    return [
        *notes[: _MAX_NOTES - 1],
        f"The same, or alike, is true of {len(notes) - _MAX_NOTES + 1} more videos.",
    ]


_MODE_WORDS = {
    Mode.TIMELINE: "timeline with actors and intents",
    Mode.CLASSIFY: "choice of one action",
    Mode.SAFETY: "safety review",
}


def _about_span(asked: Asked, evidence: Sequence[Evidence], question: str, words: str) -> str:
    """Say what happened in a stretch, the relevant first, or that nothing moved."""
    own = [entry for entry in evidence if entry.video_id == asked.video.video_id and entry.lines]
    if not own or (asked.seen is None and not _looks(own, asked)):
        return f"Nothing is known of {asked.video.handle} {asked.span}: nobody could look at it."
    frames = _frames(asked, own)
    told = statements_of(own, asked.span, question, words)
    told = [each for each in told if not grazes(each, frames) and not _unlooked(each, asked)]
    statements = without_repeats(told)
    no = _none_fits(own, statements, words)
    if asked.by_time:
        statements.sort(key=lambda it: it.source is not Source.LOOK)
        if not asks_for_text(question):
            statements = [statement for statement in statements if statement.line.kind is not Kind.TEXT]
        if asks_for_text(question) or asks_about_sound(question):
            statements.sort(key=lambda it: it.line.kind is not Kind.QUOTE)
    said = sentences(statements[:MAX_SENTENCES])
    if all(statement.line.kind in (Kind.TEXT, Kind.QUOTE) for statement in statements):
        said = [*_nothing(asked, own), *said]
    return no + listed([*said, *left_out(len(statements) - MAX_SENTENCES, "ask about a shorter span")])


def _none_fits(own: Sequence[Evidence], statements: Sequence[Statement], words: str) -> str:
    """Say first that no measurement is what was asked for: behind others that are told, it is not seen."""
    groups = observer_groups(words)
    if not groups or any(entry.judged for entry in own) or asks_for_text(words):
        return ""
    wanted = Wanted(tuple(groups))
    if any(wanted.fits(statement.line.text.partition(";")[0], "") for statement in statements):
        return ""
    return f"Nothing that was measured there says {wanted}.\n\n"


def _nothing(asked: Asked, own: Sequence[Evidence]) -> list[str]:
    """Say that nothing moved, by how many frames, and how the picture was."""
    looks = _looks(own, asked)
    frames = _frames(asked, looks) or {second for entry in looks for second in entry.frame_seconds}
    span = asked.seen or asked.span
    start, end = (format_seconds(second) for second in (span.start_seconds, span.end_seconds))
    cited = write_citation(asked.video.handle, span)
    if not looks:
        return [f"The index reports no movement between {start} and {end} {cited}."]
    summaries = [
        without_screen_texts(line.text)
        for entry in looks
        for line in entry.lines
        if line.kind is Kind.SUMMARY
    ]
    floors = [found["floor"] or "" for each in summaries if (found := _NOTHING_MOVED.match(each))]
    states = [_NOTHING_MOVED.sub("", each).strip() for each in summaries]
    nothing = (
        f"Nothing moved between {start} and {end}{next(iter(floors), '')}; "
        f"{number_of(len(frames), 'frame')} of it {'was' if len(frames) == 1 else 'were'} looked at {cited}."
    )
    return [nothing, *filter(None, dict.fromkeys(states))]


def _looks(own: Iterable[Evidence], asked: Asked) -> list[Evidence]:
    """Return the looks at any part of a stretch."""
    return [entry for entry in own if entry.source is Source.LOOK and entry.span.intersect(asked.span)]


def _unlooked(statement: Statement, asked: Asked) -> bool:
    """Tell whether what is cited lies where nobody could look: an event of the index may reach into a gap."""
    return not subtract_spans(statement.cited, (gap.span for gap in asked.video.unseen))


def _frames(asked: Asked, evidence: Iterable[Evidence]) -> set[float]:
    """Return the seconds of the frames of a stretch that were looked at."""
    return {second for entry in evidence for second in entry.frame_seconds if asked.span.contains(second)}


def _unseen(asked: Asked, findings: Sequence[Findings]) -> str:
    """Say which parts of a stretch nobody looked at, unless the new look has a frame there."""
    seconds = [second for found in findings for entry in found.evidence for second in entry.frame_seconds
               if entry.video_id == asked.video.video_id]  # fmt: skip
    parts = {
        (part, unseen.reason)
        for found in findings
        for searched in found.searched
        for unseen in searched.unseen
        if searched.video_id == asked.video.video_id
        and (part := unseen.span.intersect(asked.span))
        and not any(part.contains(second) for second in seconds)
    }
    told = ", ".join(f"{part} ({reason})" for part, reason in sorted(parts))
    return f"Not inspected: {told}." if parts else ""


def _closing(findings: Sequence[Findings]) -> str:
    """Say whose words these are; an index may be a model's, and the second look the observer's."""
    told = [found for found in findings if found.evidence]
    models = dict.fromkeys(
        found.vision for found in told if found.judged or (found.vision and not is_observer(found.vision))
    )
    if not models:
        return "No language model is configured: these sentences are measurements, put together by rule."
    measured = " and measurements" if any(is_observer(found.vision) for found in told) else ""
    return (
        f"No language model is configured: these are the words of {', '.join(models)}{measured}, "
        "put together by rule."
    )
