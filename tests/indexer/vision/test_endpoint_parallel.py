"""Several requests at once: limited, in order, and never in a person's way."""

import itertools
import threading
import time

from endpoint_server import completion, endpoint, look, serving

from indexer.vision.model import Reply


def answered_late(seconds):
    def answer(request):
        late = completion(request.prompt)
        late.before_seconds = seconds(request)
        return late

    return answer


def answered_when_come(count):
    """Answer late, and none before so many requests have come: then these are under way at once."""
    numbers, come = itertools.count(1), threading.Event()

    def answer(request):
        if next(numbers) == count:
            come.set()
        come.wait(30)
        return answered_late(lambda _: 0.05)(request)

    return answer


def test_answers_come_in_the_order_of_the_requests_whatever_the_order_of_the_server():
    numbers = [str(7 - number) for number in range(8)]
    with serving(answered_late(lambda request: 0.02 * int(request.prompt))) as server:
        assert endpoint(server.url).look([look(prompt=number) for number in numbers]) == numbers


def test_no_more_requests_than_allowed_are_under_way_at_once():
    with serving(answered_when_come(3)) as server:
        endpoint(server.url, parallel=3).look([look()] * 12)
    assert len(server.requests) == 12
    assert server.most_at_once == 3


def test_the_limit_holds_over_several_callers_too():
    with serving(answered_when_come(2)) as server:
        model = endpoint(server.url, parallel=2)
        threads = [threading.Thread(target=model.look, args=([look()] * 3,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 9
    assert server.most_at_once == 2


def test_a_persons_question_goes_ahead_of_captions_that_fill_every_place():
    answered, waited_for = threading.Event(), []

    def answer(request):
        if request.prompt == "caption" and not answered.wait(30):
            waited_for.append(request)
        return completion(request.prompt)

    with serving(answer) as server:
        model = endpoint(server.url, parallel=1)
        indexing = threading.Thread(target=model.look, args=([look(prompt="caption")] * 2,))
        indexing.start()
        while not server.requests:
            time.sleep(0.005)
        assert model.look([look(prompt="what?", reply=Reply.TEXT)]) == ["what?"]
        answered.set()
        indexing.join()
    assert waited_for == [], "no caption had to end first"
    assert [request.prompt for request in server.requests][:2] == ["caption", "what?"]


def test_nothing_to_look_at_sends_nothing():
    with serving(lambda _: completion()) as server:
        assert endpoint(server.url).look([]) == []
    assert server.requests == []
