"""``witness chat``: the chat in the browser."""

from __future__ import annotations

from pathlib import Path
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
    errors,
    plain,
    settings_for,
)
from indexer.discovery import printable


def chat(
    library: LibraryOption = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (WITNESS_PORT, default 8501).")] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; others than loopback want a password.")
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="Serve over HTTPS with this certificate (PEM).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
    vision: VisionOption = None,
    vision_url: VisionUrlOption = None,
    model: ModelOption = None,
    quantize: QuantizeOption = None,
    chat_model: ChatOption = None,
    chat_url: ChatUrlOption = None,
    language: LanguageOption = None,
    watch_folder: Annotated[
        list[Path] | None,
        typer.Option(
            "--watch-folder",
            help="Index new videos of this folder by themselves (WITNESS_WATCH_FOLDERS); repeat it.",
        ),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Chat about the demo clip, in a library of its own.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Serve the chat in the browser until Ctrl-C, and index what is added there."""
    from app.server import serve  # Streamlit takes seconds to import, which other commands should not pay

    settings = settings_for(
        library,
        port=port,
        host=host,
        tls_cert=tls_cert,
        tls_key=tls_key,
        vision=vision,
        vision_url=vision_url,
        model=model,
        quantize=quantize,
        chat=chat_model,
        chat_url=chat_url,
        language=language,
        watch_folders=tuple(watch_folder) if watch_folder else None,
    )
    for folder in settings.watch_folders:
        if not folder.expanduser().is_dir():
            errors.print(
                f"[yellow]{plain(printable(folder))} cannot be read now; it is watched once it is there[/]"
            )
    if demo:
        settings = index_demo(settings)
    serve(settings, open_browser=open_browser)
