"""Webhook or polling, and what Telegram's deliveries are known by."""

import re

import pytest

from launch.service.pages import hook_of
from settings import Settings, SettingsError, load, missing_for_run

TOKEN = "123456789:AAF-example_of_a_bot_token_0123456789"


def of(**environ: str) -> Settings:
    return load(None, {"YIZAN_TELEGRAM__TOKEN": TOKEN} | environ)


@pytest.mark.parametrize(
    ("updates", "url", "webhook"),
    [
        ("auto", "", False),
        ("auto", "http://127.0.0.1:8081", False),
        ("auto", "https://give.example", True),
        ("polling", "https://give.example", False),
        ("webhook", "http://10.0.0.1:8081", True),
    ],
)
def test_telegram_brings_updates_where_it_can(updates: str, url: str, webhook: bool) -> None:
    settings = of(YIZAN_TELEGRAM__UPDATES=updates, YIZAN_WEB__PUBLIC_URL=url)
    assert settings.webhook is webhook
    assert (hook_of(settings) is not None) is webhook


def test_a_webhook_without_an_address_is_named() -> None:
    assert missing_for_run(of(YIZAN_TELEGRAM__UPDATES="webhook")) == [
        "web.public_url: is not set; telegram.updates: webhook needs an address that Telegram can reach"
    ]


def test_the_secret_is_the_operators_or_made_from_the_token_and_never_the_token() -> None:
    public = {"YIZAN_WEB__PUBLIC_URL": "https://give.example"}
    own = hook_of(of(YIZAN_TELEGRAM__SECRET_TOKEN="my-own_secret-1234", **public))
    made, again = hook_of(of(**public)), hook_of(of(**public))
    other = hook_of(load(None, public | {"YIZAN_TELEGRAM__TOKEN": TOKEN + "x"}))
    secrets = [hook.secret if hook is not None else "" for hook in (own, made, again, other)]
    assert secrets[0] == "my-own_secret-1234"
    assert all(re.fullmatch("[A-Za-z0-9_-]{32,256}", secret) for secret in secrets[1:])
    assert secrets[1] == secrets[2] != secrets[3]
    assert TOKEN.split(":")[1] not in "".join(secrets)


@pytest.mark.parametrize(
    "secret", ["short", "has spaces in it all over", "x" * 257, "汉字汉字汉字汉字汉字汉字汉字汉字"]
)
def test_a_secret_telegram_would_not_take_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(SettingsError) as refused:
        of(YIZAN_TELEGRAM__SECRET_TOKEN=secret)
    assert str(refused.value) == "YIZAN_TELEGRAM__SECRET_TOKEN: must be 16 to 256 of A-Z a-z 0-9 _ -"
