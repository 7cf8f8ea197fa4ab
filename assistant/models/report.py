"""The offline planner's words: the evidence in sentences, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.answer import QUOTED, Source
from assistant.citations import write_citation
from assistant.evidence import Evidence, Findings, Kind
from assistant.limits import asks_about_sound, unknowable
from assistant.models.plan import MAX_MOMENTS, MAX_VIDEOS, Asked, asked_spans, counted
from assistant.models.statements import (
    Statement,
    disagrees,
    of_colours,
    plain,
    sentence,
    statements_of,
    without_repeats,
)
from assistant.models.tallies import about_counts
from assistant.observer_words import (
    asks_about_falls,
    asks_for_text,
    is_observer,
    observer_groups,
    observer_words,
)
from assistant.retrieving.quotes import say_missing
from assistant.scope import Scope
from assistant.turn import Mode
from indexer.library.occurrences import Wanted
from indexer.texts.on_screen import without_screen_texts
from indexer.timeline import format_seconds, subtract_spans

MAX_SENTENCES = 12
"""Sentences for one stretch; the rest is counted, not listed."""
_MAX_NOTES = 3
_NOTHING_MOVED = re.compile(r"Nothing moved(?P<floor> that is larger than [\d.]+ % of the picture)?\.")
"""How the observer says so, with the size under which it would not have seen a movement."""
_ABOUT_AS_MANY = 0.7


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
            paragraphs.append(_about_search(scope, question, nearest))
        asked = []
    elif asked:
        several = len({each.video.video_id for each in asked}) > 1
        for each in asked:
            said = _about_span(each, evidence, question, scope.words)
            said += ("\n\n" if said.startswith("- ") else " ") + _unseen(each, findings)
            paragraphs.append(_titled(each.video.handle, said.strip()) if several else said.strip())
    elif findings:
        paragraphs.append(_about_search(scope, question, findings))
    paragraphs += [f"One step failed: {_stop(error)}" for error in dict.fromkeys(errors)]
    answered = {each.video.video_id for each in asked}
    if not scope.named and len(answered) == MAX_VIDEOS < len(scope.videos):
        paragraphs.append(
            f"These are the first {MAX_VIDEOS} of {len(scope.videos)} videos; name one to ask about it."
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


def _titled(name: str, said: str) -> str:
    """Put a video's name over what is said of it."""
    return f"**{name}**\n{said}" if said.startswith("- ") else f"**{name}**: {said}"


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
    looked = any(entry.source is Source.LOOK for entry in own)
    if not own or (asked.seen is None and not looked):
        return f"Nothing is known of {asked.video.handle} {asked.span}: nobody could look at it."
    statements = without_repeats(statements_of(own, asked.span, question, words))
    no = _none_fits(own, statements, words)
    if asked.by_time:
        statements.sort(key=lambda it: it.source is not Source.LOOK)
        if not asks_for_text(question):
            statements = [statement for statement in statements if statement.line.kind is not Kind.TEXT]
        if asks_for_text(question) or asks_about_sound(question):
            statements.sort(key=lambda it: it.line.kind is not Kind.QUOTE)
    said = _sentences(statements[:MAX_SENTENCES])
    if all(statement.line.kind in (Kind.TEXT, Kind.QUOTE) for statement in statements):
        said = [*_nothing(asked, own), *said]
    return no + _listed([*said, *_left_out(len(statements) - MAX_SENTENCES, "ask about a shorter span")])


def _none_fits(own: Sequence[Evidence], statements: Sequence[Statement], words: str) -> str:
    """Say first that no measurement is what was asked for: behind others that are told, it is not seen."""
    groups = observer_groups(words)
    if not groups or any(entry.judged for entry in own) or asks_for_text(words):
        return ""
    wanted = Wanted(tuple(groups))
    if any(wanted.fits(statement.line.text.partition(";")[0], "") for statement in statements):
        return ""
    return f"Nothing that was measured there says {wanted}.\n\n"


def _sentences(statements: Sequence[Statement]) -> list[str]:
    return [sentence(each, from_index=disagrees(each, statements)) for each in statements]


def _listed(sentences: Sequence[str]) -> str:
    """Write one sentence as it is, several below each other."""
    return sentences[0] if len(sentences) == 1 else "\n".join(f"- {each}" for each in sentences)


def _left_out(count: int, advice: str, *, at_least: bool = False) -> list[str]:
    """Say how many more there are; nothing where all are told."""
    number = f"At least {count}" if at_least else str(count)
    return [f"{number} more {'is' if count == 1 else 'are'} left out; {advice}."] if count > 0 else []


