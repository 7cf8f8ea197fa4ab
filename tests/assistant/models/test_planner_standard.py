"""The offline planner meets LangChain's standard for chat models."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from assistant.models.planner import OfflinePlanner


class TestOfflinePlanner(ChatModelUnitTests):
    """Runs LangChain's unit tests."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return OfflinePlanner

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {}
