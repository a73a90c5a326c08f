"""What the JSON objects of the API and of `--json` are made of.

Each is a schema, which both writes the object and documents it: a field is named once.
"""

from functools import cache
from typing import Any, cast

import marshmallow as ma

JsonObject = dict[str, Any]


class Record(ma.Schema):
    """A JSON object, written of the attributes of what it tells of."""

    @classmethod
    def write(cls, subject: object) -> JsonObject:
        return cast(JsonObject, _writer(cls).dump(subject))

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """As the base class does, in half of its time."""
        if isinstance(obj, dict):
            return obj.get(attr, default)
        for name in attr.split("."):
            obj = getattr(obj, name, default)
        return obj


class Extended:
    """An object with attributes beside its own, or in place of them, to write a record of."""

    def __init__(self, subject: object, **attributes: object) -> None:
        self.__dict__ |= attributes
        self._subject = subject

    def __getattr__(self, name: str) -> Any:
        return getattr(self._subject, name)


class Rounded(ma.fields.Float):
    """A number with so many decimals."""

    def __init__(self, decimals: int, **options: Any) -> None:
        super().__init__(**options)
        self._decimals = decimals

    def _format_num(self, value: Any) -> float:
        return round(float(value), self._decimals)


class Pairs(ma.fields.List[Any]):
    """A list of pairs, each written as an object of the two fields of a schema."""

    def __init__(self, schema: type[ma.Schema], **options: Any) -> None:
        super().__init__(ma.fields.Nested(schema), **options)

    def _serialize(
        self, value: list[Any] | None, attr: str | None, obj: Any, **options: Any
    ) -> list[Any] | None:
        names = tuple(cast(ma.fields.Nested, self.inner).schema.fields)
        pairs = None if value is None else [dict(zip(names, pair, strict=True)) for pair in value]
        return super()._serialize(pairs, attr, obj, **options)


class Problem(ma.Schema):
    """An error (RFC 9457)."""

    type = ma.fields.String()
    title = ma.fields.String()
    status = ma.fields.Integer()
    detail = ma.fields.String()
    code = ma.fields.String()


@cache
def _writer(schema: type[ma.Schema]) -> ma.Schema:
    return schema()
