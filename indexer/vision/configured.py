"""Make the vision model that the settings name."""

from __future__ import annotations

from indexer.errors import SettingsError
from indexer.settings import Settings
from indexer.vision.model import VisionModel


def make_vision(settings: Settings) -> VisionModel:
    """Build the vision model; nothing is loaded before its first look.

    Raises:
        SettingsError: The setting names no vision model that this version has.
    """
    if settings.vision == "observer":
        from indexer.vision.observer import Observer  # OpenCV is slow to import

        return Observer()
    raise SettingsError(
        f"vision = {settings.vision!r} is not known; this version has: observer "
        "(measures what moves, needs no model)"
    )
