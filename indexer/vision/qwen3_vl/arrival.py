"""Tells how the weights arrive, from the network and from the disk, in place of the libraries' own bars.

It goes through this module's logger: whoever wants to see it attaches a handler, and nothing is printed here.
Each record carries ``doing``, what is being done, and ``share``, how much of it is done, from 0 to 1.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]
from transformers.utils import logging as library_logging

log = logging.getLogger(__name__)

_STEPS = 20
"""Records that one arrival writes at most, besides the first."""


class _Told:
    """The last share that was told, over all bars of one arrival."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._step = -1

    def reach(self, share: float) -> None:
        step = int(min(max(share, 0.0), 1.0) * _STEPS)
        if step > self._step:
            self._step = step
            told = step / _STEPS
            log.info("%s: %.0f %%", self._doing, 100 * told, extra={"doing": self._doing, "share": told})


def bar_class(doing: str, unit: str | None = None, total: int | None = None) -> type[Any]:
    """Return a progress bar that shows nothing and tells how far it is.

    Args:
        doing: What is being done, for people.
        unit: Only bars that count in this unit are told; None for any.
        total: What the bars count up to, where that is known better than by the bar.
    """
    told = _Told(doing)

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options | {"file": io.StringIO(), "disable": False})

        def display(self, msg: str | None = None, pos: int | None = None) -> bool:
            known = total or self.total
            if known and (unit is None or self.unit == unit):
                told.reach(self.n / known)
            return True

    return Bar


@contextmanager
def telling(doing: str) -> Iterator[None]:
    """Have what transformers loads within the block told in place of its bars."""
    bar = bar_class(doing)
    before: Any = library_logging.set_tqdm_hook(lambda _, args, options: bar(*args, **options))
    try:
        yield
    finally:
        library_logging.set_tqdm_hook(before)