def _nothing(asked: Asked, own: Sequence[Evidence]) -> list[str]:
    """Say that nothing moved, by how many frames, and how the picture was."""
    looks = [entry for entry in own if entry.source is Source.LOOK and entry.span.intersect(asked.span)]
    frames = {second for entry in looks for second in entry.frame_seconds if asked.span.contains(second)}
    start, end = (format_seconds(second) for second in (asked.span.start_seconds, asked.span.end_seconds))
    cited = write_citation(asked.video.handle, asked.span)
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
        f"{len(frames)} frames of it were looked at {cited}."
    )
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
    worth = _worth_telling([entry for found in findings for entry in found.evidence])
    statements = _fitting(worth, scope, question)
    wants_text, quoted = asks_for_text(question), any(each.line.kind is Kind.QUOTE for each in statements)
    if quoted:  # what is found word for word says it more exactly than a caption that has the words too
        told = (Kind.QUOTE,) if wants_text else (Kind.QUOTE, Kind.EVENT)
        statements = [each for each in statements if each.line.kind in told or each.judged]
    elif wants_text:
        statements = [statement for statement in statements if statement.line.kind is Kind.TEXT] or statements
    if statements:
        more = any(len(found.evidence) >= MAX_MOMENTS for found in findings)
        said = _by_video(statements, scope, question, more=more)
        if quoted:
            return said
        missing = say_missing(scope.words)
        return (f"{missing}\n\n" if missing else "") + said + _reading(scope, question, findings)
    if worth and not scope.measured:
        closest = worth[0]
        return (
            "Nothing fits these words exactly. The nearest that the index knows: "
            f"{plain(closest.lines[0].text)} {write_citation(closest.video, closest.span)}."
        )
    return _not_found(scope, question, findings)


def _fitting(evidence: Iterable[Evidence], scope: Scope, question: str) -> list[Statement]:
    """Return the answers of a model, the events that a search was after, and what a look adds to them."""
    statements = [
        statement
        for entry in evidence
        for statement in statements_of([entry], entry.span, question, scope.words)
        if statement.judged
        or statement.line.best
        or (entry.source is Source.LOOK and statement.relevance > 0)
    ]
    if scope.measured:
        statements = of_colours(statements, scope.words)
    return sorted(without_repeats(statements), key=lambda it: -it.rate)


def _by_video(statements: Sequence[Statement], scope: Scope, question: str, *, more: bool) -> str:
    """Write the best statements, each video's together; of one video in the order of time.

    ``more`` tells that a search ended at its limit, so that what is left out is counted from below.
    """
    chosen = list(statements[:MAX_SENTENCES])
    names = list(dict.fromkeys(statement.video for statement in chosen))
    if len(names) == 1 and not asks_about_falls(question):
        chosen.sort(key=lambda it: (not it.judged, it.cited))
    advice = "name a time to see them" if scope.named else "name a video or a time to see them"
    rest = _left_out(len(statements) - len(chosen), advice, at_least=more)
    if len(names) == 1 and scope.named:
        return _listed([*_sentences(chosen), *rest])
    parts = [
        _titled(name, _listed(_sentences([each for each in chosen if each.video == name]))) for name in names
    ]
    return "\n\n".join([*parts, *rest])


def _reading(scope: Scope, question: str, findings: Sequence[Findings]) -> str:
    """Say how the question's words were read, where they ask for more than an observer can know."""
    measured = observer_words(question) if all(is_observer(found.vision) for found in findings) else []
    if not measured or asks_for_text(question):
        return ""
    searched = f"\n\nWhat was searched for is what can be measured of that: {', '.join(measured)}."
    told = unknowable(question, scope.words)
    return searched if told else f"{searched} What or who it was, and why, takes a vision-language model."


def _worth_telling(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return looks, quotes, and the moments that share about as many words with the question as the best."""
    moments = [entry for entry in evidence if entry.source is Source.INDEX]
    most = max((len(entry.matched) for entry in moments), default=0)
    close = [
        entry
        for entry in moments
        if len(entry.matched) >= _ABOUT_AS_MANY * most or any(line.kind is Kind.NOTE for line in entry.lines)
    ]
    return [*(entry for entry in evidence if entry.source in (Source.LOOK, *QUOTED)), *close]


def _not_found(scope: Scope, question: str, findings: Sequence[Findings]) -> str:
    searched = {
        f"{entry.video} {part}": None
        for found in findings
        for entry in found.searched
        for part in subtract_spans(entry.span, (gap.span for gap in entry.unseen))
    }
    where = ", ".join(searched) or "nothing"
    measured = observer_words(question) if any(is_observer(found.vision) for found in findings) else []
    also = f" (and for what an observer measures of that: {', '.join(measured)})" if measured else ""
    unseen = [f"{entry.video} {gap.span} ({gap.reason})"
              for found in findings for entry in found.searched for gap in entry.unseen]  # fmt: skip
    return (
        f'Nothing was found for "{scope.words}"{also}. Searched in the index: {where}. '
        + (f"Not inspected: {', '.join(unseen)}. " if unseen else "")
        + "Not found is not the same as did not happen."
    )


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
