"""Choose and make the vision model that the settings name."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import SettingsError
from indexer.settings import Settings
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
    raise SettingsError(
        f"vision = {settings.vision!r} is not known; this version has: observer (measures what moves, "
        "needs no model), qwen3-vl (in this process), openai:MODEL with vision_url (a server)"
    )


def gpu_memory_bytes() -> int:
    """Return the memory of the first GPU that torch can use; 0 when there is none."""
    if not any(Path(device).exists() for device in _GPU_DEVICES):
        return 0  # torch takes seconds to import, and would find none
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory) if torch.cuda.is_available() else 0


def _fits_the_gpu(settings: Settings) -> bool:
    memory_bytes = gpu_memory_bytes()
    if not memory_bytes:
        return False
    from indexer.vision.qwen3_vl.sizes import Form, form_of, size_of

    size = size_of(settings.model)
    form = Form.FOUR_BIT if settings.quantize else form_of(settings.model)
    return size is None or size.fits(memory_bytes, form)  # of a model of one's own the size is not known


def _qwen3_vl(settings: Settings) -> VisionModel:
    from indexer.vision.qwen3_vl.model import CAPTION_FRAMES, LOOK_FRAMES, Qwen3VL, Qwen3VLOptions

    return Qwen3VL(
        Qwen3VLOptions(
            model=settings.model,
            revision=settings.revision,
            quantize=settings.quantize,
            caption_frames=_at_most(CAPTION_FRAMES, settings.caption_frames),
            caption_tokens=settings.caption_tokens,
            look_frames=_at_most(LOOK_FRAMES, settings.look_frames),
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
    from indexer.vision.endpoint_options import CAPTION_BUDGET, LOOK_BUDGET, EndpointOptions

    return Endpoint(
        EndpointOptions(
            model=settings.vision.removeprefix(ENDPOINT),
            base_url=settings.vision_url,
            api_key=settings.vision_key,
            parallel=settings.vision_parallel,
            timeout_seconds=settings.vision_timeout_seconds,
            caption_budget=_at_most(CAPTION_BUDGET, settings.caption_frames),
            look_budget=_at_most(LOOK_BUDGET, settings.look_frames),
        )
    )


def _at_most(budget: FrameBudget, max_frames: int) -> FrameBudget:
    return FrameBudget(max_frames, budget.frames_per_second, budget.max_side)
