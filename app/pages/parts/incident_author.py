"""Under which name this session's person marks moments and makes reports."""

from __future__ import annotations

from app.incidents.desk import person_at_this_machine
from app.owner import owner_of_session


def author_of_session() -> str:
    """Return the name of whoever is signed in, or else of the account that the server runs under."""
    owner = owner_of_session()
    return owner.name if owner.signed_in else person_at_this_machine()
