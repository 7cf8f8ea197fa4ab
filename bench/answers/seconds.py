"""What happened at second t: ``python -m bench.answers.seconds``.

Films whose events are known are drawn, indexed with the embedded default and asked about single seconds: in
events, at their borders, between them. Each frame carries the time at which it is shown, so the frames
that an answer shows are asked for theirs. Beside it LangChain's Chroma retriever over the same captions.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answer import Answer
from bench.answers.asking import Asker, baseline_of, draw, indexed, keeping, machine
from bench.answers.baseline import Baseline
from bench.answers.captions import Told
from bench.answers.films import LENGTHS, Film, plan_films
from bench.answers.judging import Judged, judge, rate
from bench.answers.stamp import NoStamp, read_stamp
from indexer.timeline import Span, format_seconds

_FORMS = (
    "what happened at second {s} of {name}?",
    "What happened in {name} at {clock}?",
    "{name}第{s}秒发生了什么？",
    "what do you see in {name} at {s} seconds?",
    "Describe {long_clock} in {name}.",
    "{name}在{han}时发生了什么？",
    "what was going on at {clock} of {name}?",
    "{name} {clock} 有什么动静？",
)
_TICK = 0.0015
"""A drawn clock has milliseconds."""


@dataclass(frozen=True, slots=True)
class Question:
    """One second of one film."""

    film: Film
    second: int
    where: str
    """In an event, at a border, or between events."""
    text: str

    @property
    def span(self) -> Span:
        """The second, up to the film's end."""
        return Span(self.second, min(self.second + 1.0, self.film.duration_seconds))

    @property
    def last_frame(self) -> float:
        """When the last frame of the second is shown; how long the film's last one lasts, no file says."""
        return max(at for at in self.film.frame_times() if at < self.span.end_seconds)


@dataclass(frozen=True, slots=True)
class Result:
    """How one question was answered."""

    question: Question
    answer: Answer
    span: bool
    """Whether the asked time was read rightly and each citation lies in it."""
    frames: bool
    """Whether each frame that is shown lies in the second by its drawn clock."""
    events: Judged
    first: bool
    """Whether the baseline's first caption is one of the second."""
    any: bool
    """Whether one of the baseline's five is."""
    seconds: float


