"""A look as a chat completion request, and the words of the reply."""

from __future__ import annotations

import logging
import re
from typing import Any

from indexer.vision.captions import CAPTION_SCHEMA
from indexer.vision.endpoint_options import EndpointOptions
from indexer.vision.endpoint_pictures import picture_urls
from indexer.vision.marks import mark
from indexer.vision.model import Look, Reply

logger = logging.getLogger(__name__)

Json = dict[str, Any]

NO_WORDS = "The vision model gave no words for this stretch"

_SCHEMA_FORM: Json = {
    "type": "json_schema",
    "json_schema": {"name": "caption", "schema": CAPTION_SCHEMA, "strict": True},
}
_OBJECT_FORM: Json = {"type": "json_object"}
_THINKING = re.compile(r"\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_END_OF_THINKING = "</think>"


def chat_body(request: Look, options: EndpointOptions) -> Json:
    """Write a look as the body of a chat completion: each frame behind its seconds, then the prompt."""
    parts: list[Json] = []
    urls = picture_urls(
        request.frames,
        max_tokens=options.max_tokens(request.reply),
        max_side=options.max_image_side,
        quality=options.jpeg_quality,
    )
    for frame, url in zip(request.frames, urls, strict=True):
        parts.append({"type": "text", "text": f"<{mark(frame.pts_seconds, request.span)} seconds>"})
        parts.append({"type": "image_url", "image_url": {"url": url}})
    parts.append({"type": "text", "text": request.prompt})
    body: Json = {
        "model": options.model,
        "messages": [{"role": "user", "content": parts}],
        "temperature": 0,
        "max_tokens": request.max_new_tokens,
    }
    if request.reply is Reply.CAPTION:
        body["response_format"] = _SCHEMA_FORM
    return body


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


class Dialect:
    """Which fields of the OpenAI form a server was found to refuse, learnt from its complaints and kept."""

    _REFUSAL = re.compile(
        r"unsupported|not support|n't support|not permitted|not allowed|must be|invalid|unknown|unrecognized",
        re.I,
    )

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._knows_schemas = True

    def speak(self, body: Json) -> Json:
        """Return the body in the form that this server takes."""
        spoken = {field: value for field, value in body.items() if field not in self._refused}
        if "max_tokens" in self._refused:
            spoken["max_completion_tokens"] = body["max_tokens"]
        if "response_format" in spoken and not self._knows_schemas:
            spoken["response_format"] = _OBJECT_FORM
        return spoken

    def learn(self, complaint: str, sent: Json) -> bool:
        """Note which field of the ``sent`` body a complaint refuses; tell whether to ask again without it."""
        if not self._REFUSAL.search(complaint):
            return False
        named = {
            "response_format": re.search(r"response.?format|json.(?:object|mode|schema)", complaint, re.I),
            # Only where the other name is asked for: a limit that is too high names this field as well.
            "max_tokens": re.search(r"max_tokens.*use.*max_completion_tokens", complaint, re.I | re.DOTALL),
            "temperature": re.search(r"temperature", complaint, re.I),
        }
        refused = {field for field, found in named.items() if found and field in sent}
        if "response_format" in refused and sent["response_format"] is _SCHEMA_FORM:
            self._knows_schemas = False  # perhaps it knows the plain form, without the schema
            refused -= {"response_format"}
            return True
        self._refused |= refused
        return bool(refused)
