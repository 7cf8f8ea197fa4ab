"""Typed settings: an argument beats the environment (``WITNESS_*``) beats ``witness.toml`` beats the default.

Unknown keys are refused, in the file and in the environment, so that a misspelt setting is never ignored.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from indexer.errors import SettingsError
from indexer.media.samples import WalkMode

SETTINGS_FILE = "witness.toml"
_PREFIX = "WITNESS_"


class Settings(BaseSettings):
    """Everything that can be set, with the reason to set it."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    library: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("witness", appauthor=False)),
        description="Folder that holds the catalog, the vectors, the caches and the conversations.",
    )
    language: str = Field("English", description="Language of captions and answers.")

    vision: str = Field(
        "auto",
        description='Who looks at frames: "observer" (measures, needs no model), "qwen3-vl" (in this '
        'process), "openai:MODEL" (a server), "python:package.module:factory" (your own), or "auto": '
        "qwen3-vl where a GPU has room, else the observer.",
    )
    model: str = Field(
        "4B",
        description="Which Qwen3-VL: 2B, 4B, 8B, 30B-A3B, also with -FP8; a repository; or a folder.",
    )
    revision: str | None = Field(None, description="Branch, tag or commit of the model's repository.")
    quantize: Literal["4bit"] | None = Field(
        None, description="Make the weights smaller while loading: 4bit."
    )
    caption_frames: int = Field(
        16, ge=4, le=64, description="Most frames of a caption; a server gets 8 unless set."
    )
    caption_side: int | None = Field(
        None, ge=64, le=2048, description="Longer side of a caption's frames in pixels; default: the model's."
    )
    caption_tokens: int = Field(1000, ge=64, description="Most vision tokens of a caption, as of Qwen3-VL.")
    look_frames: int = Field(32, ge=4, le=64, description="Most frames of a second look.")
    look_side: int | None = Field(
        None, ge=64, le=2048, description="Longer side of a second look's frames; default: the model's."
    )
    look_tokens: int = Field(12000, ge=64, description="Most vision tokens of a second look.")
    watch: tuple[str, ...] = Field(
        (), description='Things that each caption also judges, such as ["someone falls"]; models that judge.'
    )

    vision_url: str | None = Field(None, description="Base URL of an OpenAI-compatible server for vision.")
    vision_key: SecretStr | None = Field(None, description="API key for the vision server.")
    vision_parallel: int = Field(4, ge=1, le=256, description="Requests under way at once on that server.")
    vision_timeout_seconds: float = Field(120.0, gt=0, description="Longest wait for one answer of it.")

    chat: str = Field(
        "auto",
        description='Who plans and words answers: "offline" (rules), "qwen3-vl" (the weights that look), a '
        'LangChain name such as "openai:MODEL", or "auto": qwen3-vl where it looks, else offline.',
    )
    chat_url: str | None = Field(None, description="Base URL of an OpenAI-compatible server for chat.")
    chat_key: SecretStr | None = Field(None, description="API key for the chat server.")
    max_model_calls: int = Field(8, ge=1, description="Model calls allowed for one question.")
    max_tool_calls: int = Field(12, ge=1, description="Tool calls allowed for one question.")

    embedding: str = Field(
        "lexical",
        description='"lexical" (made locally, no download) or a sentence-transformers model name or folder.',
    )
    reranker: str | None = Field(
        None,
        description="A sentence-transformers cross-encoder (name or folder) that re-ranks what was found.",
    )
    frame_embedding: str | None = Field(
        None,
        description="A SigLIP or CLIP (name or folder) that embeds frames too, so that moments are found by "
        "what they look like, in words or with a picture.",
    )
    chroma_url: str | None = Field(None, description="URL of a Chroma server; default is embedded Chroma.")

    timezone: str = Field(
        "", description='Zone of times without one, such as "Europe/Berlin"; default: the machine\'s.'
    )
    read_clock: bool = Field(
        True, description="Whether indexing reads the clock that a camera draws into its pictures."
    )

    speech: bool = Field(False, description="Whether indexing transcribes what is said (extra: speech).")
    speech_model: str = Field(
        "small",
        description="Who transcribes: a Whisper size whose files are on this machine (small, large-v3), a "
        "repository, or a folder, in the form of faster-whisper.",
    )

    watch_folders: tuple[Path, ...] = Field(
        (), description='Folders whose new files the browser chat indexes by itself, such as ["/nvr/gate"].'
    )
    upload_gigabytes: float = Field(
        50.0, gt=0, description="Largest file that can be uploaded in the browser."
    )

    segment_seconds: float = Field(10.0, gt=0.5, le=600, description="Longest segment that has movement.")
    walk: WalkMode = Field(
        WalkMode.LEVELS,
        description='How videos are read: "levels" decodes only where packets and key frames say that '
        'something may be going on, "full" decodes every frame.',
    )

    host: str = Field("127.0.0.1", description="Address that the browser chat listens on.")
    port: int = Field(8501, ge=1, le=65535, description="Port of the browser chat.")
    allowed_hosts: tuple[str, ...] = Field(
        (), description='Host names by which the browser chat is called, such as ["desk.example.org"].'
    )
    allowed_users: tuple[str, ...] = Field(
        (),
        description='Who may sign in by OpenID Connect: addresses, or domains such as "@example.org".',
    )
    tls_cert: Path | None = Field(None, description="Certificate (PEM) for serving over HTTPS.")
    tls_key: Path | None = Field(None, description="Its private key (PEM).")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the sources in order, first wins."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, SETTINGS_FILE)


def load_settings(**arguments: Any) -> Settings:
    """Read the settings from arguments, environment and ``witness.toml``.

    Args:
        **arguments: Settings given on the command line; None means not given.

    Raises:
        SettingsError: A key is unknown or a value cannot be used; the text names the allowed ones.
    """
    known = set(Settings.model_fields)
    for variable in os.environ:
        key = variable.removeprefix(_PREFIX).lower()
        if variable.startswith(_PREFIX) and key not in known:
            raise SettingsError(
                f"{variable} is set in the environment but is no setting; known: "
                + ", ".join(f"{_PREFIX}{name.upper()}" for name in sorted(known))
            )
    try:
        return Settings(**{key: value for key, value in arguments.items() if value is not None})
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise SettingsError(
            f"settings cannot be used ({SETTINGS_FILE}, {_PREFIX}* or arguments): {problems}. "
            f"Known settings: {', '.join(sorted(known))}"
        ) from None
    except ValueError as error:  # a TOML file that does not parse
        raise SettingsError(f"{SETTINGS_FILE} cannot be read: {error}") from None
