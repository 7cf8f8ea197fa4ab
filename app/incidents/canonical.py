"""The hash over a part of a report: of its values, not of how a program happened to write them."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Write a JSON value in the one form that is hashed: sorted keys, no spaces, ASCII with escapes."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def seal(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical form, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()
