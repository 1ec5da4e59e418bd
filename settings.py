"""Every setting, its default and its limits; config.yaml mirrors this file field by field (a test holds them equal).

`load` reads once, at start, and main.py hands plain values to constructors: nothing else knows this module.
"""

import datetime as dt
import difflib
import itertools
import json
import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "YIZAN_"
CONFIG_VARIABLE = "YIZAN_CONFIG"
DEFAULT_FILE = Path(__file__).with_name("config.yaml")
HIDDEN = "••••"


class SettingsError(Exception):
    """The settings can't be used: `lines` says why, one problem each, and never repeats text that may be a secret."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def _nearest(word: str, names: Mapping[str, str], cutoff: float = 0.6) -> str | None:
    """What the name most like `word` stands for."""
    near = difflib.get_close_matches(word, names, 1, cutoff)
    return names[near[0]] if near else None


# --- Kinds of value --------------------------------------------------------------------------------------------------


def _whole(value: object) -> object:
    """Digits from the environment are a whole number; YAML's `yes` and 1.0 are not."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("must be a whole number")


def _web_address(value: str) -> str:
    """http or https, with no slash at the end; a user, a query or a fragment would break what is put behind it."""
    try:
        parts = urlsplit(value)
        plain = parts.port != 0 and not (parts.username or parts.query or parts.fragment)
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://example.org")
    return value.rstrip("/")


def _database_address(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return value


def _each_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("holds the same value twice")
    return values


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        near = _nearest(value, {name: name for name in zoneinfo.available_timezones()}, 0.75)
        hint = f"did you mean {near}?" if near else "it must be a name such as Asia/Shanghai"
        raise ValueError(f"unknown timezone, {hint}") from None
    return value


def _hours(value: str) -> str:
    clock = r"([01][0-9]|2[0-3]):[0-5][0-9]"
    if value and (not re.fullmatch(f"{clock}-{clock}", value) or value[:5] == value[6:]):
        raise ValueError('must look like 22:00-08:00, or be "" for none')
    return value


def _like(pattern: str, example: str) -> AfterValidator:
    def shaped(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must look like {example}")
        return value

    return AfterValidator(shaped)


Whole = Annotated[int, BeforeValidator(_whole)]
Positive = Annotated[Whole, Field(ge=1)]
Text = Annotated[str, Field(strict=True)]
Address = Annotated[Text, AfterValidator(_web_address)]
Secret = SecretStr | None


# --- The settings ----------------------------------------------------------------------------------------------------


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)


class Telegram(_Group):
    token: Secret = None
    api_base: Address = "https://api.telegram.org"
    poll_timeout_s: Annotated[Whole, Field(ge=1, le=50)] = 25


class Database(_Group):
    url: Annotated[Text, AfterValidator(_database_address), Field(repr=False)] = "sqlite:///var/yizan.db"


class Web(_Group):
    host: Annotated[Text, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=0, le=65535)] = 8081
    public_url: Annotated[Text, AfterValidator(lambda value: value and _web_address(value))] = ""

    @property
    def link_base(self) -> str:
        """What links to our pages begin with, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Tips(_Group):
    currency: Annotated[Text, _like("[A-Z]{3}", "CNY")] = "CNY"
    least_minor: Positive = 100
    most_minor: Positive = 5_000_000
    presets_minor: Annotated[tuple[Whole, ...], Field(min_length=1), AfterValidator(_each_once)] = (100, 500, 1000)

    @field_validator("most_minor")
    @classmethod
    def _most_is_not_below_least(cls, most: int, info: ValidationInfo) -> int:
        if most < info.data.get("least_minor", most):
            raise ValueError("must not be below tips.least_minor")
        return most

    @field_validator("presets_minor")
    @classmethod
    def _presets_are_allowed(cls, presets: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        least, most = info.data.get("least_minor"), info.data.get("most_minor")
        if least and most and not all(least <= preset <= most for preset in presets):
            raise ValueError(f"must lie between tips.least_minor ({least}) and tips.most_minor ({most})")
        return presets


class SandboxRail(_Group):
    api_base: Address = "http://127.0.0.1:8080"
    key: Secret = None
    webhook_secret: Secret = None


class Rails(_Group):
    """`enabled` names the groups below it that are in use; `missing_for_run` checks the names."""

    enabled: Annotated[tuple[Text, ...], AfterValidator(_each_once)] = ()
    sandbox: SandboxRail = SandboxRail()


class Notices(_Group):
    digest_every_s: Positive = 600
    counter_every_s: Positive = 3
    messages_per_second: Positive = 30
    per_chat_per_second: Positive = 1
    per_group_per_minute: Positive = 20
    counters_per_second: Positive = 10

    @field_validator("counters_per_second")
    @classmethod
    def _counters_leave_room(cls, counters: int, info: ValidationInfo) -> int:
        if counters > info.data.get("messages_per_second", counters):
            raise ValueError("must not be above notices.messages_per_second")
        return counters


class Legal(_Group):
    basis: Text = ""
    contact: Text = ""


class Logs(_Group):
    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)

    telegram: Telegram = Telegram()
    database: Database = Database()
    web: Web = Web()
    owners: Annotated[tuple[Positive, ...], AfterValidator(_each_once)] = ()
    language: Annotated[Text, _like("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "zh-CN")] = "zh-CN"
    timezone: Annotated[Text, AfterValidator(_timezone)] = "Asia/Shanghai"
    quiet_hours: Annotated[Text, AfterValidator(_hours)] = "22:00-08:00"
    tips: Tips = Tips()
    rails: Rails = Rails()
    notices: Notices = Notices()
    legal: Legal = Legal()
    logs: Logs = Logs()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing is read behind `load`'s back: `Settings()` is the defaults, whatever the process's environment."""
        return (init_settings,)

    @property
    def quiet(self) -> tuple[dt.time, dt.time] | None:
        """When the night begins and ends, on the reader's clock; None for no quiet hours."""
        if not self.quiet_hours:
            return None
        begin, _, end = self.quiet_hours.partition("-")
        return dt.time.fromisoformat(begin), dt.time.fromisoformat(end)


