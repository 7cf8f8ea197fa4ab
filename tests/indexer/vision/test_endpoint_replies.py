"""What is made of a server's replies."""

import pytest
from endpoint_server import Answer, completion, endpoint, look, serving

from indexer.vision.captions import parse_caption
from indexer.vision.endpoint_messages import NO_WORDS, without_thinking


def said(answer: Answer) -> str:
    with serving(lambda _: answer) as server:
        (words,) = endpoint(server.url).look([look()])
    return words


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("<think>A box? No.</think>\n\nIt is a bag.", "It is a bag."),
        ("\n<think>\n1\n2\n</think>{}", "{}"),
        ("the template opened it</think>It is a bag.", "It is a bag."),
        ("<think>cut off while think", ""),
        ("It is a bag.", "It is a bag."),
        ('{"text_on_screen": "a sign </think> says"}', '{"text_on_screen": "a sign </think> says"}'),
    ],
)
def test_thinking_is_taken_off_and_nothing_else(reply, answer):
    assert without_thinking(reply) == answer


def test_thinking_does_not_reach_the_caller():
    assert said(completion("<think>hm</think> yes")) == "yes"


def test_content_in_parts_is_joined():
    assert said(completion([{"type": "text", "text": "a "}, {"type": "text", "text": "bag"}])) == "a bag"


def test_a_reply_that_was_cut_off_is_kept_and_its_caption_is_flagged(caplog):
    words = said(completion('{"summary": "A forklift pas', finish_reason="length"))
    assert words == '{"summary": "A forklift pas'
    assert not parse_caption(words, look().span).well_formed
    assert "cut off at its limit" in caplog.text


@pytest.mark.parametrize("content", [None, "", "<think>too long a thought"])
def test_a_reply_without_words_says_so_and_is_flagged(content):
    words = said(completion(content, finish_reason="length"))
    assert words == f"{NO_WORDS}: it was cut off, perhaps while thinking."
    caption = parse_caption(words, look().span)
    assert caption.text() == words
    assert not caption.well_formed


def test_a_refusal_of_the_model_is_given_as_its_words():
    answer = completion(None)
    answer.body["choices"][0]["message"]["refusal"] = "I cannot describe this."
    assert said(answer) == "I cannot describe this."
