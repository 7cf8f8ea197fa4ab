"""Qwen3-VL in this process meets LangChain's standard for chat models."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.unit_tests import ChatModelUnitTests

from assistant.models.qwen3_vl import Qwen3VLChat
from indexer.vision.qwen3_vl.model import Qwen3VL


class TestQwen3VLChat(ChatModelUnitTests):
    """Runs LangChain's unit tests, on a tiny model with random weights."""

    vision: Qwen3VL

    @pytest.fixture(autouse=True)
    def _use(self, tiny_qwen3_vl: Qwen3VL) -> None:
        self.vision = tiny_qwen3_vl

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return Qwen3VLChat

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"vision": self.vision}

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_image_tool_message(self) -> bool:
        return True
