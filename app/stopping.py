"""How the parent of the web processes tells them that it is about to stop them: a byte they all see."""

from __future__ import annotations

import mmap


class StopNotice:
    """Made before the fork. Setting it tells every process that was forked since."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._shared[0] = 1

    @property
    def is_set(self) -> bool:
        return self._shared[0] != 0
