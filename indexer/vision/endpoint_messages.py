"""A look as a chat completion request, and the words of the reply."""

from __future__ import annotations

import base64
import logging
import re
from typing import Any

import cv2
import numpy as np

from indexer.media.images import encode_jpeg
from indexer.timeline import Frame
from indexer.vision.endpoint_options import EndpointOptions
from indexer.vision.model import Look, Reply

logger = logging.getLogger(__name__)

Json = dict[str, Any]

NO_WORDS = "The vision model gave no words for this stretch"

_THINKING = re.compile(r"\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_END_OF_THINKING = "</think>"


def chat_body(request: Look, options: EndpointOptions) -> Json:
    """Write a look as the body of a chat completion: each frame behind its seconds, then the prompt."""
    parts: list[Json] = []
    for frame in request.frames:
        parts.append({"type": "text", "text": time_mark(frame.pts_seconds)})
        parts.append({"type": "image_url", "image_url": {"url": _data_url(frame, options)}})
    parts.append({"type": "text", "text": request.prompt})
    body: Json = {
        "model": options.model,
        "messages": [{"role": "user", "content": parts}],
        "temperature": 0,
        "max_tokens": request.max_new_tokens,
    }
    if request.reply is Reply.CAPTION:
        body["response_format"] = {"type": "json_object"}
    return body


def time_mark(seconds: float) -> str:
    """Write a time in the form that Qwen3-VL was trained on: ``<5.0 seconds>``."""
    return f"<{seconds:.1f} seconds>"


def read_reply(payload: Json) -> str:
    """Return what the model said, without its thinking.

    A reply that was cut off is given as it is. One without words is given as a sentence that says so: a
    single stretch that a model has nothing to say about must not end the indexing of a library.
    """
    choice = payload["choices"][0]
    message = choice.get("message") or {}
    reason = choice.get("finish_reason")
    words = without_thinking(_text_of(message.get("content"))) or _text_of(message.get("refusal"))
    if reason == "length":
        logger.warning("a reply was cut off at its limit of tokens; %d characters are kept", len(words))
    if not words:
        logger.warning("a reply had no words (finish_reason %s)", reason)
        hint = ": it was cut off, perhaps while thinking" if reason == "length" else ""
        return f"{NO_WORDS}{hint}."
    return words


def without_thinking(text: str) -> str:
    """Take the reasoning off the front of a reply, also where its first or last mark is missing."""
    text = _THINKING.sub("", text, count=1) if text.lstrip().startswith("<think>") else text
    # Some chat templates open the thinking in the prompt. A reply that begins as JSON is the answer itself,
    # and a mark in it is text that was read off the picture.
    if not text.lstrip().startswith(("{", "`")):
        text = text.rpartition(_END_OF_THINKING)[2]
    return text.strip()


def _text_of(content: object) -> str:
    """Return content as text; some servers send a list of parts."""
    if isinstance(content, list):
        return "".join(_text_of(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _data_url(frame: Frame, options: EndpointOptions) -> str:
    jpeg = encode_jpeg(_bounded(frame, options.max_image_side), options.jpeg_quality)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _bounded(frame: Frame, max_side: int) -> Frame:
    """Scale a frame down to the longest side that may be sent."""
    height, width, _ = frame.pixels.shape
    scale = max_side / max(height, width)
    if scale >= 1:
        return frame
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    return Frame(frame.pts_seconds, np.asarray(pixels, np.uint8))


class Dialect:
    """Which fields of the OpenAI form a server was found to refuse, learnt from its complaints and kept."""

    _REFUSAL = re.compile(
        r"unsupported|not support|n't support|not permitted|not allowed|must be|invalid|unknown|unrecognized",
        re.I,
    )

    def __init__(self) -> None:
        self._refused: set[str] = set()

    def speak(self, body: Json) -> Json:
        """Return the body in the form that this server takes."""
        spoken = {field: value for field, value in body.items() if field not in self._refused}
        if "max_tokens" in self._refused:
            spoken["max_completion_tokens"] = body["max_tokens"]
        return spoken

    def learn(self, complaint: str, sent: Json) -> bool:
        """Note which field of the ``sent`` body a complaint refuses; tell whether to ask again without it."""
        if not self._REFUSAL.search(complaint):
            return False
        named = {
            "response_format": re.search(r"response.?format|json_object|json.mode", complaint, re.I),
            # Only where the other name is asked for: a limit that is too high names this field as well.
            "max_tokens": re.search(r"max_tokens.*use.*max_completion_tokens", complaint, re.I | re.DOTALL),
            "temperature": re.search(r"temperature", complaint, re.I),
        }
        refused = {field for field, found in named.items() if found and field in sent}
        self._refused |= refused
        return bool(refused)