def main() -> int:
    """Draw, index, ask, and print a table; exits with 1 where a span or a frame is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=len(LENGTHS), help="how many films, of all lengths")
    parser.add_argument(
        "--folder", type=Path, help="keep films and library here, and use those that are there"
    )
    parser.add_argument("--show", action="store_true", help="print each answer whose events are not right")
    arguments = parser.parse_args()
    with keeping(arguments.folder) as folder:
        results = measure(plan_films(arguments.films), folder)
    if arguments.show:
        show(results)
    print(table(results))
    return 0 if all(result.span and result.frames for result in results) else 1


def measure(films: Sequence[Film], folder: Path) -> list[Result]:
    """Draw and index films in a folder, and ask about their seconds."""
    draw(films, folder / "films")
    with indexed(folder / "films", folder / "library") as asker:
        baseline = baseline_of(asker.library, folder / "baseline")
        return [_result(asker, baseline, question) for question in questions(films)]


def questions(films: Sequence[Film]) -> Iterator[Question]:
    """Return what is asked of each film, in all forms in turn."""
    number = 0
    for film in films:
        for second, where in _seconds(film).items():
            yield Question(film, second, where, _ask(_FORMS[number % len(_FORMS)], film, second))
            number += 1


def _seconds(film: Film) -> dict[int, str]:
    """Choose seconds: of each event one inside and one at a border; one before it; the first and the last."""
    chosen: dict[int, str] = {}
    for number, event in enumerate(film.events):
        start, end = event.bounds
        chosen[int((start + end) / 2)] = "in an event"
        chosen.setdefault(int((start, end, end + 1)[number % 3]), "at a border")
        if number % 2:
            chosen.setdefault(int((film.events[number - 1].span.end_seconds + start) / 2), "between")
    chosen.setdefault(0, "between")
    chosen.setdefault(int(film.frame_times()[-1]), "between")
    return dict(sorted(chosen.items()))


def _ask(form: str, film: Film, second: int) -> str:
    hours, rest = divmod(second, 3600)
    minutes, left = divmod(rest, 60)
    return form.format(
        name=film.name,
        s=second,
        clock=f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}",
        long_clock=f"{hours}:{minutes:02d}:{left:02d}",
        han=f"{f'{hours}小时' if hours else ''}{f'{minutes}分' if hours or minutes else ''}{left}秒",
    )


def _result(asker: Asker, baseline: Baseline, question: Question) -> Result:
    began = time.perf_counter()
    answer = asker.ask(question.text)
    took = time.perf_counter() - began
    told = Told(question.film.name, question.span.start_seconds, question.span.end_seconds, question.text)
    hits = [
        video == question.film.name
        and start < question.span.end_seconds
        and question.span.start_seconds < end
        for video, start, end in baseline.ask(told, within_video=False)
    ]
    return Result(
        question,
        answer,
        _span_right(question, answer),
        _frames_right(asker, question, answer),
        judge(question.film, question.span, answer),
        hits[:1] == [True],
        any(hits),
        took,
    )


def _span_right(question: Question, answer: Answer) -> bool:
    """Tell whether the answer is about this second of this film, and cites nothing else."""
    asked = [each.span for each in answer.asked]
    return (
        len(asked) == 1
        and abs(asked[0].start_seconds - question.second) < _TICK
        and asked[0].end_seconds > question.last_frame
        and Span(question.second, question.second + 1.0).covers(asked[0])
        and bool(answer.citations)
        and all(
            cited.video == question.film.name and asked[0].covers(cited.span) for cited in answer.citations
        )
    )


def _frames_right(asker: Asker, question: Question, answer: Answer) -> bool:
    """Read the drawn clock of each frame that the answer shows: in the second, and what it is said to be."""
    shown = [(second, cited) for cited in answer.citations for second in cited.frame_seconds]
    if not shown:
        return False
    frames = asker.library.frames_at(shown[0][1].video_id, [second for second, _ in shown])
    try:
        drawn = [read_stamp(frame.pixels) for frame in frames]
    except NoStamp:
        return False
    return all(
        abs(clock - second) < _TICK and question.second - _TICK <= clock < question.second + 1
        for clock, (second, _) in zip(drawn, shown, strict=True)
    )


def show(results: Sequence[Result]) -> None:
    """Print what is not right, with what happened."""
    for result in results:
        if result.events.right and result.span and result.frames:
            continue
        near = [f"{event.what.value} {event.colour} {event.span}" for event in result.question.film.events]
        print(f"\n{result.question.where}: {result.question.text}\n  truth: {'; '.join(near)}")
        print(
            f"  span {result.span}, frames {result.frames}, asked "
            f"{[str(each.span) for each in result.answer.asked]}"
        )
        print(
            f"  missing: {[event.what.value for event in result.events.missing]}\n"
            f"  false: {result.events.false}"
        )
        print(f"  {result.answer.text}")


def table(results: Sequence[Result]) -> str:
    """Return the figures, by where the second lies."""
    films = {result.question.film.name: result.question.film.duration_seconds for result in results}
    lengths = f"{format_seconds(min(films.values()))} to {format_seconds(max(films.values()))}"
    lines = [
        f"What happened at second t: {len(films)} films, {lengths}, {sum(films.values()) / 3600:.1f} h; "
        f"{machine()}",
        f"{'the second lies':18}{'asked':>6}{'span':>8}{'frames':>8}{'events':>8}"
        f"{'baseline: first':>18}{'one of 5':>10}",
    ]
    kinds = list(dict.fromkeys(sorted(result.question.where for result in results)))
    for kind in [*kinds, "all"]:
        own = [result for result in results if kind in (result.question.where, "all")]
        shares = [
            [result.span for result in own], [result.frames for result in own],
            [result.events.right for result in own], [result.first for result in own],
            [result.any for result in own],
        ]  # fmt: skip
        cells = [f"{sum(each) / len(each):.1%}" for each in shares]
        lines.append(
            f"{kind:18}{len(own):>6}{cells[0]:>8}{cells[1]:>8}{cells[2]:>8}{cells[3]:>18}{cells[4]:>10}"
        )
    seconds = sorted(result.seconds for result in results)
    missing = sum(len(result.events.missing) for result in results)
    false = sum(len(result.events.false) for result in results)
    lines.append(
        f"events: {rate([result.events.right for result in results])}; {missing} not told, {false} told that "
        f"were not; median {seconds[len(seconds) // 2]:.2f} s an answer, the slowest {seconds[-1]:.1f} s"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
