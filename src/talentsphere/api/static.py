"""Files for browsers, at addresses that hold the hash of their content, so that nobody ever asks for them twice."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from flask import Response

from talentsphere.api.caching import digest, immutable, uncached
from talentsphere.api.openapi import Blueprint
from talentsphere.errors import NotFound

FOLDER = Path(__file__).parents[1] / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}

bp = Blueprint("docs", "static", "/static", description="Files of the documentation page")


@dataclass(frozen=True)
class StaticFile:
    """One file, the hash of its content and its type."""

    content: bytes
    etag: str
    mimetype: str


@functools.cache
def static_files() -> dict[str, StaticFile]:
    """Return every file by its fingerprinted name (``docs.0f3a….css``); read once."""
    return {_fingerprinted(name, file.etag): file for name, file in _files().items()}


@functools.cache
def _files() -> dict[str, StaticFile]:
    """Return every file by its plain name."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir())}


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(content, digest(content), TYPES[path.suffix])


def static_url(name: str) -> str:
    """Return the address of the file with this plain name."""
    return f"/static/{_fingerprinted(name, _files()[name].etag)}"


@bp.get(
    "/<name>",
    parameters=[
        {
            "name": "name",
            "in": "path",
            "required": True,
            "description": "The file's name with its hash, as `/api/docs` links it",
            "schema": {"type": "string"},
            "example": "docs.0f3a5c7e9b1d.css",
        }
    ],
)
@bp.doc(
    responses={
        200: {
            "description": "The file; it never changes",
            "content": {mimetype: {"schema": {"type": "string"}} for mimetype in TYPES.values()},
        }
    }
)
@bp.alt_response(404, "NOT_FOUND")
@immutable
@uncached("a process reads it once")
def get_static_file(name: str) -> Response:
    """Get a file of the documentation page"""
    file = static_files().get(name)
    if file is None:
        raise NotFound(f"there is no file {name}")
    response = Response(file.content, mimetype=file.mimetype)
    response.set_etag(file.etag)
    return response


def _fingerprinted(name: str, etag: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{etag}.{suffix}"
