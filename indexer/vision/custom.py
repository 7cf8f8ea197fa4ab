"""A vision model of one's own: ``--vision python:package.module:factory``."""

from __future__ import annotations

import importlib
from typing import cast

from indexer.errors import SettingsError, VisionError
from indexer.vision.model import FrameBudget, VisionModel

PREFIX = "python:"
_PROPERTIES = {
    "name": str, "judges": bool, "looks_at_once": int,
    "caption_budget": FrameBudget, "look_budget": FrameBudget,
}  # fmt: skip


def make_custom(setting: str) -> VisionModel:
    """Import a module and call the factory in it, without arguments, for a vision model.

    Args:
        setting: ``python:package.module:factory``. The module is installed, or lies on ``PYTHONPATH``.

    Raises:
        SettingsError: There is no such module or factory, or what it returns is no vision model.
        VisionError: The factory fails.
    """
    module_name, _, factory_name = setting.removeprefix(PREFIX).partition(":")
    if not module_name or not factory_name:
        raise SettingsError(f"vision = {setting!r} names no factory; write python:package.module:factory")
    try:
        factory = getattr(importlib.import_module(module_name), factory_name)
    except ImportError as error:
        raise SettingsError(
            f"vision = {setting!r}: the module {module_name} cannot be imported ({error}). Install it, or "
            "put its folder on PYTHONPATH"
        ) from error
    except AttributeError:
        raise SettingsError(f"vision = {setting!r}: {module_name} has no {factory_name}") from None
    try:
        model = factory()
    except Exception as error:  # whatever a person's own code raises
        raise VisionError(f"vision = {setting!r}: {factory_name}() fails: {error!r}") from error
    _check(setting, model)
    return cast("VisionModel", model)


def _check(setting: str, model: object) -> None:
    wrong = [
        f"{name} is a {kind.__name__}"
        for name, kind in _PROPERTIES.items()
        if not isinstance(getattr(model, name, None), kind)
    ]
    if not callable(getattr(model, "look", None)):
        wrong.append("look(requests) answers a list of looks")
    if wrong:
        raise SettingsError(
            f"vision = {setting!r}: {type(model).__name__} is no vision model. What is missing: "
            + "; ".join(wrong)
        )
