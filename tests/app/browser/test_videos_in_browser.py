"""The library page as a person uses it: videos come by upload, by path and from a watched folder, and go."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_media import expect_picture
from playwright.sync_api import Locator, Page, expect
from small_video import write_video

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def card(page: Page, name: str) -> Locator:
    """The frame around a video."""
    return page.locator("[class*='st-key-video-']").filter(has=page.get_by_text(name, exact=True))


def remove(page: Page, name: str, *, uploaded: bool = False) -> None:
    card(page, name).get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Remove from the library").or_(
        page.get_by_role("option", name="Remove from the library")
    ).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The file itself stays where it is")
    copy = dialog.get_by_text(f"Also delete the copy that was uploaded to this library ({name})")
    expect(copy).to_have_count(int(uploaded))
    if uploaded:
        copy.click()
        expect(dialog).to_contain_text("The uploaded copy is deleted")
    dialog.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text(name, exact=True)).to_have_count(0, timeout=90_000)


def test_videos_come_and_go(page: Page, address: str, library_folder: Path, tmp_path: Path) -> None:
    """Nothing is reloaded: what is added is seen to wait, to be worked on, and to become ready."""
    page.goto(f"{address}/videos")
    page.get_by_text("Add videos").click(timeout=90_000)

    watched = tmp_path / "nvr"
    watched.mkdir()
    page.get_by_role("tab", name="Watched folders").click()
    page.get_by_role("textbox", name="Folder to watch").fill(str(watched))
    page.get_by_role("button", name="Watch", exact=True).click()
    expect(page.get_by_role("button", name="Stop watching")).to_be_visible()
    write_video(watched / "night.mp4", seconds=2, seed=1)

    page.get_by_role("tab", name="Upload").click()
    upload = write_video(tmp_path / "upload.mp4", seconds=2, seed=2).read_bytes()
    files = [("../../x.mp4", upload), ("notes.mp4", b"no video " * 50)]
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "video/mp4", "buffer": content} for name, content in files]
    )
    expect(page.get_by_text("x.mp4 is added")).to_be_visible()
    expect(page.get_by_text("notes.mp4 is a text file")).to_be_visible()
    assert (library_folder / "uploads" / "x.mp4").read_bytes() == upload
    assert not list(library_folder.parent.glob("x.mp4")) and not list(
        library_folder.parent.parent.glob("x.mp4")
    )

    page.get_by_role("tab", name="Path on this machine").click()
    (tmp_path / "broken.mp4").write_bytes(b"no video " * 50)
    page.get_by_role("textbox", name="Files and folders, one a line").fill(str(tmp_path / "broken.mp4"))
    page.get_by_role("button", name="Add", exact=True).click()
    expect(card(page, "broken.mp4")).to_contain_text("failed", timeout=90_000)
    card(page, "broken.mp4").get_by_role("button", name="Retry").click()

    for name in ("x.mp4", "night.mp4"):
        expect(card(page, name).get_by_role("button", name="Ask")).to_be_visible(timeout=120_000)
        picture = card(page, name).get_by_role("img", name=f"Frame of {name}")
        expect_picture(picture)

    page.get_by_role("tab", name="Watched folders").click()
    page.get_by_role("button", name="Stop watching").click()
    for name in ("x.mp4", "night.mp4", "broken.mp4"):
        remove(page, name, uploaded=name == "x.mp4")
    assert (watched / "night.mp4").exists() and not (library_folder / "uploads" / "x.mp4").exists()
