"""Notes about an application: of the team, or of their author alone; and the tags that the company puts on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, insert, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.caller import Actor, Extent, Reach
from talentsphere.db.changes import mark_changed
from talentsphere.db.paging import Window, ascending_page
from talentsphere.db.rows import AnyRow, Reader
from talentsphere.domains.accounts.models import User
from talentsphere.domains.activity.queries import add_activity, record_change
from talentsphere.domains.analytics.folding import fold_new_source
from talentsphere.domains.applications.models import Application, ApplicationTag, Note
from talentsphere.domains.applications.tagging import of_application
from talentsphere.errors import NotFound

BY_ID = (Note.id,)
NOTE = (
    Note.id, Note.text, Note.visibility, Note.author_id, User.full_name.label("author"), Note.created_at,
    Note.updated_at, Note.version,
)  # fmt: skip


def list_notes(session: Reader, application_id: int, user_id: int | None, window: Window) -> Sequence[AnyRow]:
    """Return up to ``window.limit + 1`` notes that the person may read, oldest first, with ``NOTE``; one statement.

    The caller must have found the application within reach.
    """
    statement = select(*NOTE).outerjoin(User, User.id == Note.author_id)
    seen = (Note.application_id == application_id, _is_seen_by(user_id))
    return session.execute(ascending_page(statement.where(*seen), BY_ID, window)).all()


def count_notes(session: Reader, application_id: int, user_id: int | None) -> int:
    """Return how many notes that list has; one statement."""
    seen = (Note.application_id == application_id, _is_seen_by(user_id))
    return session.scalar(select(func.count()).select_from(Note).where(*seen)) or 0


def get_note(session: Reader, application_id: int, user_id: int | None, note_id: int) -> AnyRow:
    """Return a note that the person may read, or raise ``NotFound``; one statement."""
    statement = select(*NOTE).outerjoin(User, User.id == Note.author_id)
    seen = (Note.id == note_id, Note.application_id == application_id, _is_seen_by(user_id))
    row = session.execute(statement.where(*seen)).one_or_none()
    if row is None:
        raise NotFound(f"there is no note {note_id}")
    return row


def add_note(session: Session, actor: Actor, application: AnyRow, text: str, visibility: str) -> int:
    """Write a note in the actor's name, and return its id; two statements."""
    note = Note(application_id=application.id, author_id=actor.user_id, text=text, visibility=visibility)
    session.add(note)
    session.flush()
    _log(session, actor, "note.created", note.id, application.company_id)
    return note.id


def lock_note(session: Session, reach: Reach, application_id: int, note_id: int) -> Note:
    """Return a note that the person may change, locked, or raise ``NotFound``; one statement.

    That is what they wrote themselves; who answers for the whole company may change what the team reads.
    """
    mine = Note.author_id == reach.user_id if reach.user_id is not None else false()
    may = mine if reach.extent is Extent.HIRING_TEAM else mine | (Note.visibility == "team")
    which = (Note.id == note_id, Note.application_id == application_id, may)
    note = session.scalars(select(Note).where(*which).with_for_update()).one_or_none()
    if note is None:
        raise NotFound(f"there is no note {note_id}")
    return note


def change_note(session: Session, actor: Actor, note: Note, company_id: int, changes: dict[str, Any]) -> None:
    """Change what the changes name; two statements, none when all of it is so already."""
    changed = {name for name, value in changes.items() if getattr(note, name) != value}
    for name in changed:
        setattr(note, name, changes[name])
    if changed:
        note.updated_at = now()
        session.flush()
        _log(session, actor, "note.updated", note.id, company_id)


def remove_note(session: Session, actor: Actor, note: Note, company_id: int) -> None:
    """Delete a note for good; two statements."""
    session.delete(note)
    session.flush()
    _log(session, actor, "note.deleted", note.id, company_id)


def replace_tags(session: Session, actor: Actor, application: Application, tags: Collection[str]) -> None:
    """Give a locked application exactly these tags; four statements, one when it has them already."""
    of_this = ApplicationTag.application_id == application.id
    held = set(session.scalars(select(ApplicationTag.tag).where(of_this)))
    if held == set(tags):
        return
    mark_changed(session, "applications", of_application(application.id))
    session.connection().execute(delete(ApplicationTag).where(of_this))
    if tags:
        rows = [{"application_id": application.id, "tag": tag} for tag in sorted(set(tags))]
        session.connection().execute(insert(ApplicationTag), rows)
    application.updated_at = now()
    session.flush()
    record_change(session, actor, "application.tagged", application.id, company_id=application.company_id)


def change_application(session: Session, actor: Actor, application: Application, changes: dict[str, Any]) -> None:
    """Change what the changes name of a locked application; at most six statements, one when all is so already."""
    if "source" in changes and application.source != changes["source"]:
        before, application.source, application.updated_at = application.source, changes["source"], now()
        session.flush()
        if (before or "") != (application.source or ""):  # roll-ups know no difference between none and an empty one
            fold_new_source(session, application.id, application.company_id, before)
        record_change(session, actor, "application.updated", application.id, company_id=application.company_id)
    if "tags" in changes:
        replace_tags(session, actor, application, changes["tags"])


def _is_seen_by(user_id: int | None) -> ColumnElement[bool]:
    """A private note is its author's alone: not even an admin reads it."""
    is_for_all = Note.visibility == "team"
    return is_for_all if user_id is None else is_for_all | (Note.author_id == user_id)


def _log(session: Session, actor: Actor, action: str, note_id: int, company_id: int) -> None:
    add_activity(session, actor, action, "note", note_id, company_id=company_id)
