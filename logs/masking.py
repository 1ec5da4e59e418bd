"""Secrets out of what is written: by what a field is called, and by what a value looks like."""

import datetime as dt
import functools
import re
import uuid
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from structlog.typing import EventDict, WrappedLogger

HIDDEN = "••••"
DEEPEST = 8
_UUID = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
_ONE_UUID = re.compile(_UUID)
# Cheap first looks: only what has such digits can hold a bot token or a card, only what has such a word another secret.
_MANY_DIGITS = re.compile(r"[0-9](?:[0-9]{3}|[ -][0-9])")
_SIGNS = ("token", "secret", "passw", "api_key", "apikey", "bearer", "://", "k_live_", "k_test_", "whsec_")
_BOT_TOKEN = re.compile(rf"({_UUID})|(?<![0-9])[0-9]{{6,}}(?:(?::|%3[Aa])[A-Za-z0-9_-]{{7,}})+")
_PREFIXED = re.compile(r"(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/=_-]+")
_DATABASE_URL = re.compile(r"(postgres(?:ql)?(?:\+\w+)?://[^\s:/@?]*:)\S{1,256}@", re.IGNORECASE)
_URL = re.compile(r"(://[^\s:/@?#]*:)[^\s/@?#]+@")
_ASSIGNED = re.compile(
    r"""((?:passw(?:or)?d|token|secret|api_?key)(?:=|['"]:\s*))('[^']*'|"[^"]*"|[^&\s'",;)}]+)""", re.IGNORECASE
)
_BEARER = re.compile(r"(bearer\s+)[A-Za-z0-9._~+/=-]{12,}", re.IGNORECASE)
# Cut off, or written in one line with its \n, it is one still.
_PRIVATE_KEY = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_DIGITS = re.compile(rf"({_UUID})|(?<![0-9A-Za-z])[0-9]+(?:[ -][0-9]+)*(?![0-9A-Za-z])")

_SECRET_WORDS = {"token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "pwd", "passphrase"}
_SECRET_WORDS |= {"authorization", "cookie", "cookies", "credential", "credentials"}
_SECRET_NAMES = (
    "api_key", "apikey", "private_key", "secret_key", "access_key", "signing_key", "init_data",
    "apiv3_key", "merchant_key", "app_key",  # as WeChat Pay and Alipay call them
)  # fmt: skip


def mask_text(text: str) -> str:
    """The text without bot tokens, Stripe's keys, private keys, passwords in addresses and card numbers."""
    if len(text) < 7 or (len(text) == 36 and _ONE_UUID.fullmatch(text)):
        return text
    if "PRIVATE KEY-----" in text:
        text = _PRIVATE_KEY.sub(rf"\1{HIDDEN}", text)
    digits = _MANY_DIGITS.search(text)
    if digits:  # before the cards, which could take a token's first half and leave the other
        text = _BOT_TOKEN.sub(lambda found: found[1] or HIDDEN, text)
    lowered = text.lower()
    if any(sign in lowered for sign in _SIGNS):
        text = _DATABASE_URL.sub(rf"\1{HIDDEN}@", _PREFIXED.sub(HIDDEN, text))
        for pattern, shown in ((_URL, rf"\1{HIDDEN}@"), (_ASSIGNED, rf"\1{HIDDEN}"), (_BEARER, rf"\1{HIDDEN}")):
            text = pattern.sub(shown, text)
    return _DIGITS.sub(_without_cards, text) if digits else text


def _without_cards(found: re.Match[str]) -> str:
    """Groups of digits in a row that make a card number are hidden; a Telegram group's id (-100…) is none."""
    run = found[0]
    supergroup = run.startswith("100") and len(run) == 13 and found.string[: found.start()].endswith("-")
    if found[1] or len(run) < 13 or supergroup:
        return run
    groups = list(re.finditer("[0-9]+", run))
    shown, done, at = "", 0, 0  # `done` characters of the run are shown or hidden, `at` is the next group
    while at < len(groups):
        length = _card_length(groups[at : at + 19])
        if length:
            shown += run[done : groups[at].start()] + HIDDEN
            done = groups[at + length - 1].end()
        at += length or 1
    return shown + run[done:]


def _card_length(groups: list[re.Match[str]]) -> int:
    """How many of the groups, from the first, make a card's number: the most that do, or none."""
    digits, length = "", 0
    for count, group in enumerate(groups, 1):
        digits += group[0]
        if len(digits) > 19:
            break
        if len(digits) >= 13 and _is_luhn(digits):
            length = count
    return length


_DOUBLED = str.maketrans("0123456789", "0246813579")


def _is_luhn(digits: str) -> bool:
    """Source: ISO/IEC 7812-1, annex B."""
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


@functools.lru_cache(maxsize=1024)
def _judged(key: str) -> tuple[str, bool]:
    """The key as it may be shown, and whether its value may not.

    `webhook_secret`, `X-Api-Key`, `botToken` hide theirs; `event_key`, `dedupe_key` and `key` name facts.
    """
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).replace("-", "_").lower()
    ends = name.endswith(("token", "secret", "password"))
    secret = ends or not _SECRET_WORDS.isdisjoint(name.split("_")) or any(known in name for known in _SECRET_NAMES)
    return mask_text(key), secret


_PLAIN = frozenset({int, float, bool, type(None), uuid.UUID, dt.datetime, dt.date, dt.time})


def _masked(value: Any, depth: int = 0) -> Any:
    """The value as plain data a line can hold, without secrets. Numbers are left as they are: ids and minor units."""
    if type(value) is str:
        return mask_text(value)
    if type(value) in _PLAIN:
        return value
    try:
        if not isinstance(value, Mapping | list | tuple | AbstractSet):
            return mask_text(value if isinstance(value, str) else repr(value))
        if depth == DEEPEST:
            return "…"
        return _fields(value, depth + 1) if isinstance(value, Mapping) else [_masked(one, depth + 1) for one in value]
    except Exception:  # noqa: BLE001 (a repr may raise anything)
        return f"<{type(value).__name__}>"


def _fields(fields: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
    shown = {}
    for key, value in fields.items():
        name, secret = _judged(key if type(key) is str else str(key))
        hide = secret and value is not None and type(value) is not bool
        shown[name] = HIDDEN if hide else _masked(value, depth)
    return shown


def mask_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The event as plain data without secrets."""
    first = {name: event.pop(name) for name in ("timestamp", "level")}
    return {**first, "event": mask_text(str(event.pop("event", ""))), **_fields(event)}
