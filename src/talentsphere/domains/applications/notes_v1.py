"""``/api/v1/applications/{id}/notes``: what the hiring team writes about an application."""

from __future__ import annotations

from typing import Any

from flask import Response

from talentsphere.api.auth import actor, allow, principal, reach
from talentsphere.api.caching import uncached, versioned
from talentsphere.api.conditions import check_version, conditional
from talentsphere.api.idempotency import idempotent
from talentsphere.api.json import json_response
from talentsphere.api.openapi import Blueprint
from talentsphere.api.pagination import Total, numbered_page, numbered_window
from talentsphere.api.shapes import ID, id_in_path, page_of
from talentsphere.db.session import reading, writing
from talentsphere.domains.applications import notes
from talentsphere.domains.applications.answering import seen_application
from talentsphere.domains.applications.parameters import NewNote, NoteChanges, PageQueryV1
from talentsphere.domains.applications.schemas import NoteV1, note_v1

bp = Blueprint("notes", "v1", f"/api/v1/applications/<{ID}:application_id>/notes", description="Notes")
ALL_ID = id_in_path("application_id", "the application")
ONE, ONE_ID = f"/<{ID}:note_id>", [*ALL_ID, *id_in_path("note_id", "the note")]


@bp.get("", parameters=ALL_ID)
@bp.arguments(PageQueryV1, location="query")
@bp.response(200, page_of(NoteV1))
@bp.alt_response(404, "NOT_FOUND")
@allow("note.read")
@uncached("they are private to persons, and few ask")
def list_notes(query: dict[str, Any], application_id: int) -> Response:
    """List the notes of the team, and one's own private ones, oldest first."""
    window, user_id = numbered_window(query), principal().user_id
    with reading() as session:
        seen_application(session, application_id)
        rows = notes.list_notes(session, application_id, user_id, window)
        total = Total(notes.count_notes(session, application_id, user_id))
    return json_response(numbered_page(rows, window, total, note_v1))


@bp.post("", parameters=ALL_ID)
@bp.arguments(NewNote)
@bp.response(201, NoteV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("note.write")
@idempotent
def create_note(new: dict[str, Any], application_id: int) -> Response:
    """Write a note, for the team or for oneself."""
    with writing() as session:
        application = seen_application(session, application_id)
        note_id = notes.add_note(session, actor(), application, new["text"], new["visibility"])
        row = notes.get_note(session, application_id, principal().user_id, note_id)
    return versioned(json_response(note_v1(row), 201), row.version)


@bp.patch(ONE, parameters=ONE_ID)
@bp.arguments(NoteChanges)
@bp.response(200, NoteV1)
@bp.alt_response(404, "NOT_FOUND")
@allow("note.write")
@conditional
def update_note(changes: dict[str, Any], application_id: int, note_id: int) -> Response:
    """Change a note of one's own, or as a recruiter one of the team."""
    with writing() as session:
        application = seen_application(session, application_id)
        note = notes.lock_note(session, reach(), application_id, note_id)
        check_version(note.version)
        notes.change_note(session, actor(), note, application.company_id, changes)
        row = notes.get_note(session, application_id, principal().user_id, note_id)
    return versioned(json_response(note_v1(row)), row.version)


@bp.delete(ONE, parameters=ONE_ID)
@bp.response(204)
@bp.alt_response(404, "NOT_FOUND")
@allow("note.write")
@conditional
def delete_note(application_id: int, note_id: int) -> Response:
    """Delete a note of one's own, or as a recruiter one of the team."""
    with writing() as session:
        application = seen_application(session, application_id)
        note = notes.lock_note(session, reach(), application_id, note_id)
        check_version(note.version)
        notes.remove_note(session, actor(), note, application.company_id)
    return Response(status=204)
