"""A server that breaks down in the middle of a batch: what it had answered by then is handed over."""

import pytest
from endpoint_server import completion, endpoint, look, refusal, serving

from indexer.errors import VisionError
from indexer.vision.model import Reply


def breaking_at(prompt, *, status=500):
    def answer(request):
        return refusal(status, "out of memory") if request.prompt == prompt else completion(request.prompt)

    return answer


def looks(count):
    return [look(prompt=str(number)) for number in range(count)]


@pytest.mark.parametrize("status", [500, 400])
@pytest.mark.parametrize("parallel", [1, 3])
def test_replies_that_had_come_are_in_the_error(status, parallel):
    with (
        serving(breaking_at("5", status=status)) as server,
        pytest.raises(VisionError, match="out of memory") as caught,
    ):
        endpoint(server.url, parallel=parallel, max_retries=1).look(looks(12))
    replies = caught.value.replies
    assert len(replies) == 12
    assert replies[5] is None
    assert all(reply in (None, str(number)) for number, reply in enumerate(replies))
    assert [reply for reply in replies[: 6 - parallel] if reply is None] == []
    answered = {request.prompt for request in server.requests} - {"5"}
    assert len(answered) - sum(reply is not None for reply in replies) <= parallel - 1, (
        "at most what was under way beside the failure is lost"
    )


def test_a_single_look_that_fails_has_none():
    with serving(breaking_at("0")) as server, pytest.raises(VisionError) as caught:
        endpoint(server.url, max_retries=0).look([look(prompt="0", reply=Reply.TEXT)])
    assert not any(caught.value.replies)
