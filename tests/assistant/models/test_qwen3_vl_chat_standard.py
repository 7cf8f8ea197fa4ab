"""Qwen3-VL in this process meets LangChain's standard for chat models."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
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


ANSWERS = (
    "test_invoke", "test_ainvoke", "test_stream", "test_astream", "test_batch", "test_abatch",
    "test_conversation", "test_double_messages_conversation", "test_usage_metadata",
    "test_usage_metadata_streaming", "test_stop_sequence",
)  # fmt: skip
"""Those of LangChain's integration tests that need no sense of a model, no network and no plugin."""


@pytest.mark.parametrize("name", ANSWERS)
def test_it_answers_as_langchain_expects_of_a_real_model(tiny_qwen3_vl: Qwen3VL, name: str) -> None:
    """On real tokens of random weights. Tool calls have a scripted model, here and in the graph's tests."""
    params = {"vision": tiny_qwen3_vl, "max_tokens": 12, "seed": 1}
    described = {"chat_model_class": Qwen3VLChat, "chat_model_params": params}
    standard = type("Standard", (ChatModelIntegrationTests,), described)()
    run = getattr(standard, name)(Qwen3VLChat(**params))
    if inspect.isawaitable(run):
        asyncio.run(run)  # type: ignore[arg-type]
