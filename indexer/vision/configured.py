"""Choose and make the vision model that the settings name."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import SettingsError
from indexer.settings import Settings
from indexer.vision.custom import PREFIX as CUSTOM
from indexer.vision.custom import make_custom
from indexer.vision.model import FrameBudget, VisionModel

AUTO, OBSERVER, QWEN, ENDPOINT = "auto", "observer", "qwen3-vl", "openai:"
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""What is there where torch could find a GPU: NVIDIA, AMD, Windows' subsystem for Linux."""


def choose_vision(settings: Settings) -> str:
    """Return who will look: "observer", "qwen3-vl" or "openai:MODEL"; "auto" is decided by the GPU."""
    if settings.vision != AUTO:
        return settings.vision
    return QWEN if _fits_the_gpu(settings) else OBSERVER


def make_vision(settings: Settings) -> VisionModel:
    """Build the vision model; nothing is loaded before its first look.

    Raises:
        SettingsError: The setting names no vision model that this version has.
    """
    chosen = choose_vision(settings)
    if chosen == OBSERVER:
        from indexer.vision.observer import Observer  # OpenCV is slow to import

        return Observer()
    if chosen == QWEN:
        return _qwen3_vl(settings)
    if chosen.startswith(ENDPOINT):
        return _endpoint(settings)
    if chosen.startswith(CUSTOM):
        return make_custom(chosen)
    raise SettingsError(
        f"vision = {settings.vision!r} is not known; this version has: observer (measures what moves, "
        "needs no model), qwen3-vl (in this process), openai:MODEL with vision_url (a server), "
        "python:package.module:factory (your own)"
    )


def gpu_memory_bytes() -> int:
    """Return the memory of the first GPU that torch can use; 0 when there is none."""
    if not any(Path(device).exists() for device in _GPU_DEVICES):
        return 0  # torch takes seconds to import, and would find none
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory) if torch.cuda.is_available() else 0


def fits_memory(settings: Settings, memory_bytes: int) -> bool:
    """Tell whether the model that the settings name runs in that much memory, as far as that is known."""
    from indexer.vision.qwen3_vl.sizes import Form, form_of, size_of

    size = size_of(settings.model)
    form = Form.FOUR_BIT if settings.quantize else form_of(settings.model)
    return size is None or size.fits(memory_bytes, form)  # of a model of one's own the size is not known


def _fits_the_gpu(settings: Settings) -> bool:
    memory_bytes = gpu_memory_bytes()
    return bool(memory_bytes) and fits_memory(settings, memory_bytes)


def _qwen3_vl(settings: Settings) -> VisionModel:
    from indexer.vision.qwen3_vl.model import CAPTION_FRAMES, LOOK_FRAMES, Qwen3VL, Qwen3VLOptions

    return Qwen3VL(
        Qwen3VLOptions(
            model=settings.model,
            revision=settings.revision,
            quantize=settings.quantize,
            caption_frames=_budget(CAPTION_FRAMES, settings.caption_frames, settings.caption_side),
            caption_tokens=settings.caption_tokens,
            look_frames=_budget(LOOK_FRAMES, settings.look_frames, settings.look_side),
            look_tokens=settings.look_tokens,
        )
    )


def _endpoint(settings: Settings) -> VisionModel:
    # No address is assumed: footage must not leave the machine because somebody forgot one.
    if settings.vision_url is None:
        raise SettingsError(
            f"vision = {settings.vision!r} needs the server's address: --vision-url "
            "http://localhost:8000/v1, or WITNESS_VISION_URL"
        )
    from indexer.vision.endpoint import Endpoint
    from indexer.vision.endpoint_options import CAPTION_BUDGET, LOOK_BUDGET, MAX_IMAGE_SIDE, EndpointOptions

    # A picture costs as much as two frames of a video, so fewer of them are the default here.
    chosen = "caption_frames" in settings.model_fields_set
    caption_frames = settings.caption_frames if chosen else CAPTION_BUDGET.max_frames
    return Endpoint(
        EndpointOptions(
            model=settings.vision.removeprefix(ENDPOINT),
            base_url=settings.vision_url,
            api_key=settings.vision_key,
            parallel=settings.vision_parallel,
            timeout_seconds=settings.vision_timeout_seconds,
            caption_budget=_budget(CAPTION_BUDGET, caption_frames, settings.caption_side),
            caption_tokens=settings.caption_tokens,
            look_budget=_budget(LOOK_BUDGET, settings.look_frames, settings.look_side),
            look_tokens=settings.look_tokens,
            max_image_side=max(MAX_IMAGE_SIDE, settings.caption_side or 0, settings.look_side or 0),
        )
    )


def _budget(default: FrameBudget, max_frames: int, max_side: int | None) -> FrameBudget:
    return FrameBudget(max_frames, default.frames_per_second, max_side or default.max_side)
