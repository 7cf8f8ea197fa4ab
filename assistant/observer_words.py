"""What people ask about, in the words that the measuring observer can say.

The observer never writes "fell", "drove off" or "was left behind", because it cannot know: it writes that
something moved downwards, left the picture, or stayed. So that a person's words meet its words, a
question about an observer's index also searches for what the observer would have measured. The table is small
and visible on purpose: nothing else is guessed, and a vision-language model's index is searched without it.
"""

from __future__ import annotations

import re

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
    (
        r"shak(es|en|ing|y)|shook|cameras?(?= (?:is |was |were |has |had |been |got )*"
        r"(?:mov|shift|turn|pann|tilt|swung|shak|shook|knock|bump|jolt))|镜头动|镜头移|镜头转|镜头抖|晃",
        "camera moves",
    ),
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

_WAYS = (
    (
        r"(?:from )?(?:the )?left to (?:the )?right|(?:to|towards) the right|rightwards"
        r"|[从由]左[边侧]?[往向到至]右|[往向]右",
        "right",
    ),
    (
        r"(?:from )?(?:the )?right to (?:the )?left|(?:to|towards) the left|leftwards"
        r"|[从由]右[边侧]?[往向到至]左|[往向]左",
        "left",
    ),
)
_SIDEWAYS = tuple((re.compile(people, re.IGNORECASE), side) for people, side in _WAYS)
_EXACT: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"lights?(?: \w+)? (?:went|go|goes|gone|going|were|was|are|be|is)? ?"
        r"(?:switched |turned )?(?:out|off)\b|went dark|lights? (?:failed|died)"
        r"|关灯|灯[都全]?(?:灭|关|熄)|熄灯|变黑",
        ("went dark", "got darker"),
    ),
    (
        r"lights?(?: \w+)? (?:came|come|comes|went|go|goes|were|was|are|is)? ?(?:back )?"
        r"(?:switched |turned )?on\b|got bright\w*|开灯|灯[都又]?(?:亮|开)",
        ("the light rose",),
    ),
    (r"\bupwards?\b|\bmov\w+ up\b|[往向]上", ("moved upwards",)),
    (r"\bdownwards?\b|\bmov\w+ down\b|[往向]下", ("moved downwards",)),
    (r"\bback and forth\b|来回", ("moved back and forth",)),
    (r"flicker\w*|闪烁", ("flickered",)),
)
"""What says more than the table above, and exactly what an event has to say to be counted as it."""
_EXACTLY = tuple((re.compile(people, re.IGNORECASE), phrases) for people, phrases in _EXACT)
_COLOUR = re.compile(
    r"\b(?:black|gr[ea]y|white|red|orange|yellow|green|turquoise|blue|purple|pink|brown)\b", re.IGNORECASE
)
_HAN_COLOURS = {
    "黑": "black", "灰": "grey", "白": "white", "红": "red", "橙": "orange", "黄": "yellow", "绿": "green",
    "蓝": "blue", "紫": "purple", "粉": "pink", "棕": "brown", "褐": "brown",
}  # fmt: skip
_HAN_TEXT = re.compile(r"[\u4e00-\u9fff]+")
_HAN_GENERAL = re.compile(
    f"[{''.join(_HAN_COLOURS)}]色?|颜色|东西|物体|事物|什么|任何|画面|镜头|视频|有没有|是否|是不是|有无|看到|看见"
    "|出来|过去|过来|[有没的了过吗呢里中在从向往到上下左右边侧来去和是被都曾时候间]"
)
"""Chinese that an observer's measurements can answer, or that says nothing of what is asked for."""
_MOVED_ANYHOW = ("moved",)

_ABOUT_FALLS = _PATTERNS[0][0]
_ABOUT_TEXT = _PATTERNS[-1][0]


def observer_words(question: str) -> list[str]:
    """Return the observer's words for what a question asks about: "downwards", "left the picture"."""
    found = [words for pattern, words in _PATTERNS if pattern.search(question)]
    return list(dict.fromkeys(each.strip() for words in found for each in words.split("|")))


def observer_groups(question: str) -> list[tuple[str, ...]]:
    """Return what an observer's event has to say to be what a question counts: of each group one phrase.

    Stricter than `observer_words`, which casts a wide net for a search: "from left to right" is a direction
    here, and "the lights went out" no light that went on.
    """
    groups: list[tuple[str, ...]] = []
    for pattern, side in _SIDEWAYS:
        question, found = pattern.subn(" ", question)
        if found:
            groups.append(tuple(f"{way} to the {side}" for way in ("moved", "upwards and", "downwards and")))
    for pattern, phrases in _EXACTLY:
        question, found = pattern.subn(" ", question)
        if found:
            groups.append(phrases)
    for pattern, words in _PATTERNS:
        phrases = tuple(each.strip() for each in words.split("|"))
        if pattern.search(question) and phrases not in groups:
            groups.append(phrases)
    if len(groups) > 1:  # a direction, an entry says more than that something moved
        groups = [group for group in groups if group != _MOVED_ANYHOW]
    return [*groups, *((colour,) for colour in asked_colours(question))]


def asked_colours(question: str) -> list[str]:
    """Return the colours that a question names, as the observer calls them."""
    colours = [colour.lower().replace("gray", "grey") for colour in _COLOUR.findall(question)]
    colours += [name for character, name in _HAN_COLOURS.items() if f"{character}色" in question]
    return list(dict.fromkeys(colours))


def without_observed(question: str) -> str:
    """Return a question without all that an observer has words for, and without its Chinese."""
    for pattern in (*(pattern for pattern, _ in (*_SIDEWAYS, *_EXACTLY, *_PATTERNS)), _COLOUR, _HAN_TEXT):
        question = pattern.sub(" ", question)
    return question


def han_beyond(question: str) -> str:
    """Return the Chinese of a question that no observer has words for: 狗 of 有绿色的狗经过吗."""
    for pattern in (*(pattern for pattern, _ in (*_SIDEWAYS, *_EXACTLY, *_PATTERNS)), _HAN_GENERAL):
        question = pattern.sub(" ", question)
    return "".join(_HAN_TEXT.findall(question))


def denied_words(words: str) -> str:
    """Return what an event has to say for a yes, as `indexer.library.occurrences.Wanted` reads it.

    "" where that cannot be told: nothing measurable is asked, or several things at once, which would be
    several events.
    """
    groups = observer_groups(words)
    colours = asked_colours(words)
    if not groups or len(groups) - len(colours) > 1 or len(colours) > 1 or asks_for_text(words):
        return ""
    return " ".join("|".join(f'"{phrase}"' for phrase in group) for group in groups)


def asks_about_falls(question: str) -> bool:
    """Tell whether a question is about something that fell."""
    return bool(_ABOUT_FALLS.search(question))


def asks_for_text(question: str) -> bool:
    """Tell whether a question is about text in the picture."""
    return bool(_ABOUT_TEXT.search(question))


def is_observer(vision_name: str) -> bool:
    """Tell whether an index was made by the measuring observer."""
    return vision_name.startswith("observer")
