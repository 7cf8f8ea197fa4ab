"""A camera named in a question: "on the gate camera", "camera 2", 大门摄像头 mean that camera's videos."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.library.records import VideoRecord

_CAMERA = r"(?:cameras?|cams?|摄像头|摄像机|相机|监控|镜头|机位)"
_QUOTED = "['\"“‘「《]"


def take_cameras(records: Sequence[VideoRecord], question: str) -> tuple[list[VideoRecord], str]:
    """Find the cameras that a question names; return their videos and the question without their names.

    A camera may be called by an ordinary word ("gate"), so its name counts only where a camera is plainly
    meant: beside the word, between quotes, or where it has a digit ("cam2").
    """
    found: list[VideoRecord] = []
    for camera in sorted({record.camera for record in records if record.camera}, key=len, reverse=True):
        question, count = _mention(camera).subn(" ", question)
        if count:
            found += [record for record in records if record.camera == camera]
    return sorted(found, key=lambda record: record.name), question


def _mention(camera: str) -> re.Pattern[str]:
    name = rf"(?<![A-Za-z0-9_]){re.escape(camera)}(?![A-Za-z0-9_])"
    called = re.search(rf"^{_CAMERA}\b|\b{_CAMERA}$|{_CAMERA}$|\d", camera, re.IGNORECASE)
    bare = rf"(?:(?:the )?{_CAMERA} ?)?{name}" if called else rf"(?:the )?{_CAMERA} {name}"
    forms = (
        rf"{_QUOTED}{name}[^\w\s]",
        rf"(?:the )?{name}(?:'s)?(?: |的)?{_CAMERA}(?![A-Za-z])",
        bare,
    )
    return re.compile("|".join(forms), re.IGNORECASE)
