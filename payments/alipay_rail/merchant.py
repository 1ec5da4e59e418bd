"""Who we are at Alipay, and the library's client with its clock and its log put right."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from alipay import AliPay
from alipay.utils import AliPayConfig

from payments.china import CHINA

NAME: Final = "alipay"
CURRENCY: Final = "CNY"
API: Final = "https://openapi.alipay.com/gateway.do"

# It has a handler of its own, which would write past our masking.
logging.getLogger("python-alipay-sdk").handlers.clear()


@dataclass(frozen=True, slots=True)
class Merchant:
    """An app of a merchant (`seller_id`, 2088…) at Alipay.

    `app_key` is the app's private key, `public_key` Alipay's for this app: PEM, or the bare base64 Alipay's tools give.
    """

    app_id: str
    seller_id: str
    public_key: str
    app_key: str = field(repr=False)


class _Client(AliPay):  # type: ignore[misc]
    """The library stamps requests by the machine's own clock; Alipay reads the stamp as China's."""

    def __init__(self, now: Callable[[], datetime], **words: Any) -> None:
        self._now = now
        super().__init__(**words)

    def build_body(self, method: str, biz_content: object = None, **more: Any) -> Any:
        stamp = self._now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        return super().build_body(method, biz_content, **more, timestamp=stamp)


def client(merchant: Merchant, notify_url: str, api_base: str, timeout_s: float, now: Callable[[], datetime]) -> Any:
    """The library's client, which blocks. Raises: ValueError, naming the settings, for keys that are none."""
    try:
        pay = _Client(
            now, appid=merchant.app_id, app_notify_url=notify_url, app_private_key_string=_pem(merchant.app_key),
            alipay_public_key_string=_pem(merchant.public_key), config=AliPayConfig(timeout=timeout_s),
        )  # fmt: skip
    except (ValueError, IndexError, TypeError) as error:
        raise ValueError("rails.alipay.app_key, rails.alipay.public_key: one of the two is not an RSA key") from error
    pay._gateway = api_base  # the library has no other way to a test gateway
    return pay


def _pem(key: str) -> str:
    """As the library takes it: what stands in the frame's first line does not matter to it."""
    key = key.strip()
    return key if key.startswith("-----BEGIN ") else f"-----BEGIN RSA KEY-----\n{key}\n-----END RSA KEY-----"
