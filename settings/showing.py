"""Showing settings without their secrets, and what a run still needs."""

import re
from typing import Any

import yaml
from pydantic import (
    SecretStr,
)

from settings.model import SECRETS, STARS_ACKNOWLEDGED, Rails, Settings, StripeRail, group_of, variable_of
from settings.words import HIDDEN, nearest, without_password


def missing_for_run(settings: Settings) -> list[str]:
    """What `run` still needs and `demo` doesn't, one line each; empty when all is there."""
    lines = []
    if not settings.telegram.token:
        lines.append(_unset("telegram.token"))
    elif not re.fullmatch(r"[0-9]+:\S+", settings.telegram.token.get_secret_value()):
        lines.append("telegram.token: is not a bot token (digits, a colon, the rest); copy it again from @BotFather")
    if settings.telegram.updates == "webhook" and not settings.web.public_url:
        lines.append("web.public_url: is not set; telegram.updates: webhook needs an address that Telegram can reach")
    rails = {name: name for name, field in Rails.model_fields.items() if group_of(field)}
    for name in settings.rails.enabled:
        if name in rails:
            rail = getattr(settings.rails, name)
            keys = {field: f"rails.{name}.{field}" for field in type(rail).model_fields}
            needs, hears = getattr(rail, "needs", ()), getattr(rail, "hears", False)
            lines += [f"{keys[field]}: is not set" for field in needs if not getattr(rail, field)]
            lines += [_unset(key) for field, key in keys.items() if key in SECRETS and not getattr(rail, field)]
            lines += _of_stripe(rail) if isinstance(rail, StripeRail) else []
            if hears and not settings.web.public_url.startswith("https://"):
                lines.append(f"rails.{name}: needs an https address in web.public_url, to be told there who paid")
            lines += _against(name, settings)
        else:
            near = nearest(name, rails)
            hint = f"did you mean {near}?" if near else f"known: {', '.join(rails)}"
            lines.append(f"rails.enabled: no rail is called {name}, {hint}")
    return lines


def _of_stripe(rail: StripeRail) -> list[str]:
    """A key of the other mode would be found out by the first event, after a gift."""
    live = rail.api_key is not None and "_live_" in rail.api_key.get_secret_value()[:8]
    if rail.api_key is None or live is rail.livemode:
        return []
    of = "live" if live else "test"
    return [f"rails.stripe.api_key: is a key of {of} mode, and rails.stripe.livemode is {str(rail.livemode).lower()}"]


def _against(name: str, settings: Settings) -> list[str]:
    """What keeps a rail inside Telegram from being switched on."""
    stars = settings.tips.currency == "XTR"
    if name == "stars":
        lines = []
        if settings.rails.stars.acknowledged != STARS_ACKNOWLEDGED:
            lines.append(
                "rails.stars.acknowledged: Telegram's terms read against charity, and 100 % can't literally hold with"
                f' Stars; read "Stars and charity" in docs/rails.md, then write here: {STARS_ACKNOWLEDGED}'
            )
        if settings.tips.currency not in ("XTR", settings.rails.stars.rate_currency):
            lines.append(
                "rails.stars.rate_currency: must be tips.currency, as it says what gifts cost in Stars"
                " (or tips.currency XTR, where everything is in Stars)"
            )
        return lines
    if name == "telegram" and stars:
        return ["rails.telegram: carries money only, no Stars; tips.currency must not be XTR"]
    return []


def _unset(key: str) -> str:
    return f"{key}: is not set; set {variable_of(key)} or {variable_of(key)}_FILE"


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
