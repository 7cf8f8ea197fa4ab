"""What a server's refusal means, and what a person can do about it."""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from math import isfinite
from time import time

_IMAGE_WORD = r"(?:image|multi-?modal|vision|mmproj)"
_TAKES_NO_IMAGES = re.compile(
    # llama.cpp: "image input is not supported - hint: ... provide the mmproj" (with status 500)
    rf"{_IMAGE_WORD}[\w ]{{0,20}} (?:is|are) (?:not|only) (?:supported|enabled|allowed)"
    # vLLM: "MODEL is not a multimodal model"
    rf"|not an? {_IMAGE_WORD}"
    # LM Studio: "Model does not support images"; Ollama: "this model does not support image input"
    r"|(?:not|n't|cannot|unable to) (?:support|accept|take|process|handle|read)\w* "
    rf"(?:(?!with |for |when |in )\w+ )?{_IMAGE_WORD}"  # "not supported with images" is about something else
    rf"|unsupported {_IMAGE_WORD}|{_IMAGE_WORD}s? (?:input )?(?:not supported|unsupported)"
    # Ollama, older: "this model is missing data required for image input" (with status 500)
    r"|missing data required for image"
    r"|at most 0 image"
    # OpenRouter: "No endpoints found that support image input" (with status 404)
    rf"|no endpoints found that support {_IMAGE_WORD}"
    # Servers for text alone, which only know the one kind of content
    r"|unknown variant `?image_url|only '?text'? content|allowed values: \[?'text'\]?"
    r"|content must be a string|content.{0,20}(?:should|must) be a (?:valid )?string",
    re.IGNORECASE,
)
_IMAGES_AT_MOST = re.compile(r"at most (\d+) (?:image|multi-?modal)", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context (?:length|size|window)|too many tokens|prompt is too long|longer than the maximum",
    re.IGNORECASE,
)
_NO_SUCH_MODEL = re.compile(
    r"model\b.{0,120}(?:not found|not exist)|(?:no such|unknown) model", re.I | re.DOTALL
)
_DATA_URL = re.compile(r"data:image/[^\s\"']{16,}")
_LONGEST_QUOTE = 300

VISION_SERVERS = (
    "Start one that does, such as `vllm serve Qwen/Qwen3-VL-4B-Instruct`, or `ollama pull "
    "qwen3-vl:4b-instruct`; llama.cpp needs the model's projector beside it (--mmproj FILE). docs/models.md "
    "has the start lines"
)


def complaint_of(data: bytes, secrets: tuple[str, ...] = ()) -> str:
    """Return what a server says in the body of a refusal, in one short line.

    Args:
        data: The body; JSON in one of the usual forms, or anything else.
        secrets: Taken out wherever they stand: servers quote what they were sent.
    """
    text = data.decode("utf-8", "replace")
    try:
        text = _message_in(json.loads(text)) or text
    except (ValueError, RecursionError):
        if re.match(r"\s*<(?:!doctype|html)", text, re.IGNORECASE):
            text = "an HTML page"
    for secret in filter(None, secrets):
        text = text.replace(secret, "**********")
    text = " ".join(_DATA_URL.sub("data:image/…", text).split())
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"


def _message_in(value: object) -> str:
    """Find the words in the forms of OpenAI, FastAPI, Ollama, LM Studio and others."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_message_in, value)))
    if isinstance(value, dict):
        if isinstance(value.get("loc"), list):  # FastAPI says apart which field it means
            return f"{'.'.join(map(str, value['loc']))}: {value.get('msg', '')}"
        for key in ("error", "message", "detail", "msg"):
            if words := _message_in(value.get(key)):
                return words
    return ""


def refuses_images(complaint: str) -> bool:
    """Tell whether a server says that it, or the model, takes no images."""
    return bool(_TAKES_NO_IMAGES.search(complaint))


def misses_model(status: int, complaint: str) -> bool:
    """Tell whether a refusal may be about the model's name."""
    return status == 404 or (status == 400 and bool(_NO_SUCH_MODEL.search(complaint)))


def explain_images(model: str, where: str, complaint: str) -> str:
    """Say that a server does not look at pictures, and how to start one that does."""
    return f"{model} at {where} does not take images: it said “{complaint}”. {VISION_SERVERS}"


def pictures_that_fit(status: int, complaint: str, sent: int) -> int | None:
    """Return how many pictures to try after a refusal, fewer than were sent; None when that is no remedy.

    Args:
        status: Of the refusal.
        complaint: The server's words.
        sent: How many pictures the refused request had.
    """
    most = _IMAGES_AT_MOST.search(complaint)
    if most is None and status != 413 and not _TOO_LONG.search(complaint):
        return None
    fewer = int(most[1]) if most else sent // 2
    return fewer if 1 <= fewer < sent else None


def explain_refusal(status: int, complaint: str, where: str, *, has_key: bool) -> str:
    """Say what a final refusal means and what to do next."""
    said = f"{where} refused the request ({status}): “{complaint}”."
    if status in (401, 403):
        advice = "Its key is wrong or may not use this model" if has_key else "It wants a key"
        return f"{said} {advice}: set WITNESS_VISION_KEY"
    if most := _IMAGES_AT_MOST.search(complaint):
        return (
            f"{said} One look has more frames than the {most[1]} that the server takes; vLLM is told with "
            """--limit-mm-per-prompt '{"image": 32}'"""
        )
    if status == 413 or _TOO_LONG.search(complaint):
        return (
            f"{said} Start the server with a longer context (docs/models.md), or send fewer or smaller frames"
        )
    return f"{said} This is final: another attempt would get the same answer"


def explain_missing(model: str, where: str, complaint: str, models: list[str] | None) -> str:
    """Say that a model, or the address, is wrong, with the names that the server has.

    Args:
        model: The name that was asked for.
        where: The address of the API.
        complaint: The server's words.
        models: Names that the server lists; None when it lists none.
    """
    if models is None or model in models:
        return (
            f"{where} has no chat completions for {model}: it said “{complaint}”. Is vision_url the address "
            "of the API? It usually ends in /v1"
        )
    names = ", ".join(models[:12]) + (f" and {len(models) - 12} more" if len(models) > 12 else "")
    return (
        f"{where} has no model {model}: it said “{complaint}”. It has: {names or 'none'}. "
        'Name one that takes images, vision = "openai:NAME"'
    )


def seconds_to_wait(retry_after: str | None) -> float | None:
    """Read a ``Retry-After`` header: seconds, or a date; None when there is none that can be read."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - time()
        except ValueError:
            return None
    return max(0.0, seconds) if isfinite(seconds) else None
