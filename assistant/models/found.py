"""The offline planner's words for what a search found; or that nothing was, and what was gone through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.answer import QUOTED, Source
from assistant.citations import write_citation
from assistant.evidence import Evidence, Findings, Kind
from assistant.limits import unknowable
from assistant.models.lists import MAX_SENTENCES, left_out, listed, sentences, titled
from assistant.models.plan import MAX_MOMENTS, exact_words
from assistant.models.statements import Statement, of_colours, plain, statements_of, without_repeats
from assistant.observer_words import asks_about_falls, asks_for_text, is_observer, observer_words
from assistant.retrieving.quotes import say_missing
from assistant.scope import Scope
from indexer.library.occurrences import Wanted
from indexer.timeline import subtract_spans

_ABOUT_AS_MANY = 0.7
_NEAREST = 3
"""What is told behind a no, at most."""


def about_search(scope: Scope, question: str, findings: Sequence[Findings]) -> str:
    """Say what fits the words best, or honestly that nothing does and what was gone through."""
    worth = _worth_telling([entry for found in findings for entry in found.evidence])
    statements = _fitting(worth, scope, question)
    wants_text, quoted = asks_for_text(question), any(each.line.kind is Kind.QUOTE for each in statements)
    if quoted:  # what is found word for word says it more exactly than a caption that has the words too
        told = (Kind.QUOTE,) if wants_text else (Kind.QUOTE, Kind.EVENT)
        statements = [each for each in statements if each.line.kind in told or each.judged]
    elif wants_text:
        statements = [statement for statement in statements if statement.line.kind is Kind.TEXT] or statements
    if exact := exact_words(scope, question):
        wanted = Wanted.read(exact)
        fits = [
            each for each in statements if each.judged or wanted.fits(each.line.text.partition(";")[0], "")
        ]
        if not fits:
            return _denied(wanted, statements, scope, question, findings)
        statements = fits
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


def _denied(
    wanted: Wanted,
    statements: Sequence[Statement],
    scope: Scope,
    question: str,
    findings: Sequence[Findings],
) -> str:
    """Say first that nothing that was measured is what was asked for, and then what comes nearest."""
    if not statements:
        return _not_found(scope, question, findings)
    nearest = _by_video(statements[:_NEAREST], scope, question, more=False)
    return f"Nothing that was measured says {wanted}.\n\nWhat comes nearest:\n\n{nearest}"


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
    rest = left_out(len(statements) - len(chosen), advice, at_least=more)
    if len(names) == 1 and scope.named:
        return listed([*sentences(chosen), *rest])
    parts = [
        titled(name, listed(sentences([each for each in chosen if each.video == name]))) for name in names
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
    unseen = dict.fromkeys(f"{entry.video} {gap.span} ({gap.reason})"
                           for found in findings for entry in found.searched
                           for gap in entry.unseen)  # fmt: skip
    return (
        f'Nothing was found for "{scope.words}"{also}. Searched in the index: {where}. '
        + (f"Not inspected: {', '.join(unseen)}. " if unseen else "")
        + "Not found is not the same as did not happen."
    )
