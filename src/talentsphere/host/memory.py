"""How this process gives memory back.

glibc learns from what is freed: after its first password hash (19 MiB) it no longer maps such blocks one by one but
keeps each in the arena of the thread that made it. A flood of logins, one hash at a time, then left 19 MiB in every
thread that had served one.
"""

from __future__ import annotations

import ctypes

BIG_BLOCK_BYTES = 16 * 1024 * 1024
"""Below a password hash's 19 MiB, which then costs its page faults each time: 45 ms instead of 30 on a slow machine."""
TRIM_BYTES = 8 * 1024 * 1024
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def give_big_blocks_back() -> None:
    """Map blocks of ``BIG_BLOCK_BYTES`` or more each for itself, so that freeing one gives it back, from now on.

    Other C libraries than glibc do as they always do.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, BIG_BLOCK_BYTES)
        mallopt(_M_TRIM_THRESHOLD, TRIM_BYTES)  # no longer learned either; its default is 128 KiB
