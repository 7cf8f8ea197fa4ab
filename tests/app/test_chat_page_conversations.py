"""Conversations of several browsers: each lists, names, exports and deletes its own."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chat_fakes import DOCK, FakeAssistant, make_answer
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

import app.pages
from app.conversation_export import conversation_json, conversation_markdown, file_name
from app.owner import COOKIE, BrowserCookie
from assistant.conversations import KeptTurn

PAGE = str(Path(app.pages.__file__).with_name("chat.py"))
QUESTION = "what happened at second 5?"

pytestmark = pytest.mark.usefixtures("state")


def open_page(conversation: str = "") -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=90)
    if conversation:
        page.query_params["conversation"] = conversation
    page.run()
    assert not page.exception, [problem.value for problem in page.exception]
    return page


def labels(page: AppTest) -> list[str]:
    return [each.label for each in page.button]


def test_other_browser_reads_along_at_most(assistant: FakeAssistant, cookies: dict[str, str]) -> None:
    """It does not list the conversation; with its address it may be read, not gone on with."""
    page = open_page().chat_input[0].set_value(QUESTION).run()
    conversation = page.query_params["conversation"]
    assert QUESTION in labels(open_page())
    cookies[COOKIE] = "1" * 32
    assert QUESTION not in labels(open_page())
    other = open_page(conversation)
    assert "another browser" in other.info[0].value and not other.chat_input
    assert any("red region" in element.value for element in other.markdown)
    assert "Delete" not in labels(other) and "Look again here" not in labels(other)


def test_page_comes_back_to_its_conversation(cookies: dict[str, str]) -> None:
    """From another page, whose address knows none; not to one that belongs to another browser."""
    page = open_page().chat_input[0].set_value(QUESTION).run()
    conversation = page.query_params["conversation"]
    page.query_params.clear()
    assert page.run().query_params["conversation"] == conversation
    cookies[COOKIE] = "1" * 32
    other = open_page(conversation)
    other.query_params.clear()
    assert "conversation" not in other.run().query_params


def test_conversation_is_renamed_and_deleted(assistant: FakeAssistant) -> None:
    """It is deleted only once that was confirmed."""
    page = open_page().chat_input[0].set_value(QUESTION).run()
    name = next(each for each in page.text_input if each.label == "Name")
    name.set_value("The [night] shift")
    next(each for each in page.button if each.label == "Rename").click().run()
    assert r"The \[night\] shift" in labels(page)
    delete = next(each for each in page.button if each.label == "Delete")
    assert delete.disabled
    next(each for each in page.checkbox if each.label == "Delete it for good").check().run()
    next(each for each in page.button if each.label == "Delete").click().run()
    assert assistant.history.all() == [] and "conversation" not in page.query_params


def test_conversations_of_the_command_line_are_found(assistant: FakeAssistant) -> None:
    """Nobody's conversations are the first browser's, where nobody signs in."""
    assistant.history.add("shift", make_answer(question="who came?"))
    assert "who came?" in labels(open_page())


HOSTILE = "![x](http://evil.example/x.png) <script>alert(1)</script>"
AT = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)


def test_export_for_programs_has_the_citations_and_the_steps() -> None:
    """The JSON of each turn is that of the command line, with its time."""
    told = json.loads(conversation_json("The gate", [KeptTurn(AT, make_answer())]))
    assert told["title"] == "The gate"
    [turn] = told["turns"]
    assert turn["answered_at"] == AT.isoformat() and turn["question"] == QUESTION
    assert turn["citations"][0]["video_id"] == DOCK
    assert (turn["citations"][0]["start_seconds"], turn["citations"][0]["end_seconds"]) == (5, 6)
    assert turn["steps"][1]["tool"] == "look_again"


def test_export_for_people_holds_nothing_active() -> None:
    """Questions, answers and citations with file, seconds and id; footage words stay words."""
    text = conversation_markdown(HOSTILE, [KeptTurn(AT, make_answer(text=HOSTILE))])
    assert not re.search(r"(?<!\\)(!\[|<script)", text)
    read = re.sub(r"\\([^\w\s])", r"\1", text)
    assert f"## {QUESTION}" in text.replace("\\", "") and "dock.mp4 0:05–0:06 (5–6 s; look)" in read
    assert f"`{DOCK}`" in text


def test_export_keeps_the_answers_markdown_and_nothing_that_links() -> None:
    """Emphasis, lists and times stand as they were written; addresses, links and entities are words."""
    answer = "**gate_2.mp4**: at 0:05\n\n- a car-wash (gate_2.mp4 0:05–0:06)"
    active = "[a](x) http://evil.example www.evil.example a@evil.example <b> &lt;b&gt; \\[c](y)"
    text = conversation_markdown("1. *x*", [KeptTurn(AT, make_answer(text=f"{answer}\n\n{active}"))])
    assert answer in text and "- dock.mp4 0:05–0:06 (5–6 s; look)" in text
    assert text.startswith("# 1\\. \\*x\\*\n")
    assert not re.search(r"(?<!\\)(?:\\\\)*(\[[ac]\]|<b>|&lt;|(?<=http):|(?<=www)\.|(?<=a)@)", text), text


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The night shift", "the-night-shift.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("仓库 5?", "仓库-5.md"),
        ("?!", "conversation.md"),
    ],
)
def test_file_is_named_harmlessly(title: str, name: str) -> None:
    """Whatever a conversation is called."""
    assert file_name(title, "md") == name


def test_browser_gets_its_cookie_with_the_page() -> None:
    """Kept from scripts and from other sites; what a client made up is replaced; other routes set none."""
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, JSONResponse
    from starlette.routing import Route

    routes = [Route("/", lambda _: HTMLResponse("page")), Route("/data", lambda _: JSONResponse({}))]
    client = TestClient(BrowserCookie(Starlette(routes=routes)))
    assert "set-cookie" not in client.get("/data").headers
    first = client.get("/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age" in cookie
    token = first.cookies[COOKIE]
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert token in client.get("/").headers["set-cookie"], "a browser that comes back keeps its own"
    client.cookies.set(COOKIE, "../made up", domain="testserver.local")
    assert "made up" not in client.get("/").headers["set-cookie"]
