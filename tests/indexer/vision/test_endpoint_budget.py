"""What a look may cost at a server: pictures shrink, then become fewer, and the model tells how many."""

import numpy as np
import pytest
from endpoint_server import completion, endpoint, look, refusal, serving

from indexer.errors import VisionError
from indexer.timeline import Frame
from indexer.vision.endpoint_pictures import LEAST_TOKENS, thin_to
from indexer.vision.model import Reply

TOO_LONG = "This model's maximum context length is 2048 tokens. However, your prompt has 9000"


def tokens_of(request):
    return sum(picture.shape[0] * picture.shape[1] for picture in request.pictures) / 1024


@pytest.mark.parametrize(
    ("count", "size", "reply", "most"),
    [
        (8, (448, 336), Reply.CAPTION, 1_000),
        (16, (448, 252), Reply.CAPTION, 1_000),
        (64, (704, 528), Reply.TEXT, 12_000),
        (64, (1024, 576), Reply.TEXT, 12_000),
    ],
)
def test_a_look_costs_no_more_vision_tokens_than_set(count, size, reply, most):
    with serving(lambda _: completion()) as server:
        endpoint(server.url).look([look(*map(float, range(count)), size=size, reply=reply)])
    (request,) = server.requests
    assert 0.9 * most < tokens_of(request) <= 1.01 * most
    assert len(request.pictures) >= min(count, most // LEAST_TOKENS)


def test_pictures_that_would_be_too_small_become_fewer_spread_evenly():
    with serving(lambda _: completion()) as server:
        model = endpoint(server.url, caption_tokens=320)
        asked = look(*map(float, range(28)), size=(448, 252))
        model.look([asked])
    (request,) = server.requests
    assert request.marks == [f"<{3.0 * number:.1f} seconds>" for number in range(10)]
    assert [f"<{frame.pts_seconds:.1f} seconds>" for frame in model.frames_shown(asked)] == request.marks


def test_small_pictures_are_neither_thinned_nor_blown_up():
    frames = [Frame(float(second), np.zeros((36, 64, 3), np.uint8)) for second in range(300)]
    assert len(thin_to(frames, max_tokens=1_000)) == 300


def room_for(most):
    """A server whose context ends after so many pictures."""
    return lambda request: completion("yes") if len(request.pictures) <= most else refusal(400, TOO_LONG)


def test_a_second_look_that_exceeds_the_context_is_thinned_and_the_model_tells_by_how_much(caplog):
    asked = look(*map(float, range(33)), reply=Reply.TEXT)
    with serving(room_for(10)) as server:
        model = endpoint(server.url)
        assert model.look([asked]) == ["yes"]
        assert [frame.pts_seconds for frame in model.frames_shown(asked)] == [
            float(mark[1:].removesuffix(" seconds>")) for mark in server.requests[-1].marks
        ]
        assert len(model.frames_shown(asked)) == 8
        assert model.look([asked]) == ["yes"]
    assert [len(request.pictures) for request in server.requests] == [33, 16, 8, 8], "learnt once"
    assert "no room for 33 frames" in caplog.text


def test_a_server_that_names_its_most_pictures_gets_as_many():
    def answer(request):
        if len(request.pictures) > 20:
            return refusal(400, "At most 20 image(s) may be provided in one request.")
        return completion("yes")

    with serving(answer) as server:
        assert endpoint(server.url).look([look(*map(float, range(32)), reply=Reply.TEXT)]) == ["yes"]
    assert [len(request.pictures) for request in server.requests] == [32, 20]


def test_a_caption_is_never_thinned_silently():
    """It would stay in the index for good; the person is told to give the server more room."""
    with serving(room_for(4)) as server, pytest.raises(VisionError, match="longer context"):
        endpoint(server.url).look([look(*map(float, range(8)))])
    assert len(server.requests) == 1


def test_a_context_without_room_for_one_picture_is_an_error():
    with serving(room_for(0)) as server, pytest.raises(VisionError, match="longer context"):
        endpoint(server.url).look([look(*map(float, range(8)), reply=Reply.TEXT)])
    assert [len(request.pictures) for request in server.requests] == [8, 4, 2, 1]
