"""The offline planner's words: the evidence in sentences, each with its citation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Source
from assistant.citations import write_citation
from assistant.evidence import Evidence, Findings, Kind, Line
from assistant.models.plan import MAX_VIDEOS, Asked, asked_spans
from assistant.observer_words import asks_for_text, is_observer, observer_words, without_screen_texts
from assistant.scope import Scope
from assistant.turn import Mode
from indexer.text import query_tokens, tokens
from indexer.timeline import Span, format_seconds

MAX_SENTENCES = 12
"""Sentences for one stretch; the rest is counted, not listed."""
_MAX_MOMENTS = 3
_MAX_NOTES = 3
_ABOUT_AS_MANY = 0.7
_TOUCH_SECONDS = 1e-3
_ALIKE = 0.6
"""Share of words from which two statements about the same time are the same one."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A line of evidence with what is needed to cite it."""

    video: str
    line: Line
    cited: Span
    source: Source
    judged: bool
    """Whether it is the answer of a model that understood the question."""
    relevance: int


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
    paragraphs: list[str] = _notes(scope)
    if not scope.videos and not scope.notes:
        paragraphs.append("There is no indexed video to answer from. Index some first: witness index FOLDER.")
    judged = any(found.judged for found in findings)
    if mode is not Mode.ANSWER and findings and not judged:
        paragraphs.append(
            f"A {_MODE_WORDS[mode]} takes judgement, and that needs a vision-language model "
            "(setting: vision). This is what was measured:"
        )
    evidence = [entry for found in findings for entry in found.evidence]
    asked = asked_spans(scope)
    if asked:
        paragraphs += [f"{_about_span(each, evidence, question)} {_unseen(each, findings)}" for each in asked]
    elif findings:
        paragraphs.append(_about_search(scope, question, findings))
    paragraphs += [f"One step failed: {_plain(error)}." for error in dict.fromkeys(errors)]
    answered = {each.video.video_id for each in asked}
    if not scope.named and len(answered) == MAX_VIDEOS < len(scope.videos):
        paragraphs.append(
            f"These are the first {MAX_VIDEOS} of {len(scope.videos)} videos; name one to ask about it."
        )
    paragraphs.append(_closing(findings, judged=judged))
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs)


def _notes(scope: Scope) -> list[str]:
    """Return what the person has to be told, shortened where it is the same of many videos."""
    notes = [f"{_plain(note)}." for note in scope.notes]
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


def _about_span(asked: Asked, evidence: Sequence[Evidence], question: str) -> str:
    """Say what happened in a stretch, the relevant first, or that nothing moved."""
    own = [entry for entry in evidence if entry.video_id == asked.video.video_id and entry.lines]
    if not own:
        return f"Nothing is known of {asked.video.handle} {asked.span}: nobody could look at it."
    statements = _without_repeats(_statements(own, asked.span, question))
    if asked.by_time and not asks_for_text(question):
        statements = [statement for statement in statements if statement.line.kind is not Kind.TEXT]
    said = [_sentence(statement) for statement in statements[:MAX_SENTENCES]]
    listed = len(said) > 1
    if all(statement.line.kind is Kind.TEXT for statement in statements):
        said = [*_nothing(asked, own), *said]
    if len(statements) > MAX_SENTENCES:
        said.append(f"{len(statements) - MAX_SENTENCES} more are left out; ask about a shorter span.")
    return _as_list(said) if listed else " ".join(said)


def _nothing(asked: Asked, own: Sequence[Evidence]) -> list[str]:
    """Say that nothing moved, by how many frames, and how the picture was."""
    looks = [entry for entry in own if entry.source is Source.LOOK and entry.span.intersect(asked.span)]
    frames = {second for entry in looks for second in entry.frame_seconds if asked.span.contains(second)}
    start, end = (format_seconds(second) for second in (asked.span.start_seconds, asked.span.end_seconds))
    cited = write_citation(asked.video.handle, asked.span)
    if not looks:
        return [f"The index reports no movement between {start} and {end} {cited}."]
    states = [without_screen_texts(line.text).removeprefix("Nothing moved.").strip()
              for entry in looks for line in entry.lines if line.kind is Kind.SUMMARY]  # fmt: skip
    nothing = f"Nothing moved between {start} and {end}; {len(frames)} frames of it were looked at {cited}."
    return [nothing, *filter(None, dict.fromkeys(states))]


def _unseen(asked: Asked, findings: Sequence[Findings]) -> str:
    """Say which parts of a stretch nobody looked at, unless the new look has a frame there."""
    seconds = [second for found in findings for entry in found.evidence for second in entry.frame_seconds
               if entry.video_id == asked.video.video_id]  # fmt: skip
    parts = {
        f"{part} ({unseen.reason})"
        for found in findings
        for searched in found.searched
        for unseen in searched.unseen
        if searched.video_id == asked.video.video_id
        and (part := unseen.span.intersect(asked.span))
        and not any(part.contains(second) for second in seconds)
    }
    return f"Not inspected: {', '.join(sorted(parts))}." if parts else ""


def _about_search(scope: Scope, question: str, findings: Sequence[Findings]) -> str:
    """Say what fits the words best, or honestly that nothing does and what was gone through."""
    moments = _worth_telling([entry for found in findings for entry in found.evidence])
    statements = [
        statement
        for entry in moments
        for statement in _statements([entry], entry.span, question)
        if statement.line.best or entry.source is Source.LOOK
    ]
    if asks_for_text(question):
        statements = [statement for statement in statements if statement.line.kind is Kind.TEXT] or statements
    said = [_sentence(statement) for statement in _without_repeats(statements)[:MAX_SENTENCES]]
    if said:
        return _as_list(said) + _reading(question, findings)
    if moments:
        closest = moments[0]
        return (
            "Nothing fits these words exactly. The nearest that the index knows: "
            f"{_plain(closest.lines[0].text)} {write_citation(closest.video, closest.span)}."
        )
    return _not_found(scope, question, findings)


