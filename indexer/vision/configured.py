"""Make the vision model that the settings name."""

from __future__ import annotations

from indexer.errors import SettingsError
from indexer.settings import Settings
from indexer.vision.model import VisionModel

_ENDPOINT = "openai:"


def make_vision(settings: Settings) -> VisionModel:
    """Build the vision model; nothing is loaded before its first look.

    Raises:
        SettingsError: The setting names no vision model that this version has.
    """
    if settings.vision == "observer":
        from indexer.vision.observer import Observer  # OpenCV is slow to import

        return Observer()
    if settings.vision.startswith(_ENDPOINT):
        return _endpoint(settings)
    raise SettingsError(
        f"vision = {settings.vision!r} is not known; this version has: observer (measures what moves, "
        "needs no model), openai:MODEL with vision_url (any OpenAI-compatible server)"
    )


def _endpoint(settings: Settings) -> VisionModel:
    # No address is assumed: footage must not leave the machine because somebody forgot one.
    if settings.vision_url is None:
        raise SettingsError(
            f"vision = {settings.vision!r} needs the server's address: --vision-url "
            "http://localhost:8000/v1, or WITNESS_VISION_URL"
        )
    from indexer.vision.endpoint import Endpoint
    from indexer.vision.endpoint_options import EndpointOptions

    return Endpoint(
        EndpointOptions(
            model=settings.vision.removeprefix(_ENDPOINT),
            base_url=settings.vision_url,
            api_key=settings.vision_key,
            parallel=settings.vision_parallel,
            timeout_seconds=settings.vision_timeout_seconds,
        )
    )
