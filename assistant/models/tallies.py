"""The offline planner's words for what was counted: how often, the first and last time, in which video."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.citations import write_citation
from assistant.counting import Count, CountQuestion
from assistant.evidence import Evidence, Findings, Kind, Tally
from assistant.limits import unknowable
from assistant.models.statements import plain
from assistant.scope import Scope
from indexer.clock.start import RecordingStart
from indexer.library.occurrences import RULE
from indexer.timeline import Span, subtract_spans

MAX_TOLD = 12
"""Events that one answer lists; all are counted."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An event that is told, with where it stands."""

    video: str
    video_id: str
    span: Span
    text: str
    note: str = ""

    def __str__(self) -> str:
        text = plain(self.text)
        noted = f" ({plain(self.note)})" if self.note else ""
        return f"{text[:1].upper()}{text[1:]} {write_citation(self.video, self.span)}{noted}."


def about_counts(scope: Scope, question: str, count: CountQuestion, findings: Sequence[Findings]) -> str:
    """Say what was counted, in the form in which the question asks for it."""
    tallies = [tally for found in findings for tally in found.tallies]
    told = list(_told(entry for found in findings for entry in found.evidence))
    if not any(tally.count for tally in tallies):
        paragraphs = [f"{_capital(_wanted(tallies))}: none was found{_where(tallies)}.", _searched(findings)]
    elif count.kind is Count.COMPARE:
        paragraphs = _compared(tallies)
    elif count.kind in (Count.FIRST, Count.LAST):
        paragraphs = [_extreme(scope, count.kind, tallies, told)]
    elif count.kind is Count.ENDS:
        paragraphs = [_extreme(scope, kind, tallies, told) for kind in (Count.FIRST, Count.LAST)]
    else:
        hedged = scope.measured and bool(unknowable(question, scope.words, counted=True))
        paragraphs = [_how_often(tallies, hedged=hedged), *_listed(count.kind, tallies, told)]
    rule = f"Counted were the events of the index: {_wanted(tallies)}; {RULE}."
    if not scope.measured and count.words:
        rule += " What the index tells in other words is not among them."
    return "\n\n".join(filter(None, [*paragraphs, _not_inspected(findings), rule]))


def _told(evidence: Iterable[Evidence]) -> list[_Told]:
    """Return the events that were listed, each with the note that was made on it."""
    told: list[_Told] = []
    for entry in evidence:
        line = entry.lines[0]
        if line.kind is Kind.NOTE:
            told[-1:] = [_with_note(each, line.text) for each in told[-1:]]
        else:
            told.append(_Told(entry.video, entry.video_id, entry.span, line.text))
    return told


def _with_note(told: _Told, note: str) -> _Told:
    return _Told(told.video, told.video_id, told.span, told.text, "; ".join(filter(None, [told.note, note])))


def _how_often(tallies: Sequence[Tally], *, hedged: bool) -> str:
    """Say the number first, then in which videos; of what, where that is less than was asked for."""
    total = sum(tally.count for tally in tallies)
    times = "once" if total == 1 else f"{total} times"
    times = f"events that say {tallies[0].wanted}: {total}" if hedged else times
    if len({tally.video_id for tally in tallies}) == 1 and len(tallies) == 1:
        (tally,) = tallies
        return f"{_capital(times)} in {tally.video}{_within(tally)}{_first_and_last(tally)}."
    counts = "; ".join(f"{tally.video}{_within(tally)}: {tally.count}{_between(tally)}" for tally in tallies)
    return f"{_capital(times)} in all. {counts}."


def _first_and_last(tally: Tally) -> str:
    if tally.first is None or tally.last is None or tally.count < 2:
        return ""
    first, last = (write_citation(tally.video, span) for span in (tally.first, tally.last))
    return f", the first time {first} and the last time {last}"


