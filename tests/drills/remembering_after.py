"""The control of RD1: keys are looked up before the effect and stored after it, in transactions of their own."""

from talentsphere.api import idempotency
from talentsphere.db.base import now
from talentsphere.db.dialect import insert_unless_there
from talentsphere.db.idempotency import IdempotencyKey, find_answer
from talentsphere.db.session import writing


def answered_twice_at_times(asked, answer):
    with writing() as session:
        kept = find_answer(session, asked.key_hash, now())
    if kept is not None:
        return idempotency._replayed(kept, asked)
    response = answer()
    kept = idempotency._kept(response, asked)
    row = {name: getattr(kept, name) for name in ("key_hash", "body_hash", "status", "headers", "body")}
    with writing() as session:
        insert_unless_there(session, IdempotencyKey, {**row, "created_at": now()})
    return response


idempotency._answered_once = answered_twice_at_times

from talentsphere.wsgi import app  # noqa: E402, F401
