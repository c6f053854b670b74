"""``/api/v1/api-keys``: keys for integrations, whole."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, reach
from talentsphere.api.caching import uncached
from talentsphere.api.json import json_response, secret_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, id_in_path, page_of
from talentsphere.db.session import reading, writing
from talentsphere.domains.accounts.api_keys import make_api_key, revoke_api_key
from talentsphere.domains.accounts.key_queries import count_keys, list_keys
from talentsphere.domains.accounts.key_schemas import (
    API_KEY_V1,
    ApiKeyListQueryV1,
    ApiKeyV1,
    MadeApiKeyV1,
    NewApiKey,
    api_key_v1,
)

bp = Blueprint("api-keys", "v1", "/api/v1/api-keys", description="Keys for integrations")


@bp.post("")
@bp.arguments(NewApiKey)
@bp.response(201, MadeApiKeyV1)
@allow("api_key.write")
def create_api_key(new: dict[str, Any]) -> Response:
    """Make a key and show its secret, this once."""
    with writing() as session:
        key, secret = make_api_key(session, reach(), actor(), **new)
    return secret_response({**api_key_v1(key), "secret": secret}, 201)


@bp.get("")
@bp.arguments(ApiKeyListQueryV1, location="query")
@bp.response(200, page_of(ApiKeyV1))
@allow("api_key.read")
@uncached("few ask, and it tells when keys were used")
def list_api_keys(query: dict[str, Any]) -> Response:
    """List keys, revoked ones too, without their secrets."""
    window = numbered_window(query)
    with reading() as session:
        rows, count = list_keys(session, reach(), window, API_KEY_V1), count_keys(session, reach())
    return json_response(numbered_page(rows, window, Total(count), api_key_v1))


@bp.delete(f"/<{ID}:key_id>", parameters=id_in_path("key_id", "the key"))
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("api_key.write")
def delete_api_key(key_id: int) -> Response:
    """End a key, at once and for good."""
    with writing() as session:
        revoke_api_key(session, reach(), actor(), key_id)
    return Response(status=204)
