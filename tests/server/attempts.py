"""For bounds in time and for controls that need an accident: a busy machine may miss one, a broken product misses all.

Tests that count (0 failed, 0 wrong) never use it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

ATTEMPTS = 3


def one_of_three(test: Callable[..., None]) -> Callable[..., None]:
    """Run ``test`` up to three times, each in a folder of its own, until it holds."""

    @functools.wraps(test)
    def repeated(*args: Any, **kwargs: Any) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return test(*args, **_with_own_folder(kwargs, attempt))
            except (AssertionError, TimeoutError) as miss:
                print(f"attempt {attempt} of {ATTEMPTS}: {miss!r}")
                if attempt == ATTEMPTS:
                    raise
        return None

    return repeated


def _with_own_folder(kwargs: dict[str, Any], attempt: int) -> dict[str, Any]:
    if "tmp_path" not in kwargs:
        return kwargs
    folder = kwargs["tmp_path"] / f"attempt-{attempt}"
    folder.mkdir()
    return {**kwargs, "tmp_path": folder}
