"""What a question asks that measurements cannot know, said in one plain sentence.

The observer measures light, movement, colours and text. It knows no people, animals or things, counts
nobody, and cannot tell a fall from something that moves downwards.
"""

from __future__ import annotations

import re

from assistant.matching import SAYS_LITTLE
from assistant.observer_words import asks_about_falls, han_beyond, observer_words, without_observed
from indexer.text import query_tokens, tokens

_SOUND = re.compile(
    r"\b(?:hear|heard|sounds?|nois(?:es?|y)|audio|loud|music|voices?|talk(?:s|ed|ing)?|speaks?|spoken?"
    r"|(?:was|were|being) said|did (?:he|she|they|anyone|anybody|someone|somebody) say"
    r"|shout(?:s|ed|ing)?|scream(?:s|ed|ing)?|bark(?:s|ed|ing)?)\b|声音|听到|听见|噪音|音乐|说话|喊",
    re.IGNORECASE,
)
_HOW_OFTEN = "How many or how often"
_UNKNOWABLE = (
    (re.compile(r"\b(?:who|whom|whose|name of|named|called)\b|谁|名字|叫什么", re.I), "Who or what it was"),
    (
        re.compile(r"\b(?:how many|how often|how much|number of|count)\b|多少|几[个次人只辆位]", re.I),
        _HOW_OFTEN,
    ),
    (
        re.compile(
            r"\b(?:any|some|no)(?:one|body)\b|\bno one\b"
            r"|\b(?:persons?|people|m[ae]n|wom[ae]n|child(?:ren)?|kids?"
            r"|worker|guard|driver|intruder|thief|cats?|dogs?|animals?)s?\b|有人|没人|谁",
            re.I,
        ),
        "Whether that was a person or an animal",
    ),
)
_PRESENCE = re.compile(
    r"\b(?:is|are|was|were) there\b|\b(?:do|did|can|could) (?:you|we|i) see\b|有没有|看到|看见", re.IGNORECASE
)
_MEASURED = frozenset(
    tokens(
        "black grey gray white red orange yellow green turquoise blue purple pink brown colour color"
        " light dark bright brightness movement motion move moving text sign label word clock counter"
        " camera cut scene region left right upper lower top bottom centre up down upwards downwards"
        " still fast slow quick large small edge change"
    )
)
"""What an observer can measure, besides the words that `observer_words` reads."""


_OF_COUNTING = frozenset(
    tokens(
        "when what which where how why who did do does was were is are be been has have had first last every"
        " time times number list count compare event happen happened occur show shows saw see come go back"
        " all each the a an of in on at to from and or with between most more least any it two three both"
        " into onto out off through across along past toward towards"
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


_YES_OR_NO = re.compile(
    r"^\W*(?:and |but |so )?(?:is|are|was|were|did|does|do|has|have|had|can|could)\b"
    r"|吗\W*$|有没有|是否|是不是|有无",
    re.IGNORECASE,
)
_ASKS_OTHERWISE = re.compile(r"^\W*(?:can|could|do) you\b", re.IGNORECASE)


def asks_yes_or_no(question: str) -> bool:
    """Tell whether a question can be answered by yes or no."""
    return bool(_YES_OR_NO.search(question)) and not _ASKS_OTHERWISE.search(question)


def asks_about_sound(question: str) -> bool:
    """Tell whether a question is about something heard."""
    return bool(_SOUND.search(question))


def unknowable(question: str, words: str, *, counted: bool = False) -> str:
    """Return what of a question measurements cannot know, as the subject of a sentence; "" for nothing.

    Args:
        question: The person's words.
        words: The same without times and file names.
        counted: Whether measurements that fit the words were counted: how many those are is known.
    """
    if asks_about_falls(question):
        return "Whether anybody or anything fell"
    for pattern, subject in _UNKNOWABLE:
        if pattern.search(question) and not (counted and subject == _HOW_OFTEN):
            return subject
    if _PRESENCE.search(question):
        rest = _PRESENCE.sub(" ", words)
        named = set(query_tokens(_HAN.sub(" ", rest))) - _MEASURED - SAYS_LITTLE
        return "Whether that was there" if named or han_beyond(rest) else ""
    beyond = beyond_measuring(words) if counted or asks_yes_or_no(question) else ""
    return f"What {beyond} stands for" if beyond else ""


def measurable(question: str, words: str) -> bool:
    """Tell whether a question names anything that an observer measures."""
    return bool(observer_words(question)) or any(token in _MEASURED for token in query_tokens(words))


def beyond_measuring(words: str) -> str:
    """Return the words of a question that no measurement can tell, such as "car"; "" where there are none."""
    left = without_observed(words)
    known = _MEASURED | SAYS_LITTLE | _OF_COUNTING
    telling = [word for word in _WORD.findall(left) if set(query_tokens(word)) - known]
    return f'"{" ".join(telling)}"' if telling else ""
