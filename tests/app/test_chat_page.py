"""The chat page without a browser: what it shows, and what it asks the assistant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chat_fakes import DOCK, FakeAssistant, FakeLibrary, make_answer, make_record
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

import app.pages
from app.state import AppState
from assistant.narrowing import Narrowing
from indexer.errors import VisionError
from indexer.library.records import VideoStatus
from indexer.timeline import Span

PAGE = str(Path(app.pages.__file__).with_name("chat.py"))
QUESTION = "what happened at second 5?"

pytestmark = pytest.mark.usefixtures("state")


def open_page(conversation: str | None = None) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90)
    if conversation:
        page.query_params["conversation"] = conversation
    return no_exception(page.run())


def no_exception(page: AppTest) -> AppTest:
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def words(page: AppTest) -> str:
    """All Markdown and captions on the page, as it is sent to the browser."""
    return "\n".join(element.value for element in [*page.markdown, *page.caption])


def strips(page: AppTest) -> int:
    """How many moments are shown with their frames."""
    names = [element.proto.component_name for element in page.get("bidi_component")]
    return names.count("witness_evidence")


def button(page: AppTest, label: str) -> Button:
    """The button of this label, wherever it is."""
    return next(each for each in page.button if each.label == label)


def unescaped(page: AppTest) -> str:
    """The same as the person reads it."""
    return re.sub(r"\\([^\w\s])", r"\1", words(page))


def test_empty_library_says_how_to_index(library: FakeLibrary) -> None:
    """The first run is honest: no videos, and the two commands that bring some."""
    library.records.clear()
    page = open_page()
    assert "witness index" in words(page) and "witness demo" in words(page)
    assert not page.chat_input


def test_nothing_can_be_asked_while_the_first_video_is_indexed(library: FakeLibrary, tmp_path: Path) -> None:
    """The list shows how far it is, and the input is closed until then."""
    library.records[:] = [make_record(tmp_path, status=VideoStatus.INDEXING, progress=0.42)]
    page = open_page()
    assert "indexing 42%" in words(page)
    assert page.chat_input[0].disabled


def test_question_is_answered_with_all_that_it_rests_on(assistant: FakeAssistant) -> None:
    """Text, steps in words with seconds, inspected and not inspected spans, and the models."""
    page = no_exception(open_page().chat_input[0].set_value(QUESTION).run())
    [(question, conversation, narrowing)] = assistant.asked
    assert (question, narrowing) == (QUESTION, None)
    assert page.query_params["conversation"] == conversation
    text = unescaped(page)
    for expected in [
        "a red region moves downwards (dock.mp4 0:05–0:06)",
        "Look again: dock.mp4 0:05–0:06, “what moves?” · 1.2 s",
        "inspected: 0:05–0:06",
        "not inspected: 0:28–0:30 (damaged)",
        "Chat: offline · vision: observer · search: lexical-1",
    ]:
        assert expected in text
    assert strips(page) == 1


def test_conversation_comes_back_and_goes_on(assistant: FakeAssistant) -> None:
    """A reload with its id in the address shows it, the next question joins it, a new one is empty."""
    first = open_page().chat_input[0].set_value(QUESTION).run()
    conversation = first.query_params["conversation"]
    again = open_page(conversation)
    assert "red region" in words(again)
    again.chat_input[0].set_value("and then?").run()
    assert [asked[1] for asked in assistant.asked] == [conversation, conversation]
    new = no_exception(again.sidebar.button[0].click().run())
    assert "red region" not in words(new) and "conversation" not in new.query_params
    new.chat_input[0].set_value("another").run()
    assert assistant.asked[-1][1] != conversation
    listed = button(open_page(), QUESTION)
    assert "red region" in words(no_exception(listed.click().run()))


def test_example_is_asked_once(assistant: FakeAssistant) -> None:
    """The examples are buttons: what they asked is not asked again by the next run of the page."""
    page = open_page()
    example = next(button for button in page.main.button if "second 5" in button.label)
    example.click().run().run()
    assert [asked[0] for asked in assistant.asked] == ["What happened at second 5?"]


def test_question_is_narrowed_to_the_chosen_video(
    assistant: FakeAssistant, library: FakeLibrary, tmp_path: Path
) -> None:
    """Only videos that can be answered about are offered; two of one name are told apart."""
    library.records += [
        make_record(tmp_path, video_id="b" * 16, name="dock.mp4"),
        make_record(
            tmp_path, video_id="c" * 16, name="gate.mp4", status=VideoStatus.FAILED, reason="no video"
        ),
    ]
    page = open_page()
    choice = page.sidebar.selectbox[0]
    assert choice.options == ["All videos", "dock.mp4#aaaaaa", "dock.mp4#bbbbbb"]
    choice.select("dock.mp4#bbbbbb").run()
    page.chat_input[0].set_value(QUESTION).run()
    page.sidebar.text_input(key="scope_stretch").set_value("5-7").run()
    page.chat_input[0].set_value(QUESTION).run()
    assert [asked[2] for asked in assistant.asked] == [
        Narrowing("dock.mp4#bbbbbb"),
        Narrowing("dock.mp4#bbbbbb", Span(5, 7)),
    ]


def test_library_list_gives_durations_and_reasons(library: FakeLibrary, tmp_path: Path) -> None:
    """Every video is there with its status; what failed or is partial says why."""
    library.records += [
        make_record(
            tmp_path, name="a.mp4", video_id="b" * 16, status=VideoStatus.PARTIAL, reason="ends early"
        ),
        make_record(tmp_path, name="b.mp4", video_id="c" * 16, status=VideoStatus.FAILED, reason="no stream"),
        make_record(tmp_path, name="c.mp4", video_id="d" * 16, status=VideoStatus.QUEUED),
    ]
    text = unescaped(open_page())
    for expected in ["badge[ready] dock.mp4 :gray[0:30]", "ends early", "no stream", "badge[queued] c.mp4"]:
        assert expected in text


def test_error_is_shown_in_words(assistant: FakeAssistant) -> None:
    """A vision server that is down is the person's to know, without a trace."""
    assistant.error = VisionError("the vision server does not answer: start it, or set vision to observer")
    page = no_exception(open_page().chat_input[0].set_value(QUESTION).run())
    assert "set vision to observer" in re.sub(r"\\", "", page.error[0].value)
    assert "red region" not in words(page)


