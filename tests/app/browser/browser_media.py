"""What a player has played and which pictures are there, waited for as a person waits."""

from __future__ import annotations

from playwright.sync_api import Locator, expect


def played_from(video: Locator) -> float:
    """Return the second at which the video began to play, once it plays.

    It stops being paused when it is told to play, and has played something only some frames later.
    """
    expect(video).to_have_js_property("paused", False)
    video.page.wait_for_function("video => video.played.length > 0", arg=video.element_handle())
    return float(video.evaluate("video => video.played.start(0)"))


def expect_picture(picture: Locator) -> None:
    """Wait until the picture is there; one that has no source yet calls itself complete."""
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
