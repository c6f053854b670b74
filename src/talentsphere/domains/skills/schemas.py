"""Skills as clients see them, the shapes of both versions side by side."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from talentsphere.api.examples import shown_by
from talentsphere.api.fields import fields_of
from talentsphere.api.pagination import CursorOrPage, PageNumbers
from talentsphere.db.rows import AnyRow
from talentsphere.domains.skills.models import Skill
from talentsphere.domains.skills.queries import aliases_of_skill

KINDS = ("skill", "technology", "language")


EXAMPLE = {
    "id": 5,
    "name": "Kubernetes",
    "slug": "kubernetes",
    "kind": "technology",
    "code": None,
    "aliases": ["k8s"],
}
"""One skill, for the documentation of both shapes."""


@shown_by(EXAMPLE)
class SkillV2(Schema):
    """A skill. `aliases` is left out when there is none."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    aliases = fields.List(fields.String())


@shown_by(EXAMPLE)
class SkillV1(Schema):
    """A skill, every field always there."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    code = fields.String(required=True, allow_none=True, metadata={"description": "ESCO URI or UNSPSC code"})
    aliases = fields.List(fields.String(), required=True)


class NamePrefix(Schema):
    """What the names begin with."""

    q = fields.String(
        validate=validate.Length(1, 100),
        metadata={"description": "Beginning of the name, in any case", "example": "kub"},
    )


class SkillQueryV1(Schema):
    """What of a skill is wanted."""

    wanted_fields = fields_of(SkillV1)


class SkillQueryV2(Schema):
    """What of a skill is wanted."""

    wanted_fields = fields_of(SkillV2)


class SkillListQueryV1(NamePrefix, SkillQueryV1, PageNumbers):
    """The parameters of v1's list."""


class SkillListQueryV2(NamePrefix, SkillQueryV2, CursorOrPage):
    """The parameters of v2's list."""


_ALIASES = aliases_of_skill().label("aliases")
SKILL_V1 = (Skill.id, Skill.name, Skill.slug, Skill.kind, Skill.code, _ALIASES)
SKILL_V2 = (Skill.id, Skill.name, Skill.slug, _ALIASES)


def skill_v1(row: AnyRow) -> dict[str, Any]:
    """Return a row with ``SKILL_V1`` as a ``SkillV1``."""
    shown = {"id": row.id, "name": row.name, "slug": row.slug, "kind": row.kind, "code": row.code}
    return {**shown, "aliases": _names(row)}


def skill_v2(row: AnyRow) -> dict[str, Any]:
    """Return a row with ``SKILL_V2`` as a ``SkillV2``."""
    aliases = _names(row)
    return {"id": row.id, "name": row.name, "slug": row.slug, **({"aliases": aliases} if aliases else {})}


def _names(row: AnyRow) -> list[str]:
    return sorted(found["alias"] for found in row.aliases)
