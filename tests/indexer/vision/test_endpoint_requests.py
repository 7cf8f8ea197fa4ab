"""What an OpenAI-compatible server is sent: frames behind their seconds, bounded, in order."""

import json

import numpy as np
import pytest
from endpoint_server import Answer, completion, endpoint, in_turn, look, refusal, serving
from pydantic import SecretStr

import prompts
from indexer.errors import SettingsError
from indexer.timeline import Frame, Span
from indexer.vision.captions import CAPTION_SCHEMA
from indexer.vision.endpoint import EndpointOptions
from indexer.vision.model import Look, Reply


def test_every_frame_is_a_jpeg_behind_its_seconds_and_the_prompt_comes_last():
    with serving(lambda _: completion()) as server:
        endpoint(server.url).look([look(5.0, 65.25, 3605.96, prompt="Describe it.")])
    (request,) = server.requests
    assert [part["type"] for part in request.parts] == ["text", "image_url"] * 3 + ["text"]
    assert request.marks == ["<5.0 seconds>", "<65.2 seconds>", "<3606.0 seconds>"]
    assert request.prompt == "Describe it."
    assert [picture.shape for picture in request.pictures] == [(36, 64, 3)] * 3
    shades = [picture.mean() for picture in request.pictures]
    assert shades == pytest.approx([5, 65, 3606 % 256], abs=2), "each picture stands behind its own seconds"


def test_colours_arrive_as_red_green_blue():
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:] = (200, 40, 20)
    with serving(lambda _: completion()) as server:
        endpoint(server.url).look([Look((Frame(0.0, pixels),), Span(0, 1), "?", Reply.TEXT)])
    (picture,) = server.requests[0].pictures
    assert picture.reshape(-1, 3).mean(0) == pytest.approx([200, 40, 20], abs=4)


def test_pictures_are_bounded_and_small_ones_stay_as_they_are():
    with serving(lambda _: completion()) as server:
        endpoint(server.url, max_image_side=320).look([look(size=(1280, 720)), look(size=(180, 320))])
    assert sorted(request.pictures[0].shape for request in server.requests) == [(180, 320, 3), (320, 180, 3)]


def test_a_caption_asks_for_json_and_a_question_for_words():
    with serving(lambda _: completion()) as server:
        model = endpoint(server.url)
        model.look([look()])
        model.look([look(reply=Reply.TEXT)])
    caption, question = (request.body for request in server.requests)
    form = caption["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["schema"]["required"] == ["summary", "events"]
    assert "response_format" not in question
    for body in (caption, question):
        assert (body["model"], body["temperature"], body["max_tokens"]) == ("m", 0, 77)


@pytest.mark.parametrize(
    ("suffix", "path"),
    [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        (" \n", "/v1/chat/completions"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/api/v3", "/api/v3/chat/completions"),
    ],
)
def test_the_base_url_is_taken_as_people_write_it(suffix, path):
    with serving(lambda _: completion("yes")) as server:
        assert endpoint(server.url + suffix).look([look()]) == ["yes"]
    assert [request.path for request in server.requests] == [path]


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://h:port/v1", "http://h/v1?k=1"]
)
def test_what_is_no_address_is_refused_before_anything_is_sent(url):
    with pytest.raises(SettingsError, match="vision_url"):
        endpoint(url)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parallel": 0}, "parallel >= 1"),
        ({"timeout_seconds": 0}, "timeout_seconds > 0"),
        ({"jpeg_quality": 101}, "JPEG quality of 1 to 100"),
        ({"api_key": SecretStr("sk-1\nX-Evil: 1")}, "no HTTP header can carry"),
    ],
)
def test_options_that_cannot_be_used_are_refused_in_words(options, words):
    with pytest.raises(SettingsError, match=words) as caught:
        EndpointOptions(model="m", base_url="http://h", **options)
    assert "X-Evil" not in str(caught.value)


def test_without_a_model_name_the_setting_is_explained():
    with pytest.raises(SettingsError, match="openai:MODEL"):
        EndpointOptions(model=" ", base_url="http://h")


FORMS = {
    "schema": (("json_schema", "json_object", None), ["json_schema"]),
    "object": (("json_object", None), ["json_schema", "json_object"]),
    "none": ((None,), ["json_schema", "json_object", None]),
}
"""What servers know, and what each is sent until it answers."""


@pytest.mark.parametrize("server_knows", FORMS)
def test_a_server_that_knows_less_of_json_is_asked_for_less_and_never_for_more_again(server_knows):
    known, sent = FORMS[server_knows]

    def form_of(request):
        return request.body.get("response_format", {}).get("type")

    def answer(request):
        if form_of(request) not in known:
            return refusal(400, f"'response_format.type' {form_of(request)} is not supported")
        return completion("{}")

    with serving(answer) as server:
        model = endpoint(server.url)
        assert model.look([look()]) == ["{}"]
        assert model.look([look(), look()]) == ["{}", "{}"]
    assert [form_of(request) for request in server.requests] == [*sent, sent[-1], sent[-1]]


def test_the_schema_is_the_form_that_the_prompt_shows():
    text = prompts.load("caption", span="", language="English", watch="")
    shown = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert list(shown) == CAPTION_SCHEMA["required"]
    assert list(shown["events"][0]) == CAPTION_SCHEMA["properties"]["events"]["items"]["required"]


def test_requests_that_were_under_way_when_it_was_learnt_are_asked_again_too():
    def answer(request):
        if "response_format" in request.body:
            detail = {"loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}
            return Answer(422, {"detail": [detail]}, before_seconds=0.1)
        return completion("{}")

    with serving(answer) as server:
        assert endpoint(server.url, parallel=3).look([look()] * 3) == ["{}"] * 3


def test_a_hosted_model_with_other_names_for_its_limits_is_adapted_to():
    def answer(request):
        if "max_tokens" in request.body:
            return refusal(400, "Unsupported parameter: 'max_tokens' is not supported with this model. "
                                "Use 'max_completion_tokens' instead.")  # fmt: skip
        if "temperature" in request.body:
            return refusal(400, "Unsupported value: 'temperature' does not support 0 with this model.")
        return completion("ok")

    with serving(answer) as server:
        assert endpoint(server.url).look([look()]) == ["ok"]
    assert server.requests[-1].body["max_completion_tokens"] == 77


def test_a_password_in_the_url_is_sent_as_basic_authentication_and_shown_nowhere():
    with serving(in_turn(Answer(401, "no"))) as server:
        model = endpoint(server.url.replace("//", "//ann:pass-7@"))
        with pytest.raises(Exception, match="refused the request") as caught:
            model.look([look()])
    assert server.requests[0].headers["Authorization"].startswith("Basic ")
    assert "pass-7" not in str(caught.value) + repr(model) + model.name + repr(model._options)


def test_the_name_tells_the_model_and_the_machine():
    model = endpoint("http://ann:secret@gpu-box.local:8000/v1")
    assert model.name == "openai:m@gpu-box.local"
    assert model.judges
    assert model.caption_budget.max_frames >= 4


def test_a_proxy_of_the_environment_does_not_come_between_this_machine_and_itself(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(lambda _: completion("direct")) as server:
        assert endpoint(server.url).look([look()]) == ["direct"]


def test_this_machine_has_one_name_and_other_machines_keep_theirs():
    """The name is part of an index's fingerprint: the same server must not ask for another index."""
    here = [
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000/v1",
        "http://[::1]:8000",
        "http://gpu.localhost",
    ]
    assert {endpoint(url).name for url in here} == {"openai:m@localhost"}
    assert endpoint("http://10.0.0.7:8000/v1").name == "openai:m@10.0.0.7"
