"""`load`: the environment over the config file over the defaults, read once at start; what is wrong, line by line."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_origin

import yaml
from pydantic import (
    BaseModel,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import InitSettingsSource

from settings.model import FIELDS, FILE_VARIABLES, KEYS, SECRETS, VARIABLES, Settings, group_of, variable_of
from settings.words import CONFIG_VARIABLE, DEFAULT_FILE, PREFIX, SettingsError, nearest, without_password


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The environment over the config file over the defaults.

    The file is `path`, else the one YIZAN_CONFIG names, else config.yaml beside main.py if there is one.

    Raises: SettingsError, with every problem found.
    """
    named = path or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    file = named or DEFAULT_FILE
    written = _read_yaml(file) if named or file.exists() else {}
    problems = [f"{file}: {line}" for line in _take_secrets_out(Settings, written)]
    given, bad = _read_environ(environ)
    sources = [_nested({key: value for key, (_, value) in given.items()}), written]
    try:
        settings = Settings(_build_sources=(tuple(InitSettingsSource(Settings, source) for source in sources), {}))
    except ValidationError as error:
        names = {key: variable for key, (variable, _) in given.items()}
        problems += [_line(detail, names, written, file) for detail in error.errors(include_url=False)]
    if problems or bad:
        raise SettingsError([*problems, *bad]) from None
    return settings


class _Loader(yaml.SafeLoader):
    """With YAML's own rule that PyYAML leaves out: a key stands once, or a second `web:` would undo the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is written twice", problem_mark=key.start_mark)
            seen.add(key.value)
        mapping = super().construct_mapping(node, deep)
        if not all(isinstance(key, str) for key in mapping):
            raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=node.start_mark)
        return mapping


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text("utf-8-sig"), _Loader)  # noqa: S506 (it is a SafeLoader)
    except OSError as error:
        raise SettingsError([f"{file}: can't be read: {error.strerror}"]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise SettingsError([f"{file}: {where}{error.problem}"]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise SettingsError([f"{file}: is not YAML in UTF-8"]) from None
    if not isinstance(content, dict | None):
        raise SettingsError([f"{file}: must hold groups of settings, such as web:"])
    return content or {}


def _take_secrets_out(model: type[BaseModel], written: dict[str, Any], before: str = "") -> list[str]:
    """A line for each secret in the file. An empty group or secret is taken out too: it means the default."""
    lines = []
    for name, field in model.model_fields.items():
        key, value, group = before + name, written.get(name), group_of(field)
        if group and isinstance(value, dict):
            lines += _take_secrets_out(group, value, f"{key}.")
        elif value is None and (group or key in SECRETS):
            written.pop(name, None)
        elif key in SECRETS:
            del written[name]
            lines.append(f"{key}: a secret is never written here; set {variable_of(key)} or {variable_of(key)}_FILE")
        elif key == "database.url" and isinstance(value, str) and without_password(value) != value:
            lines.append(f"{key}: a password is never written here; set {variable_of(key)} or {variable_of(key)}_FILE")
    return lines


def _read_environ(environ: Mapping[str, str]) -> tuple[dict[str, tuple[str, Any]], list[str]]:
    """Key to variable and value, for what is set; and a line for each variable that can't be used."""
    given: dict[str, tuple[str, Any]] = {}
    bad: list[str] = []
    for name in sorted(name for name in environ if name.startswith(PREFIX) and name != CONFIG_VARIABLE):
        text = environ[name].strip()
        try:
            if key := VARIABLES.get(name):
                if text or key not in SECRETS:
                    given[key] = name, _from_text(FIELDS[key], text)
            elif key := FILE_VARIABLES.get(name):
                if text and environ.get(variable_of(key), "").strip():
                    raise ValueError(f"is set beside {variable_of(key)}; keep one of the two")
                if text:
                    given[key] = name, _from_file(Path(text))
            else:
                raise ValueError(f"unknown variable, {_near_variable(name)}")
        except ValueError as error:
            bad.append(f"{name}: {error}")
    return given, bad


def _from_text(field: FieldInfo, text: str) -> Any:
    if get_origin(field.annotation) is not tuple:
        return text
    if not text.startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("must be a JSON list, or values with commas between") from None


def _from_file(file: Path) -> str:
    try:
        text = file.read_text("utf-8-sig").strip()
    except OSError as error:
        raise ValueError(f"{file}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file}: is not UTF-8 text") from None
    if not text:
        raise ValueError(f"{file}: is empty")
    return text


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *groups, name = key.split(".")
        inner = nested
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[name] = value
    return nested


_REASONS = {
    "greater_than_equal": "must be at least {ge}{got}",
    "less_than_equal": "must be at most {le}{got}",
    "literal_error": "must be {expected}",
    "string_type": "must be text; put it in quotes",
    "tuple_type": "must be a list, such as [1, 2]",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "model_type": "must be a group, with its settings indented below it",
}


def _line(error: ErrorDetails, variables: Mapping[str, str], written: Mapping[str, Any], file: Path) -> str:
    """One problem, led by the variable or the file and key it comes from. Text isn't repeated: it may be a secret."""
    names = [part for part in error["loc"] if isinstance(part, str)]
    key, index = ".".join(names), "".join(f"[{part}]" for part in error["loc"] if isinstance(part, int))
    place = variables.get(key) or (f"{file}: {key}" if names[0] in written else key)
    context, value = error.get("ctx", {}), error["input"]
    if error["type"] == "extra_forbidden":
        reason = f"unknown key, {_near_key(key)}"
    elif error["type"] == "value_error":
        reason = str(context["error"])
    else:
        got = f", not {value}" if re.fullmatch("-?[0-9]+", str(value)) else ""
        reason = _REASONS.get(error["type"], error["msg"]).format(**context, got=got)
    return f"{place}{index}: {reason}"


def _near_key(key: str) -> str:
    parent, _, name = key.rpartition(".")
    here = {known.rpartition(".")[2]: known for known in KEYS if known.rpartition(".")[0] == parent}
    anywhere = {known.rpartition(".")[2]: known for known in reversed(FIELDS)}
    near = nearest(name, here) or nearest(name, anywhere, 0.75)
    return f"did you mean {near}?" if near else f"known here: {', '.join(here)}"


def _near_variable(variable: str) -> str:
    word, known = variable.removeprefix(PREFIX), [CONFIG_VARIABLE, *FILE_VARIABLES, *reversed(VARIABLES)]
    near = nearest(word, {name.removeprefix(PREFIX): name for name in known})
    near = near or nearest(word, {name.rpartition("__")[2]: name for name in known}, 0.75)
    return f"did you mean {near}?" if near else "config.yaml has every setting"
