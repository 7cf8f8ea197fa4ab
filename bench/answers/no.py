"""A no that can be trusted: ``python -m bench.answers.no``.

What did not happen in the films is asked of one film, of a stretch of it, and of all at once, with a damaged
film and a file that is no video among them. An answer is wrong where it says yes: by that word, by a
statement of what was asked for, or by other statements without saying first that none of them is it. What it
rests on has to be complete and true.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answer import Answer, VideoCoverage
from bench.answers.asking import Asker, baseline_of, draw, indexed, keeping, machine
from bench.answers.baseline import Baseline
from bench.answers.captions import Told
from bench.answers.damage import NO_VIDEO, add_no_video, damaged, readable_times
from bench.answers.films import COLOURS, LENGTHS, Film, Happened, Happening, plan_films
from bench.answers.judging import names_colour, rate, says_happened, tells
from indexer.timeline import Span, merge_spans

_HAN = {"red": "红", "green": "绿", "blue": "蓝", "yellow": "黄", "purple": "紫", "orange": "橙",
        "white": "白", "black": "黑", "pink": "粉"}  # fmt: skip
_NOWHERE = "pink"
"""A colour that is in no film."""
_DENIES = re.compile(
    r"\bnothing (?:that was measured|was found|moved)\b|\bno movement\b|\bnone was found\b", re.I
)
_RATE = re.compile(r"looked at again by [^,]+, ([\d,]+) frames?, ([\d.]+) a second")
_SAME_SECONDS = 1e-3


@dataclass(frozen=True, slots=True)
class Absent:
    """A question about what did not happen."""

    text: str
    film: Film | None
    """Which it is asked of; None for all."""
    span: Span | None
    """Which stretch of it; None for the whole."""
    what: Happening | None
    """What is asked for; None for anything that enters."""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """How one of them was answered."""

    question: Absent
    answer: Answer
    false_yes: bool
    complete: bool
    """Whether inspected and not inspected together are what was asked about."""
    true: bool
    """Whether what is said of it is so: what cannot be decoded, how many frames were looked at."""
    baseline_share: float
    """Share of what was asked about that the baseline's five captions are about."""


