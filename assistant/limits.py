"""What a question asks that measurements cannot know, said in one plain sentence.

The observer measures light, movement, colours and text. It knows no people, animals or things, counts
nobody, and cannot tell a fall from something that moves downwards.
"""

from __future__ import annotations

import re

from assistant.matching import SAYS_LITTLE
from assistant.observer_words import asks_about_falls, observer_words
from indexer.text import query_tokens, tokens

_SOUND = re.compile(
    r"\b(?:hear|heard|sounds?|nois(?:es?|y)|audio|loud|music|voices?|talk(?:s|ed|ing)?|speaks?|spoken?"
    r"|(?:was|were|being) said|did (?:he|she|they|anyone|anybody|someone|somebody) say"
    r"|shout(?:s|ed|ing)?|scream(?:s|ed|ing)?|bark(?:s|ed|ing)?)\b|声音|听到|听见|噪音|音乐|说话|喊",
    re.IGNORECASE,
)
_UNKNOWABLE = (
    (re.compile(r"\b(?:who|whom|whose|name of|named|called)\b|谁|名字|叫什么", re.I), "Who or what it was"),
    (
        re.compile(r"\b(?:how many|how often|how much|number of|count)\b|多少|几[个次人只辆位]", re.I),
        "How many or how often",
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


def asks_about_sound(question: str) -> bool:
    """Tell whether a question is about something heard."""
    return bool(_SOUND.search(question))


def unknowable(question: str, words: str) -> str:
    """Return what of a question measurements cannot know, as the subject of a sentence; "" for nothing.

    Args:
        question: The person's words.
        words: The same without times and file names.
    """
    if asks_about_falls(question):
        return "Whether anybody or anything fell"
    for pattern, subject in _UNKNOWABLE:
        if pattern.search(question):
            return subject
    if not _PRESENCE.search(question):
        return ""
    named = set(query_tokens(_PRESENCE.sub(" ", words))) - _MEASURED - SAYS_LITTLE
    return "Whether that was there" if named else ""


def measurable(question: str, words: str) -> bool:
    """Tell whether a question names anything that an observer measures."""
    return bool(observer_words(question)) or any(token in _MEASURED for token in query_tokens(words))
