"""What can be seen of the rails without asking anybody: the shape of ids and keys, floors, rates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from giving.money import DECIMALS
from launch.doctor.checks import Status
from settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

# Source: pay.weixin.qq.com/doc/v3/merchant/4013053053 (ids), opendocs.alipay.com/common/02kkv2 (app id, PID)
_SHAPES: Final = {
    "wechat": {
        "mchid": ("[0-9]{8,10}", "8 to 10 digits, from 账户中心 → 商户信息"),
        "appid": ("wx[0-9a-z]{16}", "wx and 16 more, the app that the merchant is bound to"),
        "key_serial": ("[0-9A-Fa-f]{40}", "40 hexadecimal digits, from 账户中心 → API 安全 → 商户 API 证书"),
        "public_key_id": ("PUB_KEY_ID_[0-9]+", "PUB_KEY_ID_ and digits, from 账户中心 → API 安全 → 微信支付公钥"),
    },
    "alipay": {
        "app_id": ("20[0-9]{14}", "16 digits that begin with 20, from open.alipay.com"),
        "seller_id": ("2088[0-9]{12}", "16 digits that begin with 2088, the merchant's PID"),
    },
}  # fmt: skip
_WEBHOOK_SECRET: Final = re.compile(r"whsec_\S{8,}")
LEAST_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one rail: how it is, what was found, what to do."""

    status: Status
    said: str
    to_do: str = ""


def seen(settings: Settings) -> Iterator[Remark]:
    """Remarks on every rail that is switched on; their keys are known to be keys."""
    for name in settings.rails.enabled:
        yield from _misshapen(settings, name)
        if name == "stripe":
            yield from _secrets(settings)
        if name in ("wechat", "alipay"):
            yield from _keys(settings, name)
        if name == "stars":
            of = settings.rails.stars
            said = f"stars: {of.rate_stars} Stars are shown as {_major(of.rate_minor, of.rate_currency)}"
            yield Remark(Status.NOTE, said)
        yield from _floor(settings, name)


def _misshapen(settings: Settings, name: str) -> Iterator[Remark]:
    for field, (shape, words) in _SHAPES.get(name, {}).items():
        if not re.fullmatch(shape, getattr(getattr(settings.rails, name), field)):
            key = f"rails.{name}.{field}"
            yield Remark(Status.WARN, f"{key} does not look like one", f"{key}: {words}")


def _secrets(settings: Settings) -> Iterator[Remark]:
    """Of Stripe's two webhook endpoints: each has a secret of its own."""
    of = settings.rails.stripe
    named = {"signing_secret": of.signing_secret, "connect_signing_secret": of.connect_signing_secret}
    told = {name: secret.get_secret_value() for name, secret in named.items() if secret is not None}
    for name, secret in told.items():
        if not _WEBHOOK_SECRET.fullmatch(secret):
            to_do = (
                f"rails.stripe.{name}: copy it again from the endpoint's page in the dashboard; it begins with whsec_"
            )
            yield Remark(Status.WARN, f"rails.stripe.{name} does not look like one", to_do)
    if len(set(told.values())) < len(told):
        to_do = "rails.stripe.connect_signing_secret: the endpoint for connected accounts has a secret of its own"
        yield Remark(Status.WARN, "stripe: both webhook secrets are the same", to_do)


def _keys(settings: Settings, name: str) -> Iterator[Remark]:
    """Our private key beside their public one: the provider's own, and not the other half of ours."""
    of: Any = getattr(settings.rails, name)
    secret = of.merchant_key if name == "wechat" else of.app_key
    ours, theirs = _public_of(secret.get_secret_value()), _public(of.public_key)
    if ours is None or theirs is None:
        return
    if ours.public_numbers() == theirs.public_numbers():
        whose = "WeChat Pay's (pub_key.pem)" if name == "wechat" else "Alipay's (支付宝公钥, not 应用公钥)"
        key = f"rails.{name}.public_key"
        yield Remark(Status.FAIL, f"{key} is the other half of your own key", f"{key}: put {whose} there")
    if min(ours.key_size, theirs.key_size) < LEAST_BITS:
        yield Remark(Status.WARN, f"{name}: a key of less than {LEAST_BITS} bits", f"make a new pair for {name}")


def _public_of(private: str) -> "RSAPublicKey | None":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

    try:
        body = _der(private)
        key = load_der_private_key(body, None) if body else load_pem_private_key(private.encode(), None)
    except (ValueError, TypeError):
        return None
    return key.public_key() if isinstance(key, RSAPrivateKey) else None


def _public(text: str) -> "RSAPublicKey | None":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

    try:
        body = _der(text)
        key = load_der_public_key(body) if body else load_pem_public_key(text.encode())
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _der(text: str) -> bytes:
    """Of the bare base64 that Alipay's tools give; nothing for PEM."""
    from base64 import b64decode

    return b"" if "-----BEGIN" in text else b64decode(text)


def _floor(settings: Settings, name: str) -> Iterator[Remark]:
    """Where the smallest gift is below what the rail carries, it goes on a tab, which has to reach that."""
    currency, least = settings.tips.currency, settings.tips.least_minor
    if name == "stripe":
        floor = getattr(settings.rails.stripe.least_minor, currency, None)
        if floor is None:
            yield Remark(
                Status.FAIL, f"stripe: carries no {currency}", "tips.currency: one of rails.stripe.least_minor"
            )
            return
    elif name == "telegram":
        floor = settings.rails.telegram.least_minor
    elif name in ("wechat", "alipay") and currency != "CNY":
        yield Remark(
            Status.FAIL, f"{name}: carries CNY only, and tips.currency is {currency}", "take it out, or use CNY"
        )
        return
    else:
        return
    if least < floor:
        yield Remark(Status.NOTE, f"{name}: below {_major(floor, currency)} a gift goes on the tab")
    if least < floor and settings.tabs.settle_at_minor < floor:
        said = f"{name}: tabs.settle_at_minor is below what it carries, so a tab waits for {_major(floor, currency)}"
        yield Remark(Status.WARN, said, f"tabs.settle_at_minor: {floor} or more")
    if least < floor and settings.tabs.monthly_minor < floor:
        said = f"{name}: nobody may promise in a month what it carries at once, {_major(floor, currency)}"
        yield Remark(Status.WARN, said, f"tabs.monthly_minor: {floor} or more, better three times that")


def _major(minor: int, currency: str) -> str:
    decimals = DECIMALS[currency]
    return f"{minor / 10**decimals:.{decimals}f} {currency}"
