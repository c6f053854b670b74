"""``/api/v2/api-keys``: keys for integrations, minimal."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import uncached
from talentsphere.api.json import secret_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, Walk, walk_response
from talentsphere.api.shapes import ID, id_in_path, walk_of
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts.api_keys import make_api_key, revoke_api_key
from talentsphere.domains.accounts.key_queries import count_keys, list_keys
from talentsphere.domains.accounts.key_schemas import (
    API_KEY_V2,
    ApiKeyListQueryV2,
    ApiKeyV2,
    MadeApiKeyV2,
    NewApiKey,
    api_key_v2,
)

bp = Blueprint("api-keys", "v2", "/api/v2/api-keys", description="Keys for integrations")


@bp.post("")
@bp.arguments(NewApiKey)
@bp.response(201, MadeApiKeyV2)
@allow("api_key.write")
def create_api_key(new: dict[str, Any]) -> Response:
    """Make a key and show its secret, this once."""
    with writing() as session:
        key, secret = make_api_key(session, reach(), actor(), **new)
    return secret_response({**api_key_v2(key), "secret": secret}, 201)


@bp.get("")
@bp.arguments(ApiKeyListQueryV2, location="query")
@bp.response(200, walk_of(ApiKeyV2))
@allow("api_key.read")
@uncached("few ask, and it tells when keys were used")
def list_api_keys(query: dict[str, Any]) -> Response:
    """List keys, revoked ones too, without their secrets."""
    walk: Walk[Any] = Walk.of(query, "api-keys", lambda row: (row.id,))
    with reading() as session:
        rows = list_keys(session, reach(), walk.window, API_KEY_V2)
        total = None if query["count"] == "none" else Total(count_keys(session, reach()))
    return walk_response(walk, rows, api_key_v2, {"sort": "id"}, total)


@bp.delete(f"/<{ID}:key_id>", parameters=id_in_path("key_id", "the key"))
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("api_key.write")
def delete_api_key(key_id: int) -> Response:
    """End a key, at once and for good."""
    with writing() as session:
        revoke_api_key(session, reach(), actor(), key_id)
    return Response(status=204)
