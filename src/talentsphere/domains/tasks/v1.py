"""``/api/v1/tasks``: how a piece of work that happens later is doing."""

from __future__ import annotations

import uuid

from flask import Response

from talentsphere.api.auth import allow, reach
from talentsphere.api.caching import own, uncached, versioned
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.shapes import uuid_in_path
from talentsphere.db.session import reading
from talentsphere.domains.tasks.schemas import TASK_V1, TaskV1, task_v1
from talentsphere.tasks.queries import get_task

bp = Blueprint("tasks", "v1", "/api/v1/tasks", description="Work that happens later")


@bp.get("/<uuid:task_id>", parameters=uuid_in_path("task_id", "the task"))
@bp.response(200, TaskV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("task.read")
@uncached("it changes while it is asked for")
@own
def show_task(task_id: uuid.UUID) -> Response:
    """Give one task: its status, its progress, its result."""
    with reading() as session:
        row = get_task(session, reach(), task_id, TASK_V1)
    return versioned(json_response(task_v1(row)), row.version)
