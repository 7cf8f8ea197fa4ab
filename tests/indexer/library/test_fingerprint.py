"""What is said of an index that was made with other settings."""

import pytest

from indexer.embedding.lexical import LexicalEmbedder
from indexer.parts import make_fingerprint
from indexer.settings import Settings


class Judge:
    """A vision model by name alone."""

    def __init__(self, name="judge", judges=True):
        self.name, self.judges = name, judges


def made(*watch, vision=None, **settings):
    return make_fingerprint(Settings(watch=watch, **settings), vision or Judge(), LexicalEmbedder())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((), ("a fire",), 'watch: "a fire" added'),
        (("a fire",), (), 'watch: "a fire" removed'),
        (("a fire", "someone's fall"), ("a fire", "an \"exit\" left open"),
         'watch: "an "exit" left open" added, "someone\'s fall" removed'),
        (("a", "b"), ("b", "a"), "watch: in another order"),
    ],
)  # fmt: skip
def test_what_is_watched_for_is_told_by_name(before, after, said):
    assert made(*before).differences(made(*after)) == [said]


def test_another_prompt_is_told_without_its_hash(monkeypatch):
    before = made("a fire")
    monkeypatch.setattr("prompts.fingerprint", lambda name: "0000")
    (said,) = before.differences(made("a fire"))
    assert said == "prompt: the words that ask for captions are others"
    assert before.differences(made()) == [f'watch: "a fire" removed; {said}']


def test_a_model_that_measures_has_no_prompt_and_none_is_missed():
    measuring = made(vision=Judge("observer-1", judges=False))
    assert measuring.differences(made()) == ["vision: observer-1 -> judge"]
    assert made(language="English").differences(made(language="German")) == ["language: English -> German"]
