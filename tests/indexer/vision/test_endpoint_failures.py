"""What goes wrong with a server: what may pass is tried again, what is final ends in one clear error."""

import socket
import threading
import time
from email.utils import formatdate

import pytest
from endpoint_server import Answer, Pauses, completion, endpoint, in_turn, look, refusal, serving
from pydantic import SecretStr

from indexer.errors import VisionError
from indexer.vision.model import Reply

KEY = "sk-very-secret-1234567890"


def failure(server, **options) -> str:
    """Look once and return the words of the error."""
    with pytest.raises(VisionError) as caught:
        endpoint(server.url, **options).look([look()])
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_429_is_tried_again_after_the_time_that_the_server_asks_for():
    pauses = Pauses()
    with serving(in_turn(refusal(429, "slow down", Retry_After="7"), completion("yes"))) as server:
        assert endpoint(server.url, wait=pauses).look([look()]) == ["yes"]
    assert len(server.requests) == 2
    (seconds,) = pauses.seconds
    assert 7 <= seconds <= 7.7


def test_a_date_as_retry_after_is_understood():
    pauses = Pauses()
    date = formatdate(time.time() + 100, usegmt=True)
    with serving(in_turn(refusal(503, "loading", Retry_After=date), completion("yes"))) as server:
        endpoint(server.url, wait=pauses).look([look()])
    assert 50 < pauses.seconds[0] <= 110


def test_a_server_that_asks_for_an_hour_is_not_waited_for():
    with serving(in_turn(refusal(429, "daily limit", Retry_After="3600"))) as server:
        words = failure(server)
    assert len(server.requests) == 1
    assert "asks to wait 3600 s" in words
    assert "daily limit" in words


def test_a_500_for_ever_ends_with_one_error_that_tells_what_where_how_often_and_what_to_do():
    pauses = Pauses()
    with serving(in_turn(refusal(500, "CUDA out of memory"))) as server:
        words = failure(server, wait=pauses, max_retries=5)
    assert len(server.requests) == 6
    assert "CUDA out of memory" in words
    assert f"{server.url}/v1" in words
    assert "tried 6 times" in words
    assert "run the same again" in words
    longest = [0.5, 1, 2, 4, 8]
    assert all(most / 2 <= seconds <= most for seconds, most in zip(pauses.seconds, longest, strict=True))


def test_one_error_ends_a_whole_batch_and_the_rest_is_not_sent():
    with serving(in_turn(refusal(500, "broken"))) as server:
        with pytest.raises(VisionError, match="broken"):
            endpoint(server.url, parallel=2, max_retries=1).look([look()] * 20)
        time.sleep(0.1)
    assert len(server.requests) <= 6


def test_an_error_does_not_wait_for_requests_that_are_still_under_way():
    under_way, ended, waited_for = threading.Event(), threading.Event(), []

    def answer(request):
        if request.marks == ["<1.0 seconds>"]:
            under_way.wait(30)
            return refusal(400, "bad request")
        under_way.set()
        if not ended.wait(30):
            waited_for.append(request)
        return completion()

    with serving(answer) as server:
        with pytest.raises(VisionError, match="bad request"):
            endpoint(server.url).look([look(0.0), look(1.0)])
        ended.set()
    assert waited_for == []


@pytest.mark.parametrize("status", [400, 401, 403, 413, 422])
def test_other_refusals_are_final(status):
    with serving(in_turn(refusal(status, "no, thank you"))) as server:
        words = failure(server)
    assert len(server.requests) == 1
    assert "no, thank you" in words
    assert str(status) in words


def test_a_missing_and_a_wrong_key_are_told_apart():
    with serving(in_turn(refusal(401, "Unauthorized"))) as server:
        assert "wants a key: set WITNESS_VISION_KEY" in failure(server)
        assert "key is wrong" in failure(server, api_key=SecretStr(KEY))


def test_no_server_is_said_at_once_with_the_address():
    port = unused_port()
    pauses = Pauses()
    with pytest.raises(
        VisionError, match=f"no server can be reached at http://127.0.0.1:{port}/v1"
    ) as caught:
        endpoint(f"http://127.0.0.1:{port}", wait=pauses).look([look()])
    assert "Start it, or correct vision_url" in str(caught.value)
    assert pauses.seconds == [], "a server that never answered is not waited for"


def test_a_server_that_goes_away_for_a_while_is_waited_for():
    last = completion("yes")
    last.headers["Connection"] = "close"
    with serving(in_turn(last)) as server:
        model = endpoint(server.url, max_retries=2)
        model.look([look()])
    with pytest.raises(VisionError, match=r"cannot be reached any more .* tried 3 times"):
        model.look([look()])


def test_a_connection_that_breaks_off_is_tried_again():
    with serving(in_turn(Answer(cut_off=True), completion("yes"))) as server:
        assert endpoint(server.url).look([look()]) == ["yes"]
    assert len(server.requests) == 2


def test_a_slow_answer_is_given_up_after_the_timeout_and_tried_again():
    slow = completion("late")
    slow.before_seconds = 30.0
    with serving(in_turn(slow, completion("yes"))) as server:
        model = endpoint(server.url, timeout_seconds=0.5, max_retries=100)
        assert model.look([look()]) == ["yes"]


def test_an_answer_that_trickles_in_is_given_up_too():
    drip = completion("a long, long answer")
    drip.drip_seconds = 0.05
    with serving(in_turn(drip)) as server:
        words = failure(server, timeout_seconds=0.3, max_retries=0)
    assert "no whole answer within 0.3 s" in words


