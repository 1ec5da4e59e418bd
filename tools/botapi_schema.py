"""Writes sandbox/botapi.json: every Bot API method with its parameters, read from the installed aiogram's classes.

python tools/botapi_schema.py [--check]

A kind is a name ("integer", "string", … or one of `types`), a list (any of them), {"of": kind} (an array) or
{"is": value} (a constant). A type is its fields, or the kinds it may be. A name ending in "?" may be left out.
The same aiogram always gives the same file.
"""

from __future__ import annotations

import argparse
import datetime
import enum
import json
import sys
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiogram
from aiogram import methods
from aiogram.client.default import Default
from aiogram.methods.base import TelegramMethod
from aiogram.types import InputFile, Update
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

TARGET = Path(__file__).parent.parent / "sandbox" / "botapi.json"
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}
# On the wire dates are Unix seconds, whatever aiogram lets a program pass.
DATES = (datetime.datetime, datetime.timedelta)
NOTHING = (type(None), Default)

Kind = str | list[Any] | dict[str, Any]


class Reader:
    """Collects the types that parameters reach; results are not described."""

    def __init__(self) -> None:
        self.types: dict[str, Kind] = {}

    def fields(self, model: type[BaseModel]) -> dict[str, Kind]:
        found: dict[str, Kind] = {}
        for name, field in model.model_fields.items():
            kind = self.kind(field.annotation)
            found[(field.alias or name) + ("" if _is_required(field, kind) else "?")] = kind
        return found

    def kind(self, annotation: Any) -> Kind:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            return self.kind(typing.get_args(annotation)[0])
        if origin in (typing.Union, types.UnionType):
            kinds = [self.kind(a) for a in typing.get_args(annotation) if a not in NOTHING]
            return _union(kinds)
        if origin is typing.Literal:
            return _union([{"is": a.value if isinstance(a, enum.Enum) else a} for a in typing.get_args(annotation)])
        if origin is list:
            return {"of": self.kind(typing.get_args(annotation)[0])}
        if isinstance(annotation, str):  # list["X"] of a type that contains itself
            return self.kind(getattr(aiogram.types, annotation))
        if isinstance(annotation, TypeAliasType):
            return self._named(annotation.__name__, lambda: self.kind(annotation.__value__))
        return self._plain(annotation)

    def _plain(self, annotation: Any) -> Kind:
        if annotation is Any:
            return "any"
        if annotation in SCALARS:
            return SCALARS[annotation]
        if issubclass(annotation, DATES):
            return "integer"
        if issubclass(annotation, InputFile):
            return "file"
        if issubclass(annotation, enum.Enum):
            return "string"
        if not issubclass(annotation, BaseModel):
            raise TypeError(f"no kind for {annotation!r}")
        return self._named(annotation.__name__, lambda: self.fields(annotation))

    def _named(self, name: str, describe: Callable[[], Kind]) -> Kind:
        if name not in self.types:
            self.types[name] = {}  # before its description: types may contain themselves
            self.types[name] = describe()
        return name


def _is_required(field: FieldInfo, kind: Kind) -> bool:
    """aiogram fills constants such as `type` by itself; on the wire they have to be there."""
    return field.is_required() or (isinstance(kind, dict) and "is" in kind)


def _union(kinds: list[Kind]) -> Kind:
    flat: list[Kind] = []
    for kind in kinds:
        flat += [k for k in (kind if isinstance(kind, list) else [kind]) if k not in flat]
    return flat[0] if len(flat) == 1 else flat


def read() -> dict[str, Any]:
    """The whole description, in a fixed order."""
    reader = Reader()
    found = {}
    for name in sorted(methods.__all__):
        method = getattr(methods, name)
        if isinstance(method, type) and issubclass(method, TelegramMethod) and method is not TelegramMethod:
            found[method.__api_method__] = reader.fields(method)
    return {
        "source": f"aiogram {aiogram.__version__}, Bot API {aiogram.__api_version__}",
        "methods": dict(sorted(found.items())),
        "types": dict(sorted(reader.types.items())),
        "updates": [name for name in Update.model_fields if name != "update_id"],
    }


def render(description: dict[str, Any]) -> str:
    """JSON with one method or type a line, so that a new Bot API reads as a diff."""
    parts = []
    for name, value in description.items():
        if isinstance(value, dict):
            lines = [f"  {_json(key)}: {_json(fields)}" for key, fields in value.items()]
            parts.append(f"{_json(name)}: {{\n" + ",\n".join(lines) + "\n}")
        else:
            parts.append(f"{_json(name)}: {_json(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> int:
    arguments = argparse.ArgumentParser(description="Write sandbox/botapi.json from the installed aiogram.")
    arguments.add_argument("--check", action="store_true", help="write nothing; exit 1 if the file is out of date")
    text = render(read())
    if arguments.parse_args().check:
        return 0 if TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{TARGET}: {len(text) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
