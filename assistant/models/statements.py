"""Statements of an answer: lines of evidence with what each rests on, without what is said twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.answer import Source
from assistant.citations import write_citation
from assistant.claims import OF_THE_INDEX
from assistant.evidence import Evidence, Kind, Line
from assistant.matching import Terms
from assistant.observer_words import asked_colours, asks_about_falls, asks_for_text, observer_words
from assistant.timing import parse_seconds
from indexer.text import tokens
from indexer.timeline import Span, format_seconds

_TOUCH_SECONDS = 1e-3
_SAME_TIME = 0.5
"""Share of the shorter of two statements' times that both have, from which they are about one time."""
_BRIEF_SECONDS = 0.5
"""Longer than that, an event lies in what was asked although no frame of a thin look shows it."""
_INSTANT_SECONDS = 0.25
"""What is measured as that short happened at its beginning: light that comes on, a cut."""
_QUICK_SECONDS = 1.0
"""What is cited before and after the quickest instant of a fall."""

_TEMPLATE = frozenset(tokens("a an the and or in into of at to from with as it that region picture moved by"))
"""Words that every measurement is written with; the others tell one from another."""
_COLOURS = frozenset(tokens("black grey white red orange yellow green turquoise blue purple pink brown"))
_DIRECTION = re.compile(r"\b(?:upwards|downwards|(?:(?<=moved )|(?<=and ))to the (?:left|right))\b")
_QUICKEST = re.compile(
    r"quickest at (?P<at>[\d:.]+), when it moved (?P<way>[a-z ]+?),? about (?P<rate>[\d.]+) picture"
)
_IN_PLACE = " moved in place at "
_COMES_OR_GOES = re.compile(r"\b(?:appeared|was gone) at ")
_TRACE_SECONDS = 1.0
_RATE = re.compile(r"about (?P<rate>[\d.]+) picture (?:widths|heights) per second")


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of evidence with what is needed to cite it."""

    video: str
    line: Line
    cited: Span
    source: Source
    judged: bool
    """Whether it is the answer of a model that understood the question."""
    relevance: int
    """How many terms of the question stand in it."""
    rate: float = 0.0
    """Asked about a fall: how quickly it moved downwards, in picture sizes per second."""


def statements_of(evidence: Iterable[Evidence], span: Span, question: str, words: str) -> list[Statement]:
    """Return what the evidence says of a span: changes before text that stands there, the relevant first.

    Summaries of measurements only repeat their events; those of a model that judges are its answer.

    Args:
        evidence: What the tools returned.
        span: What the answer is about.
        question: The person's words.
        words: The same without times and file names; by them relevance is judged.
    """
    terms = Terms(words, observer_words(words))
    found = [
        _statement(entry, line, cited, len(terms.found_in(line.text)) if terms else 0)
        for entry in evidence
        for line in entry.lines
        if (cited := line.span.intersect(span))
        and line.text
        and (line.kind is not Kind.SUMMARY or entry.judged)
    ]
    if asks_about_falls(question):
        found = [_by_speed(statement) for statement in found]
    text_first = asks_for_text(question)
    found.sort(key=lambda it: (not it.judged, -it.rate, -it.relevance, it.cited))
    return sorted(found, key=lambda it: (it.line.kind is not Kind.TEXT) is text_first)


def _statement(entry: Evidence, line: Line, cited: Span, shared: int) -> Statement:
    return Statement(entry.video, line, cited, entry.source, entry.judged, shared + line.best)


def _by_speed(statement: Statement) -> Statement:
    """Note how quickly something moved downwards, and cite the quick part where the measurement names it."""
    text = statement.line.text
    quickest = _QUICKEST.search(text)
    if quickest and "downwards" in quickest["way"]:
        at = parse_seconds(quickest["at"].rstrip("."))
        around = Span(max(0.0, at - _QUICK_SECONDS), at + _QUICK_SECONDS)
        cited = around.intersect(statement.cited) or statement.cited
        return replace(statement, cited=cited, rate=float(quickest["rate"]))
    rate = _RATE.search(text)
    return replace(statement, rate=float(rate["rate"])) if rate and "downwards" in _head(text) else statement


def without_repeats(statements: Sequence[Statement]) -> list[Statement]:
    """Join what goes on from one segment into the next, and drop what is said twice of one time.

    The look's words stay before those of the index, since it sees finer.
    """
    kept: list[Statement] = []
    for statement in sorted(statements, key=lambda it: (it.source is not Source.LOOK, it.cited)):
        if any(_same(statement, other) for other in kept):
            continue
        before = next((other for other in kept if _goes_on(other, statement)), None)
        if before is None:
            kept.append(statement)
        else:
            kept[kept.index(before)] = _joined(before, statement)
    kept = [each for each in kept if not any(_is_trace(each, other) for other in kept)]
    order = {_place(it): place for place, it in reversed(list(enumerate(statements)))}
    return sorted(kept, key=lambda it: order[_place(it)])


def _is_trace(one: Statement, other: Statement) -> bool:
    """Tell whether a movement in place is what another statement says better.

    A thing that comes or goes changes its place in the picture once, and that measures as movement too.
    """
    ends = [
        abs(mine - its)
        for mine in (one.cited.start_seconds, one.cited.end_seconds)
        for its in (other.cited.start_seconds, other.cited.end_seconds)
    ]
    first, second = _head(one.line.text), _head(other.line.text)
    return (
        one.video == other.video
        and min(ends) <= _TRACE_SECONDS
        and one.cited.duration_seconds <= _TRACE_SECONDS
        and _IN_PLACE in first
        and bool(_COMES_OR_GOES.search(second))
        and _telling(first) & _COLOURS == _telling(second) & _COLOURS
        and first.rpartition(" at ")[2] in second
    )


def _place(statement: Statement) -> tuple[str, Source, str, float]:
    """Tell a statement from others; one joined to what goes on begins where its first part does."""
    return statement.video, statement.source, statement.line.text, statement.cited.start_seconds


def _goes_on(first: Statement, second: Statement) -> bool:
    """Tell whether a statement is the same one, cut where one segment ends and the next begins."""
    same = (first.video, first.source, first.line.text) == (second.video, second.source, second.line.text)
    return same and abs(second.cited.start_seconds - first.cited.end_seconds) <= _TOUCH_SECONDS


def _joined(first: Statement, second: Statement) -> Statement:
    return replace(first, cited=Span(first.cited.start_seconds, second.cited.end_seconds))


def _same(one: Statement, other: Statement) -> bool:
    """Tell whether two statements say one thing of one time.

    Of one source they must say it alike. A look sees a part of what the index knows, so its words may be
    fewer or more, but never another colour or direction.
    """
    shared = one.cited.intersect(other.cited)
    shorter = min(one.cited.duration_seconds, other.cited.duration_seconds)
    if one.video != other.video or not shared or shared.duration_seconds < _SAME_TIME * shorter:
        return False
    first, second = _head(one.line.text), _head(other.line.text)
    if one.source is other.source:
        return one.line.text == other.line.text
    return (
        set(_DIRECTION.findall(first)) == set(_DIRECTION.findall(second))
        and _telling(first) & _COLOURS == _telling(second) & _COLOURS
        and (_telling(first) <= _telling(second) or _telling(second) <= _telling(first))
    )


def _head(text: str) -> str:
    """Return who did what, without the figures that come after it."""
    return text.partition(";")[0]


def _telling(text: str) -> set[str]:
    return {token for token in tokens(text) if not token.isdigit()} - _TEMPLATE


def grazes(statement: Statement, frames: Collection[float]) -> bool:
    """Tell whether an event reaches into what was asked by less than a frame, and no frame shows it there.

    Args:
        statement: It is cited as far as it lies in what was asked.
        frames: Seconds of the frames that were looked at there; without any, nothing grazes.
    """
    whole, cited = statement.line.span, statement.cited
    if (
        statement.line.kind is not Kind.EVENT
        or cited.covers(whole)
        or cited.duration_seconds > _BRIEF_SECONDS
    ):
        return False
    if whole.duration_seconds <= _INSTANT_SECONDS:
        return cited.start_seconds > whole.start_seconds
    return bool(frames) and not any(cited.contains(second) for second in frames)


def of_colours(statements: Sequence[Statement], words: str) -> list[Statement]:
    """Return the statements with a colour that a question names, or all where it names none.

    What was said or shown names its colours in any language, and was found by its words.
    """
    wanted = set(tokens(" ".join(asked_colours(words))))
    return [
        each
        for each in statements
        if not wanted or each.judged or each.line.kind is Kind.QUOTE or wanted & set(tokens(each.line.text))
    ]


def disagrees(statement: Statement, others: Iterable[Statement]) -> bool:
    """Tell whether the index says something of a time at which a new look saw something else."""
    noted = statement.line.kind is Kind.NOTE
    return (
        statement.source is Source.INDEX
        and not noted
        and any(
            other.source is Source.LOOK
            and other.video == statement.video
            and other.cited.intersect(statement.cited)
            for other in others
        )
    )


def sentence(statement: Statement, *, from_index: bool = False) -> str:
    """Write a statement with its citation; ``from_index`` says that the index, not the look, tells it."""
    text = plain(statement.line.text)
    whole = statement.line.span
    if statement.line.kind is Kind.EVENT and not statement.cited.covers(whole):
        start, end = (format_seconds(second) for second in (whole.start_seconds, whole.end_seconds))
        text = f"{text}, from {start} to {end}"
    text = f"{OF_THE_INDEX} {text}" if from_index else text
    cited = write_citation(statement.video, statement.cited, statement.source)
    return f"{text[:1].upper()}{text[1:]} {cited}."


def plain(text: str) -> str:
    """Make a text fit for a sentence: one line, no final stop, no brackets that read as a citation."""
    return " ".join(text.split()).rstrip(".。 ").replace("[[", "[").replace("]]", "]")