def test_a_person_waits_no_longer_than_the_timeout_in_all():
    slow = completion("late")
    slow.before_seconds = 60.0
    with serving(in_turn(slow)) as server:
        started = time.monotonic()
        with pytest.raises(VisionError, match="tried once"):
            endpoint(server.url, timeout_seconds=0.3).look([look(reply=Reply.TEXT)])
        assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("status", "complaint"),
    [
        (400, "Qwen/Qwen3-4B is not a multimodal model"),  # vLLM
        (
            500,
            "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
        ),
        (400, "Model does not support images. Please use a model that does."),  # LM Studio
        (400, "this model does not support image input"),  # Ollama
        (500, "this model is missing data required for image input"),  # Ollama, older
        (400, "At most 0 image(s) may be provided in one prompt."),  # vLLM with images switched off
        (404, "No endpoints found that support image input"),  # OpenRouter
        (400, "Invalid content type. image_url is only supported by certain models."),  # OpenAI
        (400, "unknown variant `image_url`, expected `text`"),
        (422, "messages.content.type is invalid, allowed values: ['text']"),
    ],
)
def test_a_server_that_takes_no_images_is_told_in_words_and_not_asked_again(status, complaint):
    with serving(in_turn(refusal(status, complaint))) as server:
        words = failure(server)
    assert len(server.requests) == 1
    assert "m at " in words
    assert "does not take images" in words
    assert complaint in words
    assert "vllm serve Qwen/Qwen3-VL-4B-Instruct" in words


@pytest.mark.parametrize(
    "complaint",
    [
        "cannot identify image file",
        "image dimensions exceed the limit",
        "vision tower overloaded",
        "logprobs are not supported with images",
    ],
)
def test_other_words_about_images_are_not_taken_for_that(complaint):
    with serving(in_turn(refusal(400, complaint))) as server:
        assert "does not take images" not in failure(server)


def test_too_many_frames_for_a_server_are_told_with_the_flag_that_allows_them():
    with serving(in_turn(refusal(400, "At most 1 image(s) may be provided in one request."))) as server:
        words = failure(server)
    assert "--limit-mm-per-prompt" in words


def test_a_context_that_is_too_short_is_told():
    complaint = "This model's maximum context length is 2048 tokens. However, you requested max_tokens 1024"
    with serving(in_turn(refusal(400, complaint))) as server:
        assert "longer context" in failure(server)
    assert len(server.requests) == 1


def models_of(*names):
    def answer(request):
        if request.method == "GET":
            return Answer(body={"object": "list", "data": [{"id": name} for name in names]})
        return refusal(404, "The model `m` does not exist.")

    return answer


def test_a_wrong_model_name_lists_those_that_the_server_has():
    with serving(models_of("qwen3-vl", "gemma3")) as server:
        words = failure(server)
    assert "has no model m" in words
    assert "It has: gemma3, qwen3-vl" in words
    assert [request.path for request in server.requests] == ["/v1/chat/completions", "/v1/models"]


def test_a_wrong_address_is_told_from_a_wrong_name():
    with serving(lambda _: Answer(404, "<html>Not here</html>")) as server:
        words = failure(server)
    assert "It usually ends in /v1" in words
    assert "an HTML page" in words


def test_an_answer_that_is_no_completion_is_told():
    with serving(in_turn(Answer(body="<!DOCTYPE html><p>Welcome"))) as server:
        assert "not with a chat completion: “an HTML page”" in failure(server)


def test_a_failure_in_the_body_of_a_200_counts_by_its_code():
    within = Answer(body={"error": {"code": 502, "message": "provider down"}})
    with serving(in_turn(within, completion("yes"))) as server:
        assert endpoint(server.url).look([look()]) == ["yes"]


def test_an_answer_without_end_is_not_read_to_its_end():
    with serving(in_turn(Answer(body=b" " * (9 * 2**20)))) as server:
        assert "answers without end" in failure(server)


def test_redirects_are_not_followed_so_that_key_and_frames_stay_where_they_were_sent():
    with serving(lambda _: completion()) as elsewhere:
        away = Answer(307, "", {"Location": f"{elsewhere.url}/v1/chat/completions"})
        with serving(in_turn(away)) as server:
            words = failure(server, api_key=SecretStr(KEY))
    assert elsewhere.requests == []
    assert f"redirects to {elsewhere.url}/v1/chat/completions" in words


def test_the_key_is_sent_and_is_in_no_log_error_or_repr(caplog):
    caplog.set_level("DEBUG")
    echo = f"Incorrect API key provided: {KEY}"
    with serving(in_turn(refusal(500, echo), refusal(401, echo))) as server:
        model = endpoint(server.url, api_key=SecretStr(f" {KEY}\n"))
        with pytest.raises(VisionError) as caught:
            model.look([look()])
    assert {request.headers["Authorization"] for request in server.requests} == {f"Bearer {KEY}"}
    error: BaseException | None = caught.value
    assert "**********" in str(error)
    while error is not None:
        assert KEY not in repr(error) + str(error)
        error = error.__cause__ or error.__context__
    assert KEY not in repr(model) + repr(model._options) + repr(vars(model))
    assert "again in" in caplog.text, "the attempts are logged"
    assert KEY not in caplog.text


def test_pictures_that_a_server_quotes_are_not_quoted_further():
    def answer(request):
        return Answer(422, {"detail": [{"msg": "bad", "input": request.body}, {"msg": str(request.body)}]})

    with serving(answer) as server:
        words = failure(server)
    assert len(words) < 600
    assert "base64,/9j/" not in words
