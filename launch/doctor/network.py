"""Checks that ask others, by plain HTTP and without aiogram: the token, the webhook, our clock, the rails."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from launch.doctor.checks import Check, Status
from settings import Settings

if TYPE_CHECKING:
    from aiohttp import ClientSession

ANSWERS_WITHIN_S: Final = 5.0
# Signed events are refused by providers' rules when they are minutes old; a receipt's time should be right.
CLOCK_WARN_S: Final = 5
CLOCK_FAIL_S: Final = 60
MANY_UPDATES: Final = 100
SET_TOKEN: Final = "set YIZAN_TELEGRAM__TOKEN, or YIZAN_TELEGRAM__TOKEN_FILE, to the token from @BotFather"  # noqa: S105
TELEGRAM_CHECKS: Final = ("clock", "token", "webhook")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `result` if it was well, else the status and its words; how far our clock was off, if told."""

    status: int
    result: Mapping[str, Any] | None
    behind_s: float | None


async def telegram(settings: Settings, token: str) -> list[Check]:
    """Ask Telegram who we are and where it sends updates: clock, token, webhook."""
    from aiohttp import ClientSession, ClientTimeout

    async with ClientSession(timeout=ClientTimeout(total=ANSWERS_WITHIN_S)) as session:
        base = settings.telegram.api_base
        me, hook = await asyncio.gather(
            _ask(session, base, token, "getMe"), _ask(session, base, token, "getWebhookInfo")
        )
    if isinstance(me, str):
        to_do = f"is {base} right (telegram.api_base), and does this machine reach it?"
        waits = [Check(name, Status.SKIPPED, "Telegram does not answer") for name in ("clock", "webhook")]
        return [waits[0], Check("token", Status.FAIL, f"{base} does not answer: {me}", to_do), waits[1]]
    return [clock(me.behind_s), who(me, base), _webhook(hook, settings, known=me.result is not None)]


async def reached_rails(settings: Settings) -> dict[str, float | None]:
    """Of the rails with an API: NaN for those that do not answer anything at all, else by how much our clock is behind
    theirs in seconds, None where they don't say.
    """
    from aiohttp import ClientError, ClientSession, ClientTimeout

    groups = {name: getattr(settings.rails, name) for name in settings.rails.enabled}
    # Those inside Telegram have no API of their own: asking for the token asks for them.
    bases = {name: group.api_base for name, group in groups.items() if hasattr(group, "api_base")}

    async def reached(session: "ClientSession", base: str) -> float | None:
        try:
            asked = datetime.now(UTC)
            async with session.get(base, allow_redirects=False) as response:
                return _behind(response, asked + (datetime.now(UTC) - asked) / 2)
        except (ClientError, OSError, TimeoutError, ValueError):
            return math.nan

    async with ClientSession(timeout=ClientTimeout(total=ANSWERS_WITHIN_S)) as session:
        found = await asyncio.gather(*(reached(session, base) for base in bases.values()))
    return dict(zip(bases, found, strict=True))


async def _ask(session: "ClientSession", base: str, token: str, method: str) -> Answer | str:
    """The answer, or in a few words why there is none: never the error's own, which may hold the token."""
    from aiohttp import ClientError
    from yarl import URL

    try:
        asked = datetime.now(UTC)
        async with session.get(URL(base) / f"bot{token}" / method, allow_redirects=False) as response:
            middle = asked + (datetime.now(UTC) - asked) / 2
            try:
                body = await response.json(content_type=None)
            except ValueError:
                body = None
            result = body.get("result") if isinstance(body, dict) and body.get("ok") is True else None
            return Answer(response.status, result if isinstance(result, dict) else None, _behind(response, middle))
    except TimeoutError:
        return f"nothing within {ANSWERS_WITHIN_S:g} s"
    except (ClientError, OSError, ValueError) as error:
        return type(error).__name__


def _behind(response: Any, ours: datetime) -> float | None:
    """Seconds our clock is behind the answer's Date, which is cut to whole seconds."""
    try:
        theirs = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return (theirs.replace(tzinfo=theirs.tzinfo or UTC) - ours).total_seconds() + 0.5


def clock(behind_s: float | None) -> Check:
    """Whether our clock agrees with Telegram's."""
    if behind_s is None:
        return Check("clock", Status.SKIPPED, "the answer had no time in it")
    off = abs(round(behind_s))
    if off < CLOCK_WARN_S:
        return Check("clock", Status.OK, "agrees with Telegram's")
    found = f"{off:,} s {'behind' if behind_s > 0 else 'ahead of'} Telegram's"
    to_do = "let the machine set its clock: timedatectl set-ntp true"
    return Check("clock", Status.WARN if off < CLOCK_FAIL_S else Status.FAIL, found, to_do)


def who(me: Answer, base: str) -> Check:
    """Whether Telegram takes the token, and whose it is."""
    if me.result is not None:
        return Check("token", Status.OK, f"@{me.result.get('username')} ({me.result.get('id')})")
    if me.status in (401, 404):
        return Check("token", Status.FAIL, "Telegram refuses it", f"copy it again from @BotFather; {SET_TOKEN}")
    to_do = f"try again in a minute; is {base} a Bot API server (telegram.api_base)?"
    return Check("token", Status.FAIL, f"{base} answers {me.status}, which says nothing", to_do)


def _webhook(hook: Answer | str, settings: Settings, *, known: bool) -> Check:
    if not known:
        return Check("webhook", Status.SKIPPED, "not asked without a token that is taken")
    if isinstance(hook, str) or hook.result is None:
        return Check("webhook", Status.SKIPPED, "Telegram did not say")
    from web.telegram import PATH

    return webhook(hook.result, settings.web.public_url + PATH if settings.webhook else "")


def webhook(info: Mapping[str, Any], ours: str) -> Check:
    """Whether updates come the way `run` takes them: at `ours`, or polled if that is empty.

    Of addresses only the host is told, the rest may be secret.
    """
    url, host = str(info.get("url") or ""), urlsplit(str(info.get("url") or "")).hostname or ""
    if url and url != ours:
        elsewhere = f"Telegram sends updates to {host}, the settings mean otherwise"
        return Check("webhook", Status.WARN, elsewhere, _elsewhere(ours))
    how = f"at {host}" if url else "none: main.py run polls"
    if ours and not url:
        how = "none yet"
    found, to_do = [how], list[str]()
    if error := info.get("last_error_message"):
        at = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC)
        found.append(f"last failed {at:%Y-%m-%d %H:%M} UTC: {' '.join(str(error).split())[:120]}")
        to_do.append(f"does {ours or 'web.public_url'} lead here, with a certificate that browsers take?")
    if (waiting := int(info.get("pending_update_count") or 0)) > MANY_UPDATES:
        found.append(f"{waiting:,} updates wait")
        to_do.append("does main.py run, and keep up?")
    if to_do:
        return Check("webhook", Status.WARN, "; ".join(found), "\n".join(to_do))
    if ours and not url:
        return Check("webhook", Status.NOTE, how, "main.py run sets it when it starts")
    return Check("webhook", Status.OK, how)


def _elsewhere(ours: str) -> str:
    if ours:
        return f"stop the other program that uses this token, or start this one: it takes them at {ours}"
    return (
        "main.py run polls, by these settings, and takes the address away; to keep it stop the other program"
        " that uses this token, or set web.public_url (https) and telegram.updates: auto"
    )