def _listed(kind: Count, tallies: Sequence[Tally], told: Sequence[_Told]) -> list[str]:
    if kind is Count.WHICH:
        firsts = [next((each for each in told if each.video_id == tally.video_id), None) for tally in tallies]
        told = [each for each in firsts if each is not None]
    lines = [f"- {each}" for each in told[:MAX_TOLD]]
    left = sum(tally.count for tally in tallies) - len(lines)
    if left > 0 and kind is not Count.WHICH:
        lines.append(
            f"{left} more {'is' if left == 1 else 'are'} counted and not listed; name a time to see them."
        )
    return ["\n".join(lines)]


def _extreme(scope: Scope, kind: Count, tallies: Sequence[Tally], told: Sequence[_Told]) -> str:
    """Tell the first or the last time: over the recordings by their wall clocks, else of each video."""
    at = "first" if kind is Count.FIRST else "last"
    chosen = [
        (tally, next(each for each in told if each.video_id == tally.video_id and each.span == span))
        for tally in tallies
        if (span := tally.first if kind is Count.FIRST else tally.last) is not None
    ]
    starts = {video.video_id: video.start for video in scope.videos}
    if len(chosen) > 1 and all(starts.get(tally.video_id) for tally, _ in chosen):
        chosen.sort(key=lambda pair: _moment(starts, pair[1]), reverse=kind is Count.LAST)
        head = f"The {at} time over all recordings, by their wall clocks: {chosen[0][1]}"
        return "\n".join(
            [head, *(f"- In {tally.video}, the {at} of {tally.count}: {one}" for tally, one in chosen[1:])]
        )
    lines = [f"The {at} time in {tally.video} ({at} of {tally.count}): {one}" for tally, one in chosen]
    return "\n".join(lines) if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


def _moment(starts: dict[str, RecordingStart | None], told: _Told) -> float:
    start = starts[told.video_id]
    return start.wall(told.span).start.timestamp() if start else 0.0


def _compared(tallies: Sequence[Tally]) -> list[str]:
    """Set the videos beside each other: for each of them every count, with its first and last time."""
    by_video: dict[str, list[Tally]] = {}
    for tally in tallies:
        by_video.setdefault(tally.video, []).append(tally)
    return [
        "\n".join([f"**{video}**", *(f"- {_kind(tally)}: {tally.count}{_between(tally)}." for tally in own)])
        for video, own in by_video.items()
    ]


def _kind(tally: Tally) -> str:
    return f"events that say {tally.wanted}" if tally.wanted else "events of any kind"


def _between(tally: Tally) -> str:
    if tally.first is None or tally.last is None:
        return ""
    if tally.count == 1:
        return f" {write_citation(tally.video, tally.first)}"
    return f", from {write_citation(tally.video, tally.first)} to {write_citation(tally.video, tally.last)}"


def _wanted(tallies: Sequence[Tally]) -> str:
    if len({tally.wanted for tally in tallies}) != 1:
        return "those named above"
    return f"those that say {tallies[0].wanted}" if tallies[0].wanted else "all of them"


def _where(tallies: Sequence[Tally]) -> str:
    names = list(dict.fromkeys(f"{tally.video}{_within(tally)}" for tally in tallies))
    return f" in {', '.join(names[:MAX_TOLD])}" + (" and others" if len(names) > MAX_TOLD else "")


def _within(tally: Tally) -> str:
    return f" {tally.within}" if tally.within else ""


def _searched(findings: Sequence[Findings]) -> str:
    parts = {
        f"{entry.video} {part}": None
        for found in findings
        for entry in found.searched
        for part in subtract_spans(entry.span, (gap.span for gap in entry.unseen))
    }
    where = ", ".join(parts) or "nothing"
    return f"Searched in the index: {where}. Not found is not the same as did not happen."


def _not_inspected(findings: Sequence[Findings]) -> str:
    gaps = {f"{entry.video} {gap.span} ({gap.reason})": None
            for found in findings for entry in found.searched for gap in entry.unseen}  # fmt: skip
    return f"Not inspected, so not counted: {', '.join(gaps)}." if gaps else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
