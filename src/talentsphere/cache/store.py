"""Where bodies live: first this process's own memory, bounded by bytes, then what processes share."""

from __future__ import annotations

import threading
from collections import OrderedDict

from talentsphere.cache.backends import Backend
from talentsphere.cache.codec import Codec
from talentsphere.cache.entry import Damaged, Entry
from talentsphere.cache.stats import Stats


class Memory:
    """The entries that were used last, as many as ``budget`` bytes hold."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = self.evicted = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[Entry, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0]

    def put(self, key: str, entry: Entry) -> None:
        size = entry.size
        if size > self.budget // 4:
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = (entry, size)
            self.used += size
            while self.used > self.budget:
                self._drop(next(iter(self._entries)))
                self.evicted += 1

    def drop(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.used = 0

    def _drop(self, key: str) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self.used -= found[1]


class Store:
    """Both layers. What is damaged is dropped and counted; nothing is raised."""

    def __init__(self, memory: Memory, backend: Backend | None, codec: Codec, stats: Stats) -> None:
        self.memory, self.backend = memory, backend
        self._codec, self._stats = codec, stats

    def fetch(self, key: str) -> Entry | None:
        """Return what the shared layer has, whether it is fresh or not."""
        data = self.backend.get(key) if self.backend is not None else None
        if data is None:
            return None
        try:
            return self._codec.unpack(key, data)
        except (Damaged, ValueError, TypeError, KeyError, IndexError):
            assert self.backend is not None
            self.backend.drop(key)
            self._stats.count("(all)", "shared", "damaged")
            return None

    def keep(self, key: str, entry: Entry) -> None:
        """Store in both layers."""
        self.memory.put(key, entry)
        if self.backend is not None:
            self.backend.put(key, self._codec.pack(key, entry), int(entry.ends_at - entry.made_at) + 1)

    def drop(self, key: str) -> None:
        self.memory.drop(key)
        if self.backend is not None:
            self.backend.drop(key)
