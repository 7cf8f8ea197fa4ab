"""Sign-in by OpenID Connect, through Streamlit's own ``[auth]`` section of ``secrets.toml``.

Streamlit's routes talk to the provider and leave a signed cookie; here it is read for every other route too,
and only people who are on the list come in: a public provider knows everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from streamlit import auth_util
from streamlit.errors import StreamlitAuthError
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from indexer.errors import SettingsError

SIGN_OUT = "/auth/logout"
PATHS = frozenset({"/auth/login", SIGN_OUT, "/oauth2callback"})
"""Streamlit's own routes, by which somebody comes in who is not signed in yet."""

_COOKIE = "_streamlit_user"


class OpenId:
    """Reads who is signed in by Streamlit's cookie."""

    def __init__(self, allowed: Sequence[str]) -> None:
        """Use the providers of ``secrets.toml``.

        Args:
            allowed: E-mail addresses, or ``@example.org`` for everybody of a domain.

        Raises:
            SettingsError: Nobody is allowed, or Authlib is not installed.
        """
        if not allowed:
            raise SettingsError(
                "secrets.toml has an [auth] section, but nobody may sign in: name people or domains, "
                'WITNESS_ALLOWED_USERS=\'["ann@example.org", "@example.org"]\''
            )
        if not auth_util.is_authlib_installed():
            raise SettingsError("sign-in by OpenID Connect needs Authlib: pip install 'witness[oidc]'")
        self._allowed = frozenset(each.casefold() for each in allowed)

    @staticmethod
    def configured() -> bool:
        """Whether ``secrets.toml`` names a provider."""
        return bool(auth_util.get_secrets_auth_section())

    def providers(self) -> list[tuple[str, str]]:
        """Return each provider's name and the address that leads to it, good for two minutes."""
        section = auth_util.get_secrets_auth_section()
        named = [name for name, value in section.items() if isinstance(value, Mapping)]
        return [(name, self._address(name)) for name in named or ["default"]]

    def name_of(self, cookies: Mapping[str, str]) -> str | None:
        """Return the e-mail address of whoever is signed in and allowed; else None."""

        def read(name: str) -> bytes | None:
            value = cookies.get(name)
            return decode_signed_value(get_cookie_secret(), name, value) if value else None

        try:
            told = json.loads(auth_util.get_cookie_with_chunks(read, _COOKIE) or b"null")
        except ValueError:
            return None
        if not isinstance(told, dict) or told.get("email_verified") is False:
            return None
        email = str(told.get("email", "")).casefold()
        domain = f"@{email.rpartition('@')[2]}"
        return email if "@" in email and {email, domain} & self._allowed else None

    def _address(self, provider: str) -> str:
        try:
            auth_util.validate_auth_credentials(provider)
        except StreamlitAuthError as error:
            raise SettingsError(f"secrets.toml cannot be used for signing in: {error}") from error
        return f"/auth/login?{urlencode({'provider': auth_util.encode_provider_token(provider)})}"
