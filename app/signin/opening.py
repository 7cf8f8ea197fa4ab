"""The sign-in that the settings and the library's folder ask for."""

from __future__ import annotations

from app.signin.gate import SignIn
from app.signin.oidc import OpenId
from indexer.settings import Settings


def open_sign_in(settings: Settings) -> SignIn:
    """Build the sign-in of a server.

    Raises:
        SettingsError: A provider is set up, but not for anybody, or not wholly.
        LibraryError: The passwords cannot be read.
    """
    open_id = OpenId(settings.allowed_users) if OpenId.configured() else None
    if open_id is not None:
        open_id.providers()  # what is missing in secrets.toml is said now, not to the first visitor
    return SignIn(settings.library, open_id)
