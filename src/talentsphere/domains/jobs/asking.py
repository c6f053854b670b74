"""The questions of a posting: what a company may ask who applies, and what of it the public sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import stated
from talentsphere.api.inputs import Line, Word
from talentsphere.errors import invalid_field

QUESTION_KINDS = ("text", "long_text", "yes_no", "number", "date", "choice", "choices", "consent")
WITH_OPTIONS = ("choice", "choices")
YES_NO = ("yes", "no")
MAX_QUESTIONS = MAX_OPTIONS = 30
MAX_NUMBER = 10**12

Question = dict[str, Any]
"""As ``jobs.questions`` holds it: ``id, question, kind, required``, maybe ``options`` and ``knock_out``."""
EXAMPLE: Question = {
    "id": 1,
    "question": "Do you have a driving licence?",
    "kind": "choice",
    "required": True,
    "options": ["car", "lorry", "none"],
    "knock_out": {"accepts": ["car", "lorry"]},
}


class KnockOut(Schema):
    """Which answers are good enough; with any other the applicant is rejected, politely and later."""

    accepts = fields.List(
        fields.String(),
        validate=validate.Length(1, MAX_OPTIONS),
        metadata={"description": "Some of the options, or of `yes` and `no`", "example": ["car", "lorry"]},
    )
    min = fields.Float(validate=validate.Range(-MAX_NUMBER, MAX_NUMBER), metadata={"example": 2})
    max = fields.Float(validate=validate.Range(-MAX_NUMBER, MAX_NUMBER), metadata={"example": 40})


@shown_by(EXAMPLE)
class QuestionRef(Schema):
    """A question, as who applies sees it. A field without a value is left out."""

    id = fields.Integer(required=True, metadata={"description": "What an answer names; unique in the posting"})
    question = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(QUESTION_KINDS)})
    required = fields.Boolean(required=True)
    options = fields.List(fields.String(), metadata={"description": "Of `choice` (one) and `choices` (some)"})


@shown_by(EXAMPLE)
class OwnQuestion(QuestionRef):
    """A question, as its company sees it."""

    knock_out = fields.Nested(KnockOut)


@shown_by(EXAMPLE)
class NewQuestion(Schema):
    """A question to ask. A `consent` that is required must be given."""

    id = fields.Integer(
        strict=True, validate=validate.Range(1, 10**6), metadata={"description": "Of one that is there: it stays"}
    )
    question = Line(500, required=True)
    kind = Word(QUESTION_KINDS, required=True)
    required = fields.Boolean(load_default=False)
    options = fields.List(Line(200), validate=validate.Length(2, MAX_OPTIONS))
    knock_out = fields.Nested(KnockOut, allow_none=True)

    @validates_schema
    def check_options(self, data: dict[str, Any], **_kwargs: Any) -> None:
        options = data.get("options")
        if (data.get("kind") in WITH_OPTIONS) != (options is not None):
            raise ValidationError("choice and choices have options, nothing else has", "options")
        if options is not None and len(set(options)) < len(options):
            raise ValidationError("must differ from each other", "options")

    @validates_schema
    def check_knock_out(self, data: dict[str, Any], **_kwargs: Any) -> None:
        rule, kind = data.get("knock_out"), data.get("kind")
        if not rule:
            return
        possible = {"yes_no": YES_NO, "choice": data.get("options") or ()}.get(str(kind))
        if kind == "number":
            if "accepts" in rule or rule.get("min", -MAX_NUMBER) > rule.get("max", MAX_NUMBER):
                raise ValidationError("a number has min, max or both, in this order", "knock_out")
        elif possible is None or rule.keys() != {"accepts"} or not set(rule["accepts"]) <= set(possible):
            raise ValidationError("accepts some of the answers to yes_no or choice; nothing else does", "knock_out")


def numbered(given: Sequence[Mapping[str, Any]] | None, held: Sequence[Question] | None) -> list[Question] | None:
    """Return the questions that a client gave, each with its id: that of one that is ``held``, or a new one."""
    if not given:
        return None
    known = {question["id"] for question in held or ()}
    named = [question["id"] for question in given if "id" in question]
    if len(set(named)) < len(named) or not known.issuperset(named):
        raise invalid_field("#/questions", "an id must be that of a question of the posting, and named once")
    following = iter(range(max(known, default=0) + 1, MAX_QUESTIONS + max(known, default=0) + 1))
    return [_kept(question, question.get("id") or next(following)) for question in given]


def _kept(question: Mapping[str, Any], id_: int) -> Question:
    shown = {name: question.get(name) or None for name in ("options", "knock_out")}
    return {
        "id": id_, "question": question["question"], "kind": question["kind"], "required": question["required"],
        **stated(shown),
    }  # fmt: skip


def public_questions(questions: Sequence[Question] | None) -> list[Question]:
    """Return the questions without the answers that are wanted."""
    return [{name: value for name, value in each.items() if name != "knock_out"} for each in questions or ()]
