"""What a browser asked for, and what it complained about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page

_LOOKED_FOR = re.compile(r"/\w+/_stcore/(health|host-config)")
"""Where Streamlit looks for its server when a page other than the first is loaded, before it looks above."""


@dataclass
class Watch:
    """What the browser asked for and complained about while a page was open."""

    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Record the page's requests and its console's errors."""
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))
        page.on("websocket", lambda channel: self.hosts.add(urlsplit(channel.url).hostname or ""))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        looked_for = _LOOKED_FOR.fullmatch(urlsplit(message.location["url"]).path)
        if message.type == "error" and not ("(Not Found)" in message.text and looked_for):
            self.complaints.append(message.text)