def main() -> int:
    """Draw, index, ask, and print a table; exits with 1 for a false yes or a wrong coverage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=len(LENGTHS), help="how many films, of all lengths")
    parser.add_argument(
        "--folder", type=Path, help="keep films and library here, and use those that are there"
    )
    parser.add_argument("--show", action="store_true", help="print each answer that is not right")
    arguments = parser.parse_args()
    with keeping(arguments.folder) as folder:
        results = measure(plan_films(arguments.films), folder)
    if arguments.show:
        show(results)
    print(table(results))
    return 0 if all(_right(result) for result in results) else 1


def measure(films: Sequence[Film], folder: Path) -> list[Result]:
    """Draw and index films in a folder, damage one, and ask about what did not happen."""
    draw(films, folder / "films")
    broken = damaged(films, folder / "films")
    add_no_video(folder / "films")
    with indexed(folder / "films", folder / "library") as asker:
        baseline = baseline_of(asker.library, folder / "baseline")
        readable = readable_times(folder / "films" / broken.name)
        return [
            _result(asker, baseline, question, (broken, readable)) for question in questions([*films, broken])
        ]


def questions(films: Sequence[Film]) -> Iterator[Absent]:
    """Return what did not happen: colours and ways that are not there, no darkness, no fall, quiet."""
    for number, film in enumerate(films):
        yield from _of_film(film, in_chinese=number % 3 == 0)
    yield Absent(f"did anything {_NOWHERE} cross the picture?", None, None, Happening.RIGHT, _NOWHERE)
    yield Absent(f"有没有{_HAN[_NOWHERE]}色的东西经过？", None, None, Happening.RIGHT, _NOWHERE)


def _of_film(film: Film, *, in_chinese: bool) -> Iterator[Absent]:
    there = {event.what for event in film.events}
    for colour in [each for each in COLOURS if each not in {event.colour for event in film.events}][:1]:
        text = (
            f"{film.name}里有没有{_HAN[colour]}色的东西经过？"
            if in_chinese
            else f"did anything {colour} cross the picture in {film.name}?"
        )
        yield Absent(text, film, None, Happening.RIGHT, colour)
    for event in [each for each in film.events if _goes_one_way(film, each)][:1]:
        other = Happening.LEFT if event.what is Happening.RIGHT else Happening.RIGHT
        way = "left to right" if other is Happening.RIGHT else "right to left"
        text = f"did anything {event.colour} move from {way} in {film.name}?"
        yield Absent(text, film, None, other, event.colour)
    if Happening.DARK not in there:
        text = f"{film.name}里灯灭了吗？" if in_chinese else f"did the lights go out in {film.name}?"
        yield Absent(text, film, None, Happening.DARK)
    if Happening.FALL not in there:
        yield Absent(f"did anything fall in {film.name}?", film, None, Happening.FALL)
    for quiet in _quiet(film)[:2]:
        start, end = (
            f"{int(at) // 60}:{int(at) % 60:02d}" for at in (quiet.start_seconds, quiet.end_seconds)
        )
        yield Absent(f"did anyone enter between {start} and {end} in {film.name}?", film, quiet, None)


def _goes_one_way(film: Film, event: Happened) -> bool:
    """Tell whether a thing crosses and nothing else of its colour moves."""
    same = [each for each in film.events if each.colour == event.colour]
    return event.what in (Happening.RIGHT, Happening.LEFT) and len({each.what for each in same}) == 1


def _quiet(film: Film) -> list[Span]:
    """Return stretches of whole seconds in which nothing happens, a second away from every event."""
    borders = [0.0, *(at for event in film.events for at in event.bounds), film.duration_seconds - 1]
    pairs = zip(borders[::2], borders[1::2], strict=True)
    spans = [(int(start) + 2, min(int(end) - 1, int(start) + 42)) for start, end in pairs]
    return [Span(start, end) for start, end in spans if end - start >= 2]


def _result(asker: Asker, baseline: Baseline, question: Absent, broken: tuple[Film, list[float]]) -> Result:
    answer = asker.ask(question.text)
    asked = {
        asker.library.handle(video): question.span or video.span
        for video in asker.library.videos()
        if video.answerable and (question.film is None or video.name == question.film.name)
    }
    return Result(
        question,
        answer,
        _says_yes(question, answer),
        _is_complete(asked, answer, of_all=question.film is None),
        _says_rates(answer)
        and all(
            _is_true(entry, asked[entry.video], question, broken)
            for entry in answer.coverage
            if entry.video in asked
        ),
        _share(baseline, question, asked),
    )  # fmt: skip


def _says_yes(question: Absent, answer: Answer) -> bool:
    """Tell whether an answer says or suggests that it happened."""
    if re.match(r"\W*(?:yes\b|是的|有[,，。])", answer.text, re.IGNORECASE):
        return True
    told = [claim.text for claim in answer.claims if says_happened(claim.text)]
    if question.what is None:
        return bool(told)
    if question.film is None or (question.colour and question.colour not in _colours(question.film)):
        wrong = any(names_colour(text, question.colour) for text in told)
    else:
        wrong = any(tells(text, Happened(question.what, Span(0, 1), question.colour)) for text in told)
    return wrong or (bool(told) and not _DENIES.search(answer.text))


def _colours(film: Film) -> set[str]:
    return {event.colour for event in film.events}


def _is_complete(asked: dict[str, Span], answer: Answer, *, of_all: bool) -> bool:
    """Tell whether all that was asked about is accounted for, once; of all, also the one that is no video."""
    told = {entry.video: entry for entry in answer.coverage}
    if of_all and not (told.get(NO_VIDEO) and told[NO_VIDEO].reason and NO_VIDEO in answer.text):
        return False
    return all(video in told and _accounts_for(told[video], span) for video, span in asked.items())


def _accounts_for(entry: VideoCoverage, span: Span) -> bool:
    parts = [*entry.coverage.inspected, *(gap.span for gap in entry.coverage.not_inspected)]
    whole = merge_spans(parts, _SAME_SECONDS)
    lengths = sum(part.duration_seconds for part in parts)
    return (
        len(whole) == 1
        and whole[0].covers(span, _SAME_SECONDS)
        and span.covers(whole[0], _SAME_SECONDS)
        and abs(lengths - span.duration_seconds) < _SAME_SECONDS
    )


def _is_true(entry: VideoCoverage, asked: Span, question: Absent, broken: tuple[Film, list[float]]) -> bool:
    """Tell whether what was inspected could be, what was not could not, and looks saw frames that exist."""
    film, readable = broken
    gaps = [gap.span for gap in entry.coverage.not_inspected]
    if entry.video != film.name:
        return not gaps and (
            question.film is None
            or all(_exist(question.film, look.span, look.frames) for look in entry.looks)
        )
    lost = sorted(set(film.frame_times()) - set(readable))
    seen_but_lost = [at for at in lost if any(part.contains(at) for part in entry.coverage.inspected)]
    missed = [at for at in lost if asked.contains(at)]
    return len(seen_but_lost) <= len(lost) // 50 and bool(gaps) == bool(missed) and all(
        "damaged" in gap.reason for gap in entry.coverage.not_inspected
    )  # fmt: skip


def _exist(film: Film, span: Span, frames: int) -> bool:
    """Tell whether a look can have seen so many frames, and has seen most of a short stretch's."""
    there = sum(span.contains(at) for at in film.frame_times())
    return frames <= there and (frames >= 0.9 * there or frames >= 60)


