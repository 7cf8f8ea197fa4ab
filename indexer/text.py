"""Text to search tokens, the same way for what is stored and for what is asked.

English words are lower-cased and stemmed, so that "falls" meets "falling". Runs of Chinese (and Japanese or
Korean) become single characters and pairs of neighbours: every two-character word is found, without a
dictionary to load. Numbers stay whole. Clocks, decimals and plates count whole and in parts: "14:32:05" is
found by "14:32:05" and by "14"; "ABC-123" by "ABC 123", "abc123" and "123".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

SCRIPT = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"  # written without spaces
_LETTER = rf"[^\W\d_{SCRIPT}]"
_WORD = rf"[^\W_{SCRIPT}]+"
_CHUNK = re.compile(
    rf"[{SCRIPT}]+"
    rf"|\b[A-Z]{{1,4}} \d{{2,5}}\b"  # a plate or a mark in capitals: "ABC 123"
    rf"|{_WORD}(?:[-_/·.:,']{_WORD})*"
)
_PART = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)?|\d+")
_IDEOGRAPH = re.compile(rf"[{SCRIPT}]")
_SEPARATORS = str.maketrans("", "", "-_/·,' ")

# Verbs and people that questions use and that the stemmer cannot bring together.
_IRREGULAR_FORMS = {
    "break": "broke broken",
    "bring": "brought",
    "child": "children",
    "come": "came",
    "drive": "drove driven",
    "fall": "fell fallen",
    "go": "went gone goes",
    "hide": "hid hidden",
    "hold": "held",
    "lie": "lay lain lying",
    "man": "men",
    "person": "people",
    "ride": "rode ridden",
    "rise": "rose risen",
    "run": "ran",
    "sit": "sat",
    "stand": "stood",
    "steal": "stole stolen",
    "take": "took taken",
    "throw": "threw thrown",
    "woman": "women",
}
_BASE_FORM = {form: base for base, forms in _IRREGULAR_FORMS.items() for form in forms.split()}

# What a question says besides what it looks for.
_STOP_WORDS = re.compile(
    r"(?<![\w-])(?:what|when|where|who|whom|whose|which|why|how|do|does|did|is|are|was|were|be|been|am"
    r"|has|have|had|can|could|will|would|the|a|an|of|to|at|in|and|or|it|its|this|that|these|those|there"
    r"|any|anything|happen|happens|happened|happening|please|tell|show|me|i|you)(?:'s)?(?![\w-])"
    r"|什么时候|发生了什么|有没有|是不是|为什么|什么|哪里|哪儿|哪个|怎么|多少|请问|谁|吗|呢|吧|了|的|是",
    re.IGNORECASE,
)


def tokens(text: str) -> list[str]:
    """Split a text into search tokens, in its order, repetitions kept."""
    found: list[str] = []
    for chunk in _CHUNK.findall(_normal(text)):
        found += _ideographs(chunk) if _IDEOGRAPH.match(chunk) else _words(chunk)
    return found


def query_tokens(text: str) -> list[str]:
    """Split a question into tokens, leaving out the words that any question has.

    A text of nothing but such words gives all its tokens.
    """
    return tokens(_STOP_WORDS.sub(" ", _normal(text))) or tokens(text)


def _normal(text: str) -> str:
    """Make full-width forms and typographic apostrophes plain; capitals stay, plates are told by them."""
    return unicodedata.normalize("NFKC", text).replace("’", "'")


def _ideographs(run: str) -> list[str]:
    """Return each character and each pair of neighbours: "红色箱" gives 红 色 箱 红色 色箱."""
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


def _words(chunk: str) -> list[str]:
    """Return a chunk's words and numbers, and the chunk as a whole where digits are joined to something."""
    lowered = chunk.lower()
    parts = _PART.findall(lowered)
    stems = [_stem(part) for part in parts]
    if len(parts) > 1 and any(part.isdecimal() for part in parts):
        stems.append(lowered.translate(_SEPARATORS))
    return stems


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    """Return an English word's stem. A stemmer holds state, so every call makes its own (10 µs)."""
    plain = word.removesuffix("'s").replace("'", "")
    stem: str = snowballstemmer.stemmer("english").stemWord(_BASE_FORM.get(plain, plain))
    return stem