def test_question_that_comes_while_another_is_answered_is_told(
    assistant: FakeAssistant, state: AppState
) -> None:
    """The input is closed meanwhile; what arrives all the same is quoted, and comes back into the input."""
    assistant.may_go_on.clear()
    page = no_exception(open_page().chat_input[0].set_value(QUESTION).run())
    assert page.chat_input[0].disabled
    assert page.chat_input[0].placeholder == "Answering; stop it to ask something else"
    page.session_state["sent"] = "and the gate?"  # as from a page that still had its input open
    no_exception(page.run())
    assert "Not asked: “and the gate?”" in re.sub(r"\\\\", "", page.warning[0].value)
    running = state.questions.of(page.query_params["conversation"])
    assert running is not None
    running.stop()
    no_exception(page.run())
    assert not page.chat_input[0].disabled and not page.warning
    assert page.chat_input[0].proto.value == "and the gate?"
    assert [asked[0] for asked in assistant.asked] == [QUESTION]


HOSTILE = "![x](http://evil.example/x.png) [y](http://evil.example) <img src=x> $x$ :red[z]"


def test_hostile_text_stays_text(assistant: FakeAssistant, library: FakeLibrary, tmp_path: Path) -> None:
    """No image, link, formula or directive in a name, a reason, a step or an answer is left active."""
    answer = make_answer(text=HOSTILE)
    assistant.answer = make_answer(text=HOSTILE, steps=(answer.steps[1],), refused_citations=(HOSTILE,))
    library.records[:] = [make_record(tmp_path, status=VideoStatus.PARTIAL, reason=HOSTILE)]
    page = no_exception(open_page().chat_input[0].set_value(HOSTILE).run())
    shown = [text for text in words(page).splitlines() if "evil" in text]
    assert len(shown) >= 4
    for text in shown:
        assert not re.search(r"(?<!\\)(!?\[[xyz]\]|<img|\$x|:red)", text), text


def test_video_that_is_gone_leaves_the_answer(assistant: FakeAssistant, library: FakeLibrary) -> None:
    """An old answer still reads when its video was removed from the library; its frames are not shown."""
    page = open_page().chat_input[0].set_value(QUESTION).run()
    conversation = page.query_params["conversation"]
    library.records[:] = [make_record(library.records[0].path.parent, name="x.mp4", video_id="f" * 16)]
    again = open_page(conversation)
    assert "red region" in words(again) and not strips(again)


def test_stopping_waits_for_a_question_that_is_being_answered(state: AppState) -> None:
    """The library is not closed under a question that ends in time, and one that does not is told."""
    with state.answering():
        assert not state.wait_for_questions(0.01)
    assert state.wait_for_questions(0.01)


def test_state_is_asked_of_the_server(state: AppState, assistant: FakeAssistant) -> None:
    """The assistant is opened once for all sessions, and once more after it was closed."""
    assert state.assistant is state.assistant is assistant
    state.close()
    assert assistant.closed and assistant.library.closed
    assert state.library.video(DOCK).name == "dock.mp4"
