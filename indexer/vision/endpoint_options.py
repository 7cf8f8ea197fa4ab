"""Where an OpenAI-compatible server lives and how it is used, checked before a frame leaves the machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

import httpx2
from pydantic import SecretStr

from indexer.errors import SettingsError
from indexer.vision.model import FrameBudget, Reply

CAPTION_BUDGET = FrameBudget(max_frames=8, frames_per_second=2.0, max_side=448)
"""About 900 vision tokens of Qwen3-VL for 16:9 and 1,100 for 4:3: one token stands for 32 by 32 pixels."""
LOOK_BUDGET = FrameBudget(max_frames=32, frames_per_second=8.0, max_side=704)
"""At most about 12,000 vision tokens for pictures of 4:3 and wider; eight frames in a single second."""
CAPTION_TOKENS, LOOK_TOKENS = 1_000, 12_000
MAX_IMAGE_SIDE = 1024

_CHAT_PATH = "/chat/completions"


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """Everything that can be chosen about a server."""

    model: str
    """Name under which the server knows the model."""
    base_url: str = field(repr=False)
    """Address of the API, with or without ``/v1``. Kept out of the repr: it may hold a password."""
    api_key: SecretStr | None = None
    """Sent as ``Authorization: Bearer``; None for servers that want none."""
    parallel: int = 4
    """Requests under way at once when captioning. Questions of a person do not count and do not wait."""
    timeout_seconds: float = 120.0
    """Longest time for one attempt; a question that a person waits for gets no more in all."""
    max_retries: int = 5
    """Further attempts after a failure that may pass."""
    caption_budget: FrameBudget = CAPTION_BUDGET
    caption_tokens: int = CAPTION_TOKENS
    """Most vision tokens of a caption, as Qwen3-VL counts them."""
    look_budget: FrameBudget = LOOK_BUDGET
    look_tokens: int = LOOK_TOKENS
    """Most vision tokens of a second look."""
    max_image_side: int = MAX_IMAGE_SIDE
    """Longer side of any picture that is sent, in pixels; larger ones are scaled down."""
    jpeg_quality: int = 85
    """1 to 100."""

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise SettingsError(
                'vision names no model; write "openai:MODEL" with the name that the server uses'
            )
        if self.parallel < 1 or self.max_retries < 0 or self.timeout_seconds <= 0:
            raise SettingsError(
                "a vision server needs parallel >= 1, max_retries >= 0 and timeout_seconds > 0, got "
                f"{self.parallel}, {self.max_retries} and {self.timeout_seconds:g}"
            )
        if self.max_image_side < 16 or not 1 <= self.jpeg_quality <= 100:
            raise SettingsError(
                "pictures need a side of at least 16 pixels and a JPEG quality of 1 to 100, got "
                f"{self.max_image_side} and {self.jpeg_quality}"
            )
        if self.caption_tokens < 1 or self.look_tokens < 1:
            raise SettingsError(
                f"a look needs at least one token, got {self.caption_tokens} and {self.look_tokens}"
            )
        key = self.bearer
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise SettingsError("the vision key has characters that no HTTP header can carry; copy it again")
        if key and Address.of(self.base_url).credentials:
            raise SettingsError("vision_url has a password in it and vision_key is set too; give one of them")

    def max_tokens(self, reply: Reply) -> int:
        """Return how many vision tokens a look may cost."""
        return self.caption_tokens if reply is Reply.CAPTION else self.look_tokens

    @property
    def bearer(self) -> str:
        """The key without the white space that files end in; empty when there is none."""
        return self.api_key.get_secret_value().strip() if self.api_key else ""


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a base URL, with the credentials apart from all that is shown."""

    root: httpx2.URL
    """Address of the API without credentials and without a slash at its end, such as ``http://host/v1``."""
    credentials: tuple[str, str] | None = field(repr=False)
    """User and password of the URL, sent as HTTP basic authentication."""

    @classmethod
    def of(cls, base_url: str) -> Address:
        """Read a base URL as people write it: with or without ``/v1``, a slash or the chat path at its end.

        Raises:
            SettingsError: It is no address of an HTTP server.
        """
        text = base_url.strip()
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL:
            url = httpx2.URL("")
        if url.scheme not in ("http", "https") or not url.host:
            raise SettingsError(
                "vision_url is no address of a server; write it as http://HOST:PORT/v1, such as "
                "http://localhost:8000/v1"
            )
        if url.query or url.fragment:
            raise SettingsError("vision_url must end with the path, such as /v1: no ? and no # after it")
        path = url.path.rstrip("/").removesuffix(_CHAT_PATH).rstrip("/") or "/v1"
        credentials = (url.username, url.password) if url.userinfo else None
        return cls(url.copy_with(username=None, password=None, path=path), credentials)

    @property
    def host(self) -> str:
        """Name of the machine, without the port."""
        return self.root.host

    @property
    def is_this_machine(self) -> bool:
        """Whether the server runs here, where no proxy may come between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost" or self.host.endswith(".localhost")

    def at(self, path: str) -> httpx2.URL:
        """Return the URL of a path below the root, ``/models``."""
        return self.root.copy_with(path=self.root.path + path)
