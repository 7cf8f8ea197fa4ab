"""The kinds of events, for rows and colours: what was watched for, text, cuts, else the verb of the action.

Vision models write actions verb first, in words of their own. So a kind is the action's first telling word,
the same in all its forms ("walks", "walking"), under the form that is written most often.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.library.activity import Happened
from indexer.text import tokens

MOST_KINDS = 5
OTHER = "other"

_WATCHED = "watched: {}"
_OF_THE_OBSERVER = {
    "came into": "came in",
    "changes at": "scene cut",
    "rose suddenly": "light",
    "dropped suddenly": "light",
    "moved in": "moved in place",
    "moved back": "moved in place",
}
"""What the measuring observer says, in its first two words."""
_SAYS_NOTHING = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "to",
        "begins",
        "starts",
        "possibly",
        "then",
        "again",
    ]
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds that a timeline tells apart."""

    names: tuple[str, ...]
    """In the order of their rows; the last may be `OTHER`."""
    forms: dict[str, str]
    """The name of each kind that has one, by the kind's key."""

    def of(self, event: Happened) -> str:
        """Return the kind of an event, or of the events of one kind that were counted together."""
        return self.forms.get(_key(event), OTHER)


def find_kinds(events: Iterable[Happened], most: int = MOST_KINDS) -> Kinds:
    """Choose the kinds to tell apart: what was watched for, then what happened most often.

    Args:
        events: All that can come into view, so that zooming changes neither rows nor colours.
        most: How many kinds to name; what is left is one more, `OTHER`.
    """
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    watched = set()
    for event in events:
        key = _key(event)
        counts[key] += event.count
        written[key][_name(event)] += event.count
        if event.watch:
            watched.add(key)
    ranked = sorted(counts, key=lambda key: (key not in watched, -counts[key], key))
    forms = {key: written[key].most_common(1)[0][0] for key in ranked[:most]}
    names = tuple(dict.fromkeys(forms.values()))
    return Kinds((*names, OTHER) if len(ranked) > most else names, forms)


def _key(event: Happened) -> str:
    name = _name(event)
    stems = tokens(name) if " " not in name else []
    return stems[0] if stems else name


def _name(event: Happened) -> str:
    if event.watch:
        return _WATCHED.format(event.watch)
    if event.text_alone:
        return "text"
    words = event.words.casefold().rstrip(".,;:")
    if words in _OF_THE_OBSERVER:
        return _OF_THE_OBSERVER[words]
    telling = [word.strip(".,;:") for word in words.split() if word not in _SAYS_NOTHING]
    return telling[0] if telling else words or OTHER
