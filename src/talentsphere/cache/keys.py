"""The name of a cached body: what it is of, for whom, and by which code it was made."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

FORMAT = "1"
Parameter = tuple[str, str]


def key_of(build: str, route: str, path: str, parameters: Iterable[Parameter], scope: Iterable[str]) -> str:
    """Return the key of a response: hexadecimal, whatever a client wrote.

    ``parameters`` are those that the route knows. They are ordered by name; of one name they keep their order, which
    the answer may show. Each part is preceded by its length, so no two questions read alike.
    """
    ordered = sorted(parameters, key=lambda parameter: parameter[0])
    return _digest([FORMAT, build, route, path, *_joined(scope), *_joined(part for pair in ordered for part in pair)])


def value_key(build: str, policy: str, parts: Iterable[str]) -> str:
    """Return the key of a value."""
    return _digest([FORMAT, build, "value", policy, *_joined(parts)])


def _joined(parts: Iterable[str]) -> list[str]:
    found = list(parts)
    return [str(len(found)), *found]


def _digest(parts: Iterable[str]) -> str:
    digest = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()
