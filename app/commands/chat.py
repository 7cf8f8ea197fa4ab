"""``witness chat``: the chat in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.demo import index_demo
from app.console import (
    ChatOption,
    ChatUrlOption,
    LanguageOption,
    LibraryOption,
    ModelOption,
    QuantizeOption,
    VisionOption,
    VisionUrlOption,
    settings_for,
)


def chat(
    library: LibraryOption = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (WITNESS_PORT, default 8501).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback only for now.")] = None,
    vision: VisionOption = None,
    vision_url: VisionUrlOption = None,
    model: ModelOption = None,
    quantize: QuantizeOption = None,
    chat_model: ChatOption = None,
    chat_url: ChatUrlOption = None,
    language: LanguageOption = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Chat about the demo clip, in a library of its own.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Serve the chat in the browser until Ctrl-C."""
    from app.server import serve  # Streamlit takes seconds to import, which other commands should not pay

    settings = settings_for(
        library,
        port=port,
        host=host,
        vision=vision,
        vision_url=vision_url,
        model=model,
        quantize=quantize,
        chat=chat_model,
        chat_url=chat_url,
        language=language,
    )
    if demo:
        settings = index_demo(settings)
    serve(settings, open_browser=open_browser)
