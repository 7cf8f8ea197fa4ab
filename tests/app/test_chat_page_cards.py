"""What can be done with a moment of an answer, and what of an answer stands in view."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from chat_fakes import DOCK, FakeAssistant, FakeLibrary, make_answer
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

import app.pages
from assistant.answer import Citation, Claim, Source, Verdict
from assistant.narrowing import Narrowing
from indexer.library.notes import SECOND_LOOK
from indexer.timeline import Span

PAGE = str(Path(app.pages.__file__).with_name("chat.py"))

pytestmark = pytest.mark.usefixtures("state")


def open_page(**parameters: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90)
    for name, value in parameters.items():
        page.query_params[name] = value
    return page.run()


def asked(question: str = "what happened at second 5?") -> AppTest:
    page = open_page().chat_input[0].set_value(question).run()
    assert not page.exception
    return page


def button(page: AppTest, label: str) -> Button:
    return next(each for each in page.button if label in each.label)


def said(page: AppTest) -> str:
    """What a person reads on the page."""
    text = "\n".join(element.value for element in [*page.markdown, *page.caption, *page.info])
    return re.sub(r"\\([^\w\s])", r"\1", text)


def strips(page: AppTest) -> int:
    names = [element.proto.component_name for element in page.get("bidi_component")]
    return names.count("witness_evidence")


def test_look_again_asks_of_this_moment_alone(assistant: FakeAssistant) -> None:
    """The question goes on in the same conversation, narrowed to the card's stretch."""
    page = button(asked(), "Look again here").click().run()
    field = next(each for each in page.text_input if each.label.startswith("What to look for"))
    assert "0:05–0:06" in field.label
    field.set_value("is it red?")
    next(each for each in page.button if each.label == "Look again").click().run()
    (_, conversation, none), second = assistant.asked
    assert second == ("is it red?", conversation, Narrowing(DOCK, Span(5, 6))) and none is None


def test_what_is_wrong_is_noted_and_can_be_taken_back(assistant: FakeAssistant, library: FakeLibrary) -> None:
    """The note stands on the card, as text; an empty one is none."""
    page = button(asked(), "This is wrong").click().run()
    button(page, "Keep the note").click().run()
    assert library.written == [] and "1 to 2000 characters" in page.error[0].value
    page.text_area[0].set_value("that was :red[the] *cat*")
    page = button(page, "Keep the note").click().run()
    assert [(note.span, note.text) for note in library.written] == [(Span(5, 6), "that was :red[the] *cat*")]
    assert "noted by a person: that was :red[the] *cat*" in said(page)
    assert not page.text_area, "the panel closes"


def test_note_of_a_second_look_is_shown(library: FakeLibrary) -> None:
    """With who says so."""
    library.add_note(DOCK, Span(5, 6), "no red region", SECOND_LOOK)
    assert "noted by a second look: no red region" in said(asked())


def test_statements_that_did_not_stand_are_in_view(assistant: FakeAssistant) -> None:
    """Outside of what is folded; the others are counted, and told on demand."""
    assistant.answer = make_answer(
        claims=(
            Claim("a man fell", (), Verdict.REFUSED, "nobody is there"),
            Claim("a box fell", (), Verdict.CONFIRMED),
            Claim("it was red", (), Verdict.CITED),
        ),
        text="No man fell.\n\nWhat this rests on. dock.mp4: 0:05–0:06 in the index",
    )
    page = asked()
    folded = {element.value for box in page.expander for element in box.markdown}
    shown = [element.value for element in page.markdown if element.value not in folded]
    assert any("a man fell" in text and "nobody is there" in text for text in shown)
    assert not any("a box fell" in text for text in shown)
    assert any("a box fell" in text for text in folded)
    assert any(box.label == "Statements: 1 confirmed, 1 cited" for box in page.expander)
    assert any("What this rests on. dock" in re.sub(r"\\", "", each.value) for each in page.caption)


def test_many_moments_are_shown_on_demand(assistant: FakeAssistant) -> None:
    """A list of events has many moments; the first are enough to begin with."""
    spans = [Span(2.0 * number, 2.0 * number + 1) for number in range(7)]
    assistant.answer = make_answer(
        citations=tuple(Citation("dock.mp4", DOCK, span, Source.INDEX) for span in spans)
    )
    page = asked()
    assert strips(page) == 4
    assert strips(button(page, "Show 3 more moments").click().run()) == 7


def test_long_conversation_shows_its_end(assistant: FakeAssistant) -> None:
    """Earlier turns come on demand, so that a day's conversation opens as fast as a new one."""
    assistant.history.begin("long", "somebody else")
    for number in range(8):
        assistant.history.add("long", make_answer(question=f"question {number}"))
    page = open_page(conversation="long")
    assert "question 2" in said(page) and "question 1" not in said(page)
    assert "question 0" in said(button(page, "Show earlier turns (2)").click().run())


def test_link_brings_a_video_a_stretch_and_a_question(assistant: FakeAssistant) -> None:
    """They stand ready and are not sent; the address does not bring them again."""
    page = open_page(video=DOCK, start="5.000", end="7.500", ask="is it red?")
    assert page.session_state["scope"] == "dock.mp4" and page.session_state["scope_stretch"] == "0:05–0:07.5"
    assert page.chat_input[0].proto.value == "is it red?" and assistant.asked == []
    assert "Asking about dock.mp4 0:05–0:07.5" in said(page)
    assert not page.query_params
    page.chat_input[0].set_value("is it red?").run()
    assert assistant.asked[0][2] == Narrowing("dock.mp4", Span(5, 7.5))
