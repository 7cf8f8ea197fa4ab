"""The chat model that the settings ask for."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from assistant.models.planner import OfflinePlanner
from assistant.scope import read_question
from indexer.errors import SettingsError
from indexer.library.library import Library
from indexer.settings import Settings
from indexer.vision.configured import QWEN, choose_vision, make_vision
from indexer.vision.model import VisionModel

AUTO, OFFLINE = "auto", "offline"


def make_chat_model(settings: Settings, library: Library, vision: VisionModel | None = None) -> BaseChatModel:
    """Build the chat model.

    Args:
        settings: ``chat`` is "offline", "qwen3-vl", "auto", or a name that LangChain's ``init_chat_model``
            knows, "openai:MODEL".
        library: What the offline planner reads questions against.
        vision: Who looks; a Qwen3-VL in this process lends its weights to the chat.

    Raises:
        SettingsError: The name is unknown, its integration is not installed, or its key is missing.
    """
    chat = settings.chat
    if chat == AUTO:
        chat = QWEN if choose_vision(settings) == QWEN else OFFLINE
    if chat == OFFLINE:
        return OfflinePlanner(reader=partial(read_question, library))
    if chat == QWEN:
        return _qwen3_vl(settings, vision)
    try:
        model: BaseChatModel = init_chat_model(settings.chat, **_access(settings))
    except ImportError as error:
        raise SettingsError(
            f'chat = "{settings.chat}" needs a package that is not installed: {error}'
        ) from None
    except Exception as error:  # noqa: BLE001 - every integration has errors of its own for a key or a name
        raise SettingsError(
            f'chat = "{settings.chat}" cannot be used: {_without_key(str(error), settings)}. '
            'Write "offline", or PROVIDER:MODEL such as "openai:gpt-4.1", with chat_key, or chat_url for '
            "a server of your own"
        ) from None
    return model


def _qwen3_vl(settings: Settings, vision: VisionModel | None) -> BaseChatModel:
    from assistant.models.qwen3_vl import Qwen3VLChat  # torch and transformers take seconds to import
    from indexer.vision.qwen3_vl.model import Qwen3VL

    if not isinstance(vision, Qwen3VL):  # another one looks: the chat has weights of its own
        vision = cast(Qwen3VL, make_vision(settings.model_copy(update={"vision": QWEN})))
    return Qwen3VLChat(vision=vision, model=vision.name)


def _access(settings: Settings) -> dict[str, Any]:
    """Return where the model lives and the key for it.

    A server of one's own gets no key but its own: without one, the key for OpenAI that may lie in the
    environment must not be sent there.
    """
    access: dict[str, Any] = {}
    if settings.chat_url:
        access["base_url"] = settings.chat_url
    if settings.chat_key:
        access["api_key"] = settings.chat_key
    elif settings.chat_url and settings.chat.startswith("openai:"):
        access["api_key"] = "none"
    return access


def _without_key(text: str, settings: Settings) -> str:
    """Take the key out of an error's text: validation errors quote what they were given."""
    key = settings.chat_key.get_secret_value() if settings.chat_key else ""
    return text.replace(key, "**********") if key else text