def _says_rates(answer: Answer) -> bool:
    """Tell whether the words name the looks' frames and rates as they were."""
    said = [(int(frames.replace(",", "")), float(rate)) for frames, rate in _RATE.findall(answer.text)]
    looks = [look for entry in answer.coverage for look in entry.looks]
    return len(said) == len(looks) and all(
        any(frames == look.frames and abs(rate - look.frames_per_second) <= 0.06 * rate for look in looks)
        for frames, rate in said
    )


def _share(baseline: Baseline, question: Absent, asked: dict[str, Span]) -> float:
    """Return the share of what was asked about that the captions of the baseline's answer tell of."""
    told = Told(next(iter(asked)), 0.0, 1.0, question.text)
    found = baseline.ask(told, within_video=False)
    seconds = 0.0
    for video, span in asked.items():
        parts = [
            part for name, start, end in found if name == video and (part := Span(start, end).intersect(span))
        ]
        seconds += sum(part.duration_seconds for part in merge_spans(parts))
    return seconds / sum(span.duration_seconds for span in asked.values())


def _right(result: Result) -> bool:
    return not result.false_yes and result.complete and result.true


def show(results: Sequence[Result]) -> None:
    """Print what is not right."""
    for result in results:
        if not _right(result):
            film = result.question.film
            near = [f"{each.what.value} {each.colour} {each.span}" for each in film.events] if film else []
            print(f"\n{result.question.text}\n  truth: {'; '.join(near)}")
            print(f"  false yes {result.false_yes}, complete {result.complete}, true {result.true}")
            for entry in result.answer.coverage[:3]:
                inspected = [str(each) for each in entry.coverage.inspected]
                print(f"  {entry.video} {inspected} {entry.coverage.not_inspected} {entry.looks}")
            print(f"  {result.answer.text}")


def table(results: Sequence[Result]) -> str:
    """Return the figures, by what is asked about."""
    kinds = {
        "a whole film": [each for each in results if each.question.film and not each.question.span],
        "a stretch": [each for each in results if each.question.span],
        "all films": [each for each in results if each.question.film is None],
        "all": list(results),
    }
    lines = [
        f"What did not happen: {machine()}",
        f"{'asked about':16}{'asked':>6}{'false yes':>11}{'complete':>10}{'true':>8}"
        f"{'baseline: share covered':>26}",
    ]
    for kind, own in kinds.items():
        if own:
            lines.append(
                f"{kind:16}{len(own):>6}{sum(each.false_yes for each in own):>11}"
                f"{sum(each.complete for each in own) / len(own):>10.1%}"
                f"{sum(each.true for each in own) / len(own):>8.1%}"
                f"{sum(each.baseline_share for each in own) / len(own):>26.1%}"
            )
    lines.append(
        f"right in all: {rate([_right(each) for each in results])}. The baseline hands five captions to the "
        "model whatever is asked, and names nothing that was not inspected."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
