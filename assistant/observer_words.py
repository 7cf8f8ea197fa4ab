"""What people ask about, in the words that the measuring observer can say.

The observer never writes "fell", "drove off" or "was left behind", because it cannot know: it writes that
something moved downwards, left the picture, or stayed. So that a person's words meet its words, a
question about an observer's index also searches for what the observer would have measured. The table is small
and visible on purpose: nothing else is guessed, and a vision-language model's index is searched without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.timeline import Event, Span

_SAYS: tuple[tuple[str, str], ...] = (
    (
        r"falls?|fell|fallen|falling|drops?|dropped|dropping|collapsed?|tumbled?|倒|掉下|掉落|摔|跌|落下|坠",
        "downwards",
    ),
    (r"climb(s|ed|ing)?|r(i|o)ses?|rising|lift(s|ed|ing)?|raised?|爬|升|举", "upwards"),
    (
        r"leaves?|left|leaving|exit(s|ed)?|depart(s|ed)?|gone|disappear(s|ed)?|vanish(es|ed)?|离开|出去|走了|消失",
        "left the picture | was gone",
    ),
    (
        r"enter(s|ed|ing)?|arriv(es?|ed|ing)|c[ao]mes?|coming|appear(s|ed)?|进来|进入|出现",
        "came into the picture | appeared",
    ),
    (r"left behind|stay(s|ed)?|remain(s|ed)?|abandon(s|ed)?|遗留|留下", "stayed"),
    (r"cross(es|ed|ing)?|pass(es|ed|ing)?|穿过|经过", "moved"),
    (
        r"walk(s|ed|ing)?|r[ua]n(s|ning)?|driv(es?|ing)|drove|mov(es?|ed|ing|ement)|motion|走|跑|动",
        "moved",
    ),
    (
        r"lights?|lamps?|dark(er|ness)?|brightness|灯|变黑|黑了|黑暗|暗|亮",
        "the light | went dark | got darker | got bright",
    ),
    (r"block(s|ed)?|cover(s|ed)?|obstruct(s|ed)?|blind(ed)?|挡|遮", "was covered | was black"),
    (r"blur(s|red|ry)?|(un|de)?focus(s?ed)?|模糊", "was blurred"),
    (r"cuts?|scenes?|切换|场景", "a cut | changed gradually"),
    (r"shak(es|en|ing|y)|shook|cameras?|镜头|晃", "camera moves"),
    (
        r"signs?|say|says|said|read|reads|text|written|writing|words?|letters?|plate|number|label|写|文字|牌|字",
        "text",
    ),
)
"""Words of people (whole words, or Chinese characters), and the observer's words for them.

``|`` stands between alternatives; an alternative of several words counts only word for word.
"""

_PATTERNS = tuple(
    (re.compile(rf"\b(?:{people})\b|(?:{'|'.join(re.findall('[一-鿿]+', people)) or '$^'})", re.I), observer)
    for people, observer in _SAYS
)

_ABOUT_FALLS = _PATTERNS[0][0]
_ABOUT_TEXT = _PATTERNS[-1][0]


def observer_words(question: str) -> list[str]:
    """Return the observer's words for what a question asks about: "downwards", "left the picture"."""
    found = [words for pattern, words in _PATTERNS if pattern.search(question)]
    return list(dict.fromkeys(each.strip() for words in found for each in words.split("|")))


def asks_about_falls(question: str) -> bool:
    """Tell whether a question is about something that fell."""
    return bool(_ABOUT_FALLS.search(question))


def asks_for_text(question: str) -> bool:
    """Tell whether a question is about text in the picture."""
    return bool(_ABOUT_TEXT.search(question))


def is_observer(vision_name: str) -> bool:
    """Tell whether an index was made by the measuring observer."""
    return vision_name.startswith("observer")


_QUOTED = r'"[^"]*"'
_STANDING_TEXT = re.compile(rf"Text on screen[^:\"]*: (?P<quotes>{_QUOTED}(?:, {_QUOTED})*)\.?\s*")
_RUNNING_TEXT = re.compile(rf"Running (?P<kind>\w+) on screen: (?P<quotes>from {_QUOTED} to {_QUOTED})\.?\s*")


def screen_texts(summary: str, span: Span) -> Iterator[Event]:
    """Read the text that the observer quotes in a summary, as events that last for the whole span."""
    for match in _STANDING_TEXT.finditer(summary):
        quoted = ", ".join(re.findall(r'"([^"]*)"', match["quotes"]))
        yield Event(span, "a sign, label or caption", "is readable", text_on_screen=quoted)
    for match in _RUNNING_TEXT.finditer(summary):
        yield Event(span, f"a running {match['kind']}", f"is readable, {match['quotes']}")


def without_screen_texts(summary: str) -> str:
    """Return a summary of the observer without the text that it quotes."""
    return _RUNNING_TEXT.sub("", _STANDING_TEXT.sub("", summary)).strip()
