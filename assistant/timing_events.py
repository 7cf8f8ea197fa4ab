"""Times told by an event: "ten seconds before the box fell", "right after the lights went out", 灯灭后5秒.

What is meant by what, counted from the begin or the end of the event:

- "10 seconds before it" is the 2 s around that instant, "10 seconds after it" likewise, counted from its end.
- "The 10 seconds before it" and "the first 10 seconds after it" are those whole stretches.
- "Right after", "just before" and the like are 5 s; "before" and "after" alone are 10 s.

Words alone make no event: behind a bare "before" or "after" a sentence must follow, "after the box fell".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from assistant.timing import find_times
from assistant.timing_forms import HAN, HAN_LENGTH, LENGTH, plain, read_length
from indexer.timeline import Span

NEAR_SECONDS = 5.0
"""How long "right after" and "just before" are."""
BARE_SECONDS = 10.0
"""How long "before" and "after" alone are."""
POINT_SECONDS = 2.0
"""How long "ten seconds before" is, around the instant."""

_NO_EVENT = re.compile(
    r"(?:that|this|it|then|the (?:very )?(?:end|start|beginning)|noon|midnight|lunch|work|hours|dark)\b\W*$"
    r"|(?:that|this|it|then)\b(?! \w)|the (?:video|clip|footage|recording)\b"
    r"|(?:the )?(?:first|last|previous|next)\b|[那这此之然]之?$",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(r"^(?:在|当|请问)|\s+(?:in|of|at|on|from)$", re.IGNORECASE)
_LEFT_OVER_END = re.compile(r"\s+(?:in|of|at|on|from)$", re.IGNORECASE)
_VERB = (
    r"(?:[a-z]{2,}(?:ed|s|ing)|fell|left|went|came|began|broke|ran|sat|stood|lay|got|put|took|threw|drove|flew|lit"
    r"|hit|shut|cut|was|were|is|are|go|come|fall|leave|enter|stop|start|drop|move|turn|arrive|appear|cross|open"
    r"|close|pass|happen)"
)
_EVENT_NOUN = (
    r"(?:fall|crash|impact|collision|accident|fire|explosion|cut|blackout|alarm|flash|fight|theft|drop)"
)
_CLAUSE_END = r"(?=\s*(?:[?.!,;]|$|\bin [^ ]+\.[a-z0-9]{2,4}\b|\band (?:what|who|where|was|did|is)\b))"
_EVENT = rf"(?P<event>[^?.!,;]{{1,120}}?){_CLAUSE_END}"
_HAPPENING = rf"(?:[^?.!,;]{{0,80}}? {_VERB}\b|(?:the|a|an) (?:[\w-]+ )?{_EVENT_NOUN}\b)"
_BARE_EVENT = rf"(?P<event>{_HAPPENING}[^?.!,;]{{0,80}}?){_CLAUSE_END}"
_SIDE = r"(?P<side>before|after)"
_NEAR = r"(?:right|just|shortly|immediately|directly|straight|soon|moments?)"
_HAN_EVENT = rf"(?P<event>[{HAN}A-Za-z0-9 ]{{2,24}}?)"
_HAN_AFTER = r"(?:(?:之|以)?后(?!面|来|门)|过后)"
_HAN_BEFORE = r"(?:(?:之|以)?前(?!后|面|台|门))"


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """A stretch of time told by an event before or after it."""

    text: str
    """As written in the question."""
    event: str
    """The event's own words, to be searched for."""
    after: bool
    """Whether it lies after the event; otherwise before it."""
    offset_seconds: float
    """How far from the event the stretch begins (after) or ends (before)."""
    length_seconds: float
    """How long it is."""

    def span(self, event: Span, duration_seconds: float) -> Span | None:
        """Return the stretch beside an event; None where it lies outside of the video."""
        if self.after:
            start = event.end_seconds + self.offset_seconds
            end = start + self.length_seconds
        else:
            end = event.start_seconds - self.offset_seconds
            start = end - self.length_seconds
        start, end = max(0.0, start), min(duration_seconds, end)
        return Span(start, end) if start < end else None


def find_relative(question: str) -> RelativeTime | None:
    """Return the time that a question tells by an event; None when it tells none so."""
    text = plain(question)
    for pattern, read in _rules():
        for match in pattern.finditer(text):
            # Behind a file's name that was taken out a preposition is left: "the box fell in".
            event = _LEFT_OVER.sub("", match["event"].strip(" 的在"))
            if not event or _NO_EVENT.match(event) or find_times(event):
                continue
            found = read(match)
            text_there = _LEFT_OVER_END.sub("", question[match.start() : match.end()].strip())
            return replace(found, text=text_there, event=event)
    return None


def _at_distance(match: re.Match[str]) -> RelativeTime:
    """Read "ten seconds before …": the instant, and a little around it."""
    seconds = read_length(match["length"])
    half = min(POINT_SECONDS / 2, seconds)
    return RelativeTime("", "", _is_after(match), seconds - half, 2 * half)


def _stretch(match: re.Match[str]) -> RelativeTime:
    """Read "the ten seconds before …" and "the first minute after …"."""
    return RelativeTime("", "", _is_after(match), 0.0, read_length(match["length"]))


def _near(match: re.Match[str]) -> RelativeTime:
    return RelativeTime("", "", _is_after(match), 0.0, NEAR_SECONDS)


def _bare(match: re.Match[str]) -> RelativeTime:
    return RelativeTime("", "", _is_after(match), 0.0, BARE_SECONDS)


def _is_after(match: re.Match[str]) -> bool:
    return match["side"].lower() == "after" or "后" in match["side"]


_Reader = Callable[[re.Match[str]], RelativeTime]


@cache
def _rules() -> list[tuple[re.Pattern[str], _Reader]]:
    unit = r"(?:hour|minute|second)(?![a-z])"
    han_side = rf"(?P<side>{_HAN_BEFORE}|{_HAN_AFTER})"
    start = r"(?:^|[,。?!:]|什么|谁|在|(?<=里)|(?<=中))"
    texts: list[tuple[str, _Reader]] = [
        (rf"\bthe (?:first |last |next )?(?P<length>{LENGTH}|{unit}) {_SIDE} {_EVENT}", _stretch),
        (rf"(?P<length>{LENGTH}) {_SIDE} {_EVENT}", _at_distance),
        (rf"\b{_NEAR} {_SIDE} {_EVENT}", _near),
        (rf"\b{_SIDE} {_BARE_EVENT}", _bare),
        (rf"{start} ?{_HAN_EVENT}{han_side}的 ?(?P<length>{HAN_LENGTH})", _stretch),
        (rf"{start} ?{_HAN_EVENT}的?{han_side}第? ?(?P<length>{HAN_LENGTH})", _at_distance),
        (rf"{start} ?{_HAN_EVENT}的?(?P<length>{HAN_LENGTH}){han_side}", _at_distance),
        (rf"{start} ?{_HAN_EVENT}(?:的?(?:那一刻)?)(?:刚刚?|马上|立刻)?{han_side}", _bare),
        (rf"{start} ?{_HAN_EVENT}(?P<side>后)(?:马上|立刻|随即)", _near),
    ]
    return [(re.compile(text, re.IGNORECASE), read) for text, read in texts]
