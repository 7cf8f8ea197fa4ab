"""A question that is stopped from another thread ends, and leaves nothing of itself in its conversation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assistant_fakes import ScriptedModel, answer_of, calls
from langchain_core.messages import AIMessage, HumanMessage

from assistant.events import StepFinished, StepStarted
from assistant.run import QuestionStopped, StopSignal
from assistant.session import Assistant

Maker = Callable[..., Assistant]
LOOK = ("look_again", {"video": "dock.mp4", "start_seconds": 5, "end_seconds": 6, "question": "what?"})


@pytest.mark.parametrize("kind", [StepStarted, StepFinished])
def test_stopped_question_ends_at_its_next_step(make_assistant: Maker, kind: type) -> None:
    """No further call of the model is made, and the next question does not hear of it."""
    model = ScriptedModel(script=[calls(LOOK), AIMessage("It fell."), AIMessage("Fine.")])
    assistant = make_assistant(model)
    signal = StopSignal()
    with pytest.raises(QuestionStopped):
        for event in assistant.ask("first?", conversation_id="one", signal=signal):
            if isinstance(event, kind):
                signal.stop()
    assert len(model.heard) == 1
    assert assistant.conversation("one") == []
    answer_of(assistant, "second?", conversation_id="one")
    assert [m.text for m in model.heard[-1] if isinstance(m, HumanMessage)] == ["second?"]


def test_stopped_before_it_is_kept_is_not_kept(make_assistant: Maker) -> None:
    """Even when the model has written all of it: what nobody saw as answered is no turn."""
    model = ScriptedModel(script=[AIMessage("All is well."), AIMessage("Fine."), AIMessage("Yes.")])
    assistant = make_assistant(model)
    answer_of(assistant, "first?", conversation_id="one")
    signal = StopSignal()
    events = assistant.ask("second?", conversation_id="one", signal=signal)
    with pytest.raises(QuestionStopped):
        for _ in events:
            signal.stop()
    assert [answer.question for answer in assistant.conversation("one")] == ["first?"]
    answer_of(assistant, "third?", conversation_id="one")
    assert [m.text for m in model.heard[-1] if isinstance(m, HumanMessage)] == ["first?", "third?"]


def test_signal_that_comes_too_late_changes_nothing(make_assistant: Maker) -> None:
    """The answer stands."""
    assistant = make_assistant()
    signal = StopSignal()
    answer = answer_of(assistant, "what happened at second 5?", conversation_id="one", signal=signal)
    signal.stop()
    assert assistant.conversation("one") == [answer]
