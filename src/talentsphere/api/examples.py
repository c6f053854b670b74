"""An example for each documented answer, put together from the examples of its fields."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from marshmallow import Schema

SAMPLES = {"integer": 1, "number": 1.5, "boolean": False, "string": "text", "object": {}, "array": []}
MOMENT = "2026-01-31T09:00:00Z"

METHODS = ("get", "put", "post", "delete", "patch")

Document = dict[str, Any]
Shape = TypeVar("Shape", bound=type[Schema])


def shown_by(example: Mapping[str, Any]) -> Callable[[Shape], Shape]:
    """Give each field of a shape the value that ``example`` has for it."""

    def mark(shape: Shape) -> Shape:
        for name in example.keys() & shape._declared_fields.keys():
            field = shape._declared_fields[name] = copy.copy(shape._declared_fields[name])
            field.metadata = {**field.metadata, "example": example[name]}
        return shape

    return mark


def add_examples(document: Document) -> Document:
    """Give every JSON answer of ``document`` an example that its schema allows, and return ``document``."""
    answers = [*document["components"]["responses"].values()]
    for operation in _operations(document):
        answers += operation["responses"].values()
        for parameter in operation.get("parameters", ()):
            _list_example(parameter)
    for answer in answers:
        for mimetype, media in answer.get("content", {}).items():
            if "json" in mimetype:
                media.setdefault("example", example_of(media["schema"], document["components"]["schemas"]))
    return document


def _operations(document: Document) -> list[Document]:
    return [part for item in document["paths"].values() for name, part in item.items() if name in METHODS]


def _list_example(parameter: Document) -> None:
    """Say the example as JSON Schema does: the page fills every ``example`` in, which would narrow lists to nothing."""
    if not parameter["required"] and "example" in parameter["schema"]:
        parameter["schema"]["examples"] = [parameter["schema"].pop("example")]


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return a value that ``schema`` allows: its own example, else one made of its parts."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for known in ("example", "default"):
        if known in schema:
            return schema[known]
    if "enum" in schema:
        return schema["enum"][0]
    for alternatives in ("anyOf", "oneOf", "allOf"):
        if alternatives in schema:
            return example_of(schema[alternatives][0], schemas)
    return _made(schema, schemas)


def _made(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" and "properties" in schema:
        return {name: example_of(part, schemas) for name, part in schema["properties"].items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas)]
    return MOMENT if schema.get("format") == "date-time" else SAMPLES[kind]