def _as_list(sentences: Sequence[str]) -> str:
    """Write one sentence as it is, several below each other."""
    return sentences[0] if len(sentences) == 1 else "\n".join(f"- {sentence}" for sentence in sentences)


def _reading(question: str, findings: Sequence[Findings]) -> str:
    """Say how the question's words were read, where they ask for more than an observer can know."""
    measured = observer_words(question) if all(is_observer(found.vision) for found in findings) else []
    if not measured or asks_for_text(question):
        return ""
    return (
        f"\n\nWhat was searched for is what can be measured of that: {', '.join(measured)}. "
        "What or who it was, and why, takes a vision-language model."
    )


def _worth_telling(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the looks, and the moments that share about as many words with the question as the best one."""
    moments = [entry for entry in evidence if entry.source is Source.INDEX]
    most = max((len(entry.matched) for entry in moments), default=0)
    close = [entry for entry in moments if len(entry.matched) >= _ABOUT_AS_MANY * most]
    return [*(entry for entry in evidence if entry.source is Source.LOOK), *close[:_MAX_MOMENTS]]


def _not_found(scope: Scope, question: str, findings: Sequence[Findings]) -> str:
    searched = {entry.video: entry.span for found in findings for entry in found.searched}
    where = ", ".join(f"{video} {span}" for video, span in searched.items()) or "nothing"
    measured = observer_words(question) if any(is_observer(found.vision) for found in findings) else []
    also = f" (and for what an observer measures of that: {', '.join(measured)})" if measured else ""
    unseen = [f"{entry.video} {gap.span} ({gap.reason})"
              for found in findings for entry in found.searched for gap in entry.unseen]  # fmt: skip
    return (
        f'Nothing was found for "{scope.words}"{also}. Searched in the index: {where}. '
        + (f"Not inspected: {', '.join(unseen)}. " if unseen else "")
        + "Not found is not the same as did not happen."
    )


def _statements(evidence: Iterable[Evidence], span: Span, question: str) -> list[_Statement]:
    """Return what the evidence says of a span: changes before text that stands there, the relevant first.

    Summaries of measurements only repeat their events; those of a model that judges are its answer.
    """
    wanted = set(query_tokens(question)) | set(tokens(" ".join(observer_words(question))))
    found: list[_Statement] = []
    for entry in evidence:
        for line in entry.lines:
            cited = line.span.intersect(span)
            if cited and line.text and (line.kind is not Kind.SUMMARY or entry.judged):
                relevance = len(wanted & set(tokens(line.text))) + line.best
                found.append(_Statement(entry.video, line, cited, entry.source, entry.judged, relevance))
    text_first = asks_for_text(question)
    found.sort(key=lambda it: (not it.judged, -it.relevance, it.cited))
    return sorted(found, key=lambda it: (it.line.kind is not Kind.TEXT) is text_first)


def _without_repeats(statements: Sequence[_Statement]) -> list[_Statement]:
    """Join what goes on from one segment into the next, and drop what is said twice of one time.

    The look's words stay before those of the index, since it sees finer.
    """
    kept: list[_Statement] = []
    for statement in sorted(statements, key=lambda it: (it.source is not Source.LOOK, it.cited)):
        if any(_alike(statement, other) and statement.cited.intersect(other.cited) for other in kept):
            continue
        before = next((other for other in kept if _goes_on(other, statement)), None)
        if before is None:
            kept.append(statement)
        else:
            kept[kept.index(before)] = _joined(before, statement)
    order = {(it.video, it.line.text): place for place, it in reversed(list(enumerate(statements)))}
    return sorted(kept, key=lambda it: order[it.video, it.line.text])


def _goes_on(first: _Statement, second: _Statement) -> bool:
    """Tell whether a statement is the same one, cut where one segment ends and the next begins."""
    same = (first.video, first.source, first.line.text) == (second.video, second.source, second.line.text)
    return same and abs(second.cited.start_seconds - first.cited.end_seconds) <= _TOUCH_SECONDS


def _joined(first: _Statement, second: _Statement) -> _Statement:
    return replace(first, cited=Span(first.cited.start_seconds, second.cited.end_seconds))


def _alike(one: _Statement, other: _Statement) -> bool:
    if one.video != other.video:
        return False
    first, second = (set(tokens(statement.line.text.partition(";")[0])) for statement in (one, other))
    return len(first & second) >= _ALIKE * max(1, min(len(first), len(second)))


def _sentence(statement: _Statement) -> str:
    text = _plain(statement.line.text)
    whole = statement.line.span
    if statement.line.kind is Kind.EVENT and not statement.cited.covers(whole):
        start, end = (format_seconds(second) for second in (whole.start_seconds, whole.end_seconds))
        text = f"{text}, from {start} to {end}"
    return f"{text[:1].upper()}{text[1:]} {write_citation(statement.video, statement.cited)}."


def _plain(text: str) -> str:
    """Make a text fit for a sentence: one line, no final stop, no brackets that read as a citation."""
    return " ".join(text.split()).rstrip(".。 ").replace("[[", "[").replace("]]", "]")


def _closing(findings: Sequence[Findings], *, judged: bool) -> str:
    if judged:
        names = ", ".join(dict.fromkeys(found.vision for found in findings if found.judged))
        return f"No language model is configured: these are the words of {names}, put together by rule."
    return "No language model is configured: these sentences are measurements, put together by rule."
