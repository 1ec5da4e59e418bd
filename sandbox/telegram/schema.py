"""Checks a call's parameters against botapi.json and gives them back typed; an unknown name is refused, not ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from sandbox.telegram.errors import ApiError, bad_request

FILE = Path(__file__).parent.parent / "botapi.json"
# What Telegram itself says when these are missing; clients drop empty strings before they send.
MISSING = {"text": "message text is empty", "chat_id": "chat_id is empty"}
TRUE, FALSE = {"true", "1", "yes"}, {"false", "0", "no"}


class Mismatch(Exception):
    """A value that is not of its kind; `path` is where, `depth` how far the reader came."""

    def __init__(self, path: str, problem: str, depth: int) -> None:
        super().__init__(f"{path}: {problem}")
        self.depth = depth


class Schema:
    """The methods and types of one Bot API version."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._methods: dict[str, str] = {name.lower(): name for name in description["methods"]}
        self._parameters: Mapping[str, Mapping[str, Any]] = description["methods"]
        self._types: Mapping[str, Any] = description["types"]
        self.updates = frozenset(description["updates"])

    @classmethod
    def load(cls) -> Schema:
        return cls(orjson.loads(FILE.read_bytes()))

    def method(self, name: str) -> str:
        """The method as it is written in the documentation; Telegram does not mind capitals."""
        found = self._methods.get(name.lower())
        if found is None:
            raise ApiError(404, "Not Found: method not found")
        return found

    def takes(self, method: str, name: str) -> bool:
        """Whether the method has such a parameter."""
        return not {name, f"{name}?"}.isdisjoint(self._parameters[method])

    def read(self, method: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The typed parameters. Text from a form or a query is read as its kind asks for."""
        kinds = {name.removesuffix("?"): kind for name, kind in self._parameters[method].items()}
        for name in raw:
            if name not in kinds:
                raise bad_request(f'unknown parameter "{name}" of {method}')
        for name in self._parameters[method]:
            if not name.endswith("?") and raw.get(name) is None:
                raise bad_request(MISSING.get(name, f'parameter "{name}" of {method} is missing'))
        try:
            return {
                name: self._value(kinds[name], _decoded(kinds[name], value), name, 0)
                for name, value in raw.items()
                if value is not None
            }
        except Mismatch as error:
            raise bad_request(f"wrong parameter {error}") from None

    def _value(self, kind: Any, value: Any, path: str, depth: int) -> Any:
        if isinstance(kind, list):
            return self._any_of(kind, value, path, depth)
        if isinstance(kind, dict):
            return self._structure(kind, value, path, depth)
        if kind in SCALARS:
            return SCALARS[kind](value, path, depth)
        definition = self._types[kind]
        if isinstance(definition, list):
            return self._any_of(definition, value, path, depth)
        return self._object(kind, definition, value, path, depth)

    def _any_of(self, kinds: list[Any], value: Any, path: str, depth: int) -> Any:
        """The first kind that fits; else the complaint of the one that fitted longest."""
        errors: list[Mismatch] = []
        for kind in kinds:
            try:
                return self._value(kind, value, path, depth)
            except Mismatch as error:
                errors.append(error)
        raise max(errors, key=lambda error: error.depth)

    def _structure(self, kind: dict[str, Any], value: Any, path: str, depth: int) -> Any:
        if "is" in kind:
            if value != kind["is"]:
                raise Mismatch(path, f'must be "{kind["is"]}"', depth)
            return value
        if not isinstance(value, list):
            raise Mismatch(path, "must be an array", depth)
        return [self._value(kind["of"], item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]

    def _object(self, name: str, fields: Mapping[str, Any], value: Any, path: str, depth: int) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(path, f"must be an object, {name}", depth)
        kinds = {field.removesuffix("?"): kind for field, kind in fields.items()}
        # Constants first: they tell the variants of a union apart.
        for field, kind in kinds.items():
            if isinstance(kind, dict) and "is" in kind and value.get(field) != kind["is"]:
                raise Mismatch(f"{path}.{field}", f'must be "{kind["is"]}"', depth)
        for field in value:
            if field not in kinds:
                raise Mismatch(f"{path}.{field}", f"is no field of {name}", depth + 1)
        for field in fields:
            if not field.endswith("?") and value.get(field) is None:
                raise Mismatch(f"{path}.{field}", "is missing", depth + 1)
        return {
            field: self._value(kinds[field], item, f"{path}.{field}", depth + 1)
            for field, item in value.items()
            if item is not None
        }


def _decoded(kind: Any, value: Any) -> Any:
    """Objects and arrays arrive as JSON text in a form."""
    if isinstance(value, str) and _is_structured(kind):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _is_structured(kind: Any) -> bool:
    if isinstance(kind, list):
        return all(_is_structured(one) for one in kind)
    return isinstance(kind, dict) or kind not in SCALARS


def _integer(value: Any, path: str, depth: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    raise Mismatch(path, "must be an integer", depth)


def _number(value: Any, path: str, depth: int) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value):
        return float(value)
    raise Mismatch(path, "must be a number", depth)


def _boolean(value: Any, path: str, depth: int) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise Mismatch(path, "must be a boolean", depth)


def _string(value: Any, path: str, depth: int) -> str:
    if isinstance(value, str):
        return value
    raise Mismatch(path, "must be a string", depth)


def _anything(value: Any, path: str, depth: int) -> Any:
    return value


SCALARS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
    "file": _anything,
    "any": _anything,
}