def _group(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _leaves(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if group := _group(field):
            yield from _leaves(group, f"{before}{name}.")
        else:
            yield before + name, field


def _variable(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


FIELDS = dict(_leaves(Settings))
SECRETS = frozenset(key for key, field in FIELDS.items() if SecretStr in get_args(field.annotation))
_KEYS = tuple(dict.fromkeys(part for key in FIELDS for part in itertools.accumulate(key.split("."), "{}.{}".format)))
_VARIABLES = {_variable(key): key for key in FIELDS}
_FILE_VARIABLES = {_variable(key) + "_FILE": key for key in SECRETS | {"database.url"}}


# --- Reading ---------------------------------------------------------------------------------------------------------


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
        key, value, group = before + name, written.get(name), _group(field)
        if group and isinstance(value, dict):
            lines += _take_secrets_out(group, value, f"{key}.")
        elif value is None and (group or key in SECRETS):
            written.pop(name, None)
        elif key in SECRETS:
            del written[name]
            lines.append(f"{key}: a secret is never written here; set {_variable(key)} or {_variable(key)}_FILE")
        elif key == "database.url" and isinstance(value, str) and without_password(value) != value:
            lines.append(f"{key}: a password is never written here; set {_variable(key)} or {_variable(key)}_FILE")
    return lines


def _read_environ(environ: Mapping[str, str]) -> tuple[dict[str, tuple[str, Any]], list[str]]:
    """Key to variable and value, for what is set; and a line for each variable that can't be used."""
    given: dict[str, tuple[str, Any]] = {}
    bad: list[str] = []
    for name in sorted(name for name in environ if name.startswith(PREFIX) and name != CONFIG_VARIABLE):
        text = environ[name].strip()
        try:
            if key := _VARIABLES.get(name):
                if text or key not in SECRETS:
                    given[key] = name, _from_text(FIELDS[key], text)
            elif key := _FILE_VARIABLES.get(name):
                if text and environ.get(_variable(key), "").strip():
                    raise ValueError(f"is set beside {_variable(key)}; keep one of the two")
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


# --- Saying what is wrong --------------------------------------------------------------------------------------------


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
    here = {known.rpartition(".")[2]: known for known in _KEYS if known.rpartition(".")[0] == parent}
    anywhere = {known.rpartition(".")[2]: known for known in reversed(FIELDS)}
    near = _nearest(name, here) or _nearest(name, anywhere, 0.75)
    return f"did you mean {near}?" if near else f"known here: {', '.join(here)}"


def _near_variable(variable: str) -> str:
    word, known = variable.removeprefix(PREFIX), [CONFIG_VARIABLE, *_FILE_VARIABLES, *reversed(_VARIABLES)]
    near = _nearest(word, {name.removeprefix(PREFIX): name for name in known})
    near = near or _nearest(word, {name.rpartition("__")[2]: name for name in known}, 0.75)
    return f"did you mean {near}?" if near else "config.yaml has every setting"


# --- Showing and checking --------------------------------------------------------------------------------------------


def missing_for_run(settings: Settings) -> list[str]:
    """What `run` still needs and `demo` doesn't, one line each; empty when all is there."""
    lines = []
    if not settings.telegram.token:
        lines.append(_unset("telegram.token"))
    elif not re.fullmatch(r"[0-9]+:\S+", settings.telegram.token.get_secret_value()):
        lines.append("telegram.token: is not a bot token (digits, a colon, the rest); copy it again from @BotFather")
    rails = {name: name for name, field in Rails.model_fields.items() if _group(field)}
    for name in settings.rails.enabled:
        if name in rails:
            rail = getattr(settings.rails, name)
            keys = {field: f"rails.{name}.{field}" for field in type(rail).model_fields}
            lines += [_unset(key) for field, key in keys.items() if key in SECRETS and not getattr(rail, field)]
        else:
            near = _nearest(name, rails)
            hint = f"did you mean {near}?" if near else f"known: {', '.join(rails)}"
            lines.append(f"rails.enabled: no rail is called {name}, {hint}")
    return lines


def _unset(key: str) -> str:
    return f"{key}: is not set; set {_variable(key)} or {_variable(key)}_FILE"


def without_password(url: str) -> str:
    """A database URL that may be shown."""
    return re.sub(r"([?&]password=)[^&]*", rf"\1{HIDDEN}", re.sub(r"(://[^:/@?]*:).+@", rf"\1{HIDDEN}@", url))


def masked(settings: Settings) -> dict[str, Any]:
    """The settings as plain values that may be shown: a secret is "•••• (set)" or None."""

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shown(inner) for key, inner in value.items()}
        if isinstance(value, SecretStr):
            return f"{HIDDEN} (set)"
        return list(value) if isinstance(value, tuple) else value

    values: dict[str, Any] = shown(settings.model_dump())
    values["database"]["url"] = without_password(settings.database.url)
    return values


def render(settings: Settings) -> str:
    """`masked` as YAML, for `config show`."""
    return yaml.safe_dump(masked(settings), allow_unicode=True, sort_keys=False, width=120)
