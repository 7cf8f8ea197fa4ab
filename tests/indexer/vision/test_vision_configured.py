"""Which vision model the settings name, and that what a look may cost reaches it."""

import pytest
from endpoint_server import completion, look, serving

from indexer.errors import SettingsError
from indexer.settings import load_settings
from indexer.vision.configured import make_vision
from indexer.vision.model import FrameBudget, Reply

COSTS = {"caption_frames": 12, "caption_side": 320, "caption_tokens": 300,
         "look_frames": 40, "look_side": 1280, "look_tokens": 5000}  # fmt: skip


@pytest.fixture
def set_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda **settings: make_vision(load_settings(library=tmp_path, **settings))


@pytest.mark.parametrize(
    "who", [{"vision": "qwen3-vl"}, {"vision": "openai:m", "vision_url": "http://127.0.0.1:9/v1"}]
)
def test_frames_pixels_and_tokens_are_settings(set_to, who):
    model = set_to(**who, **COSTS)
    assert model.caption_budget == FrameBudget(12, 2.0, 320)
    assert model.look_budget == FrameBudget(40, 8.0, 1280)
    assert (model._options.caption_tokens, model._options.look_tokens) == (300, 5000)


def test_the_defaults_cost_about_a_thousand_tokens_and_twelve_thousand(set_to):
    qwen = set_to(vision="qwen3-vl")
    assert qwen.caption_budget == FrameBudget(16, 2.0, 512)
    server = set_to(vision="openai:m", vision_url="http://127.0.0.1:9/v1")
    assert server.caption_budget.max_frames == 8, "a picture costs as much as two frames of a video"
    for model in (qwen, server):
        assert (model._options.caption_tokens, model._options.look_tokens) == (1000, 12_000)


def test_large_frames_that_are_asked_for_reach_a_server(set_to):
    with serving(lambda _: completion()) as server:
        model = set_to(vision="openai:m", vision_url=server.url, look_side=1280)
        model.look([look(size=(1280, 720), reply=Reply.TEXT)])
    assert server.requests[0].pictures[0].shape == (720, 1280, 3)


@pytest.mark.parametrize(
    "wrong", [{"caption_frames": 3}, {"look_frames": 65}, {"look_side": 32}, {"caption_tokens": 10}]
)
def test_what_no_model_can_do_is_refused(set_to, wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        set_to(**wrong)


def test_an_unknown_model_is_answered_with_the_known(set_to):
    with pytest.raises(SettingsError, match=r"qwen3-vl \(in this process\)"):
        set_to(vision="gpt")


def test_no_address_is_ever_assumed(set_to):
    with pytest.raises(SettingsError, match="needs the server's address"):
        set_to(vision="openai:m")
