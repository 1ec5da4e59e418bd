"""Who we are at WeChat Pay, and what our keys and theirs are."""

from dataclasses import dataclass, field
from typing import Final

NAME: Final = "wechat"
CURRENCY: Final = "CNY"
API: Final = "https://api.mch.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant of WeChat Pay with an app of its own.

    `key_serial` names the certificate that `merchant_key` (PEM) belongs to. `public_key` (PEM) is WeChat Pay's, under
    `public_key_id`, by which all that comes from there is signed. `apiv3_key`: 32 characters; opens notifications.
    """

    mchid: str
    appid: str
    key_serial: str
    public_key_id: str
    public_key: str
    merchant_key: str = field(repr=False)
    apiv3_key: str = field(repr=False)
