"""Statements are asked once more of the frames that they cite, and of nothing else.

Only where a vision model judges. What it does not confirm is marked in the text; where the index told it so,
a note is written on the stretch, so that the next question finds it. The caption itself stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import prompts
from assistant.answer import SPOKEN, Citation, Claim, Source, Verdict, VideoSpan
from assistant.claims import Statement, find_statements, with_marks
from assistant.data import as_data, without_delimiters
from assistant.evidence import Evidence, Kind
from assistant.models.statements import plain
from assistant.tools.context import ToolContext
from assistant.tools.looking import stretch_in_words
from indexer.errors import WitnessError
from indexer.library.notes import SECOND_LOOK
from indexer.text import query_tokens
from indexer.vision.model import Look
from indexer.vision.verdicts import Verdict as Judged
from indexer.vision.verdicts import read_judgement

MAX_CLAIMS = 6
"""Statements of one answer that are asked once more, at most."""
_STANDS = {
    Judged.YES: Verdict.CONFIRMED,
    Judged.NO: Verdict.REFUSED,
    Judged.CANNOT_TELL: Verdict.UNCERTAIN,
}
_REASON_LENGTH = 200
_OF_THE_CAPTION = 0.5
"""Share of a statement's words that the index has for its stretch, from which it repeats the index."""
_OF_ANOTHER = 0.6
"""Share of a sentence's words that stand in another one, from which it is that one in short."""
_UNCITED = "no footage is cited for this"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An answer's text with what did not stand marked, and how each statement stands."""

    text: str
    claims: tuple[Claim, ...] = ()
    asked: int = 0
    """Looks that were taken."""


def review(
    context: ToolContext,
    text: str,
    citations: Sequence[Citation],
    evidence: Sequence[Evidence],
    *,
    most: int = MAX_CLAIMS,
    mark_uncited: bool = True,
) -> Reviewed:
    """Check what an answer states.

    Args:
        context: The library and who looks.
        text: The answer, its citations checked.
        citations: Those that stand in it.
        evidence: What the tools returned in this turn.
        most: Looks that may be taken.
        mark_uncited: Whether sentences without citation may claim anything: those of a language model do.
    """
    statements = [
        each for each in find_statements(text, citations) if each.claims and (each.citations or mark_uncited)
    ]
    looked = _Looked(context, evidence, most if context.vision.judges else 0)
    judged = {each: looked.judge(each) for each in statements if each.citations}
    claims, marks = [], []
    for each in statements:
        claim = judged.get(each) or _carried(each, judged) or Claim(each.text, (), Verdict.UNCITED)
        claims.append(claim)
        if claim.verdict is Verdict.UNCITED:
            marks.append((each.end, _UNCITED))
        elif claim.verdict is Verdict.REFUSED:
            marks.append((each.end, looked.mark(each, claim)))
    return Reviewed(with_marks(text, marks), tuple(claims), looked.taken)


def _carried(statement: Statement, judged: Mapping[Statement, Claim]) -> Claim | None:
    """Return how a sentence without citation stands that only says in short what one with a citation says."""
    for other, claim in judged.items():
        if len(statement.telling & other.telling) >= _OF_ANOTHER * len(statement.telling):
            return replace(claim, text=statement.text)
    return None


class _Looked:
    """Takes the second looks of one answer, as many as it may."""

    def __init__(self, context: ToolContext, evidence: Sequence[Evidence], most: int) -> None:
        self._context = context
        self._evidence = evidence
        self._most = most
        self.taken = 0

    def judge(self, statement: Statement) -> Claim:
        """Return how a statement stands: confirmed where one of its stretches shows it."""
        spans = tuple(VideoSpan(each.video_id, each.span) for each in statement.citations)
        claim = Claim(statement.text, spans, Verdict.CITED)
        if not self._context.vision.judges:
            return claim
        if all(each.source in SPOKEN for each in statement.citations):
            return replace(claim, reason="words that are said or subtitled stand in no frame")
        if own := self._said_by_a_look(statement):
            return replace(claim, verdict=Verdict.CONFIRMED, reason=own)
        found: list[Claim] = []
        for span in spans:
            if self.taken >= self._most:
                return (
                    found[-1]
                    if found
                    else replace(claim, reason="not asked once more: the limit was reached")
                )
            found.append(self._ask(claim, span))
            if found[-1].verdict is Verdict.CONFIRMED:
                break
        refused = all(each.verdict is Verdict.REFUSED for each in found)
        return found[-1] if refused else next(each for each in found[::-1] if each.verdict != Verdict.REFUSED)

    def mark(self, statement: Statement, claim: Claim) -> str:
        """Say in the text that a statement is not confirmed, and note it where the index told it so."""
        told = (
            f"not confirmed on a second look: {claim.reason}"
            if claim.reason
            else "not confirmed on a second look"
        )
        noted = [str(each.span) for each in statement.citations if self._note(statement, claim, each)]
        return f"{told}; the index says otherwise, which is noted on {', '.join(noted)}" if noted else told

    def _said_by_a_look(self, statement: Statement) -> str:
        """Return why no other look is needed: the sentence is a look's own, or a note."""
        said = _bare(statement.text)
        for entry in self._evidence:
            if any(each.video_id == entry.video_id for each in statement.citations):
                for line in entry.lines:
                    if _bare(line.text) == said and (entry.judged or line.kind is Kind.NOTE):
                        return "these are the words of the look" if entry.judged else "this is a note"
        return ""

    def _ask(self, claim: Claim, where: VideoSpan) -> Claim:
        context, span = self._context, where.span
        self.taken += 1
        stretch = stretch_in_words(context.library.video(where.video_id), span)
        statement = without_delimiters(as_data(claim.text))
        prompt = prompts.load("verify", span=stretch, claim=statement, language=context.language)
        try:
            frames = context.library.frames_in(where.video_id, span, context.vision.look_budget)
            with context.looking:
                reply = context.vision.look([Look(tuple(frames), span, prompt)])[0]
        except WitnessError as error:
            return replace(claim, verdict=Verdict.CITED, reason=f"not asked once more: {plain(str(error))}")
        judgement = read_judgement(reply)
        return replace(claim, verdict=_STANDS[judgement.verdict], reason=_in_marks(judgement.reason))

    def _note(self, statement: Statement, claim: Claim, citation: Citation) -> bool:
        """Write a note where the index told what a second look does not show; once for a stretch."""
        if citation.source is not Source.INDEX or not self._repeats_index(statement, citation):
            return False
        library = self._context.library
        noted = library.notes(citation.video_id, citation.span)
        if not any(each.author == SECOND_LOOK and each.span == citation.span for each in noted):
            text = f'the frames do not show this: "{statement.text}" {claim.reason}'[:1000]
            library.add_note(citation.video_id, citation.span, text, SECOND_LOOK)
        return True

    def _repeats_index(self, statement: Statement, citation: Citation) -> bool:
        told = {
            token
            for entry in self._evidence
            if entry.source is Source.INDEX and entry.video_id == citation.video_id
            for line in entry.lines
            if line.kind is not Kind.NOTE and line.span.intersect(citation.span)
            for token in query_tokens(line.text)
        }
        said = statement.telling
        return bool(said) and len(said & told) >= _OF_THE_CAPTION * len(said)


def _in_marks(reason: str) -> str:
    """Make a reason fit for a mark in the text: it is the model's, and may hold brackets of its own."""
    text = plain(reason).replace("[", "(").replace("]", ")")
    return text if len(text) <= _REASON_LENGTH else f"{text[: _REASON_LENGTH - 1]}…"


def _bare(text: str) -> str:
    return plain(text).strip(" .").casefold()
