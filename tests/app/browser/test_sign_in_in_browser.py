"""A server with a password, in a real browser: nothing before it, everything after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_server import serving
from browser_watch import Watch
from playwright.sync_api import Page, expect

from app.signin.passwords import Passwords

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def guarded(tmp_path: Path, chromium: str) -> Iterator[str]:
    """The address of a server over an empty library to which one person has a password."""
    Passwords(tmp_path).set("ann", "correct horse")
    with serving(tmp_path) as address:
        yield address


def test_the_password_opens_the_page_where_one_wanted_to_go(page: Page, guarded: str, watch: Watch) -> None:
    page.goto(f"{guarded}/videos")
    password = page.get_by_label("Password")
    password.fill("wrong password")
    password.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert page.get_by_text("Library").count() == 0
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()  # over its WebSocket
    expect(page.get_by_text("Signed in as ann")).to_be_attached()
    assert all("(Unauthorized)" in each for each in watch.complaints)
