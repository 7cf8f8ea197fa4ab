"""Questions that are being answered while pages come and go: stopped, followed, asked one after the other."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from chat_fakes import FakeAssistant

from app.state import AppState
from assistant.events import StepStarted
from indexer.errors import VisionError

WAIT = 60.0


def ended(state: AppState, conversation: str = "one") -> bool:
    """Wait until no question of this conversation runs any more."""
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        running = state.questions.of(conversation)
        if running is None or running.done:
            return True
        time.sleep(0.01)
    return False


def test_question_is_answered_without_anybody_watching(state: AppState, assistant: FakeAssistant) -> None:
    """Its answer is kept in the conversation, and it is no longer among those that run."""
    running = state.questions.start("what?", "one")
    assert running.wait(WAIT) and running.answered and not running.stopped
    assert [answer.question for answer in assistant.conversation("one")] == ["what?"]
    assert state.questions.of("one") is None


def test_question_that_is_stopped_leaves_nothing(state: AppState, assistant: FakeAssistant) -> None:
    """It is over for the page at once, ends at its next step, and its answer is not kept."""
    assistant.may_go_on.clear()
    running = state.questions.start("what?", "one")
    assert running.wait_for_more(0, WAIT)
    running.stop()
    running.stop()
    assert running.done and running.stopped and running.seconds < WAIT
    assistant.may_go_on.set()
    assert state.wait_for_questions(WAIT)
    assert assistant.conversation("one") == [] and not running.answered
    assert isinstance(running.happened[0].event, StepStarted)


def test_next_question_begins_when_the_stopped_one_has_ended(
    state: AppState, assistant: FakeAssistant
) -> None:
    """A look cannot be interrupted; two turns of one conversation never run at once."""
    assistant.may_go_on.clear()
    first = state.questions.start("first", "one")
    assert first.wait_for_more(0, WAIT)
    first.stop()
    second = state.questions.start("second", "one")
    assert second is not first and not second.wait_for_more(0, 0.05)
    assistant.may_go_on.set()
    assert second.wait(WAIT) and second.answered
    assert [answer.question for answer in assistant.conversation("one")] == ["second"]


def test_question_is_not_asked_twice(state: AppState, assistant: FakeAssistant) -> None:
    """A page that was reloaded while one runs sees that one."""
    assistant.may_go_on.clear()
    first = state.questions.start("what?", "one")
    assert state.questions.start("what?", "one") is first
    assistant.may_go_on.set()
    assert first.wait(WAIT)
    assert len(assistant.asked) == 1


def test_conversations_do_not_wait_for_each_other(state: AppState, assistant: FakeAssistant) -> None:
    """Ten are at their first step at once."""
    assistant.may_go_on.clear()
    running = [state.questions.start("what?", str(number)) for number in range(10)]
    assert all(each.wait_for_more(0, WAIT / 10) for each in running)
    assistant.may_go_on.set()
    assert all(each.wait(WAIT) for each in running)
    assert all(len(assistant.conversation(str(number))) == 1 for number in range(10))


@pytest.mark.parametrize(
    ("error", "said"),
    [(VisionError("start the vision server"), "vision server"), (ZeroDivisionError("x"), "went wrong")],
)
def test_failure_is_told_and_the_next_question_works(
    state: AppState, assistant: FakeAssistant, error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """An expected failure in its words; a bug without its insides, which the log has."""
    assistant.error = error
    running = state.questions.start("what?", "one")
    assert running.wait(WAIT) and said in running.error and not running.stopped
    assert state.questions.of("one") is running
    caplog.clear()  # the bug's trace is expected here
    assistant.error = None
    assert state.questions.start("again", "one").wait(WAIT)
    assert ended(state)


def test_server_that_ends_stops_its_questions(state: AppState, assistant: FakeAssistant) -> None:
    """Nothing goes on in threads of its own."""
    assistant.may_go_on.clear()
    running = state.questions.start("what?", "one")
    assert running.wait_for_more(0, WAIT)
    threads = [thread for thread in threading.enumerate() if thread.name == "question"]
    with ThreadPoolExecutor() as pool:
        ending = pool.submit(state.wait_for_questions, WAIT)
        assert running.wait(WAIT) and running.stopped and not ending.done()
        assistant.may_go_on.set()
        assert ending.result()
    for thread in threads:
        thread.join(WAIT)
    assert threads and not any(thread.is_alive() for thread in threads)


def test_who_waits_for_more_hears_of_it_at_once_and_never_waits_for_ever(
    state: AppState, assistant: FakeAssistant
) -> None:
    """A page's poll waits on the server while nothing happens, and no longer than it said."""
    assistant.may_go_on.clear()
    running = state.questions.start("what?", "one")
    seen = len(running.wait_for_more(0, WAIT))
    assert seen == 1 and not running.done
    assert len(running.wait_for_more(10_000, 0.05)) == 1
    assistant.may_go_on.set()
    assert len(running.wait_for_more(10_000, WAIT)) > seen and running.done
