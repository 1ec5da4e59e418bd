"""Ways to pay: a group for each."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from settings.kinds import (
    Address,
    Flag,
    Positive,
    Secret,
    Text,
    Whole,
    account_modes,
    each_once,
    like_secret,
    money_code,
)
from settings.model.group import Group

# What an operator writes to switch Stars on, word for word (docs/rails.md, "Stars and charity").
STARS_ACKNOWLEDGED: Final = "I have read docs/rails.md: Stars and charity"


class SandboxRail(Group):
    api_base: Address = "http://127.0.0.1:8080"
    key: Secret = None
    webhook_secret: Secret = None
    card: Flag = False


class StripeLeast(Group):
    """In minor units, by what Stripe takes after conversion; CNY with room for the rate.

    Source: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
    """

    AUD: Positive = 50
    CAD: Positive = 50
    CHF: Positive = 50
    CNY: Positive = 400
    DKK: Positive = 250
    EUR: Positive = 50
    GBP: Positive = 30
    HKD: Positive = 400
    JPY: Positive = 50
    MYR: Positive = 200
    NOK: Positive = 300
    NZD: Positive = 50
    SEK: Positive = 300
    SGD: Positive = 50
    USD: Positive = 50


class StripeRail(Group):
    api_base: Address = "https://api.stripe.com"
    api_key: Annotated[
        Secret, like_secret("(sk|rk)_(test|live)_[A-Za-z0-9]+", "sk_test_…, rk_test_…, sk_live_… or rk_live_…")
    ] = None
    signing_secret: Secret = None
    connect_signing_secret: Secret = None
    livemode: Flag = False
    mode: Literal["direct", "destination", "transfers"] = "direct"
    modes: Annotated[tuple[Text, ...], AfterValidator(account_modes)] = ()
    methods: Annotated[tuple[Text, ...], AfterValidator(each_once)] = ()
    page_minutes: Annotated[Whole, Field(ge=60, le=1430)] = 1380
    least_minor: StripeLeast = StripeLeast()

    @property
    def mode_by_account(self) -> dict[str, str]:
        """Of the organisations that are charged otherwise than by `mode`."""
        return dict(one.split("=", 1) for one in self.modes)


class WeChatRail(Group):
    # What it can't do without, besides the secrets; and that it is told things at web.public_url.
    needs: ClassVar[tuple[str, ...]] = ("mchid", "appid", "key_serial", "public_key_id", "public_key")
    hears: ClassVar[bool] = True
    api_base: Address = "https://api.mch.weixin.qq.com"
    mchid: Text = ""
    appid: Text = ""
    key_serial: Text = ""
    public_key_id: Text = ""
    public_key: Text = ""
    merchant_key: Secret = None
    apiv3_key: Annotated[Secret, like_secret("[A-Za-z0-9]{32}", "32 of A-Z a-z 0-9")] = None
    page: Literal["code", "h5"] = "code"
    account_of: Literal["operator", "organisation"] = "operator"
    open_minutes: Annotated[Whole, Field(ge=10, le=120)] = 120


class AlipayRail(Group):
    needs: ClassVar[tuple[str, ...]] = ("app_id", "seller_id", "public_key")
    hears: ClassVar[bool] = True
    api_base: Address = "https://openapi.alipay.com/gateway.do"
    app_id: Text = ""
    seller_id: Text = ""
    public_key: Text = ""
    app_key: Secret = None
    page: Literal["code", "wap"] = "code"
    account_of: Literal["operator", "organisation"] = "operator"
    open_minutes: Annotated[Whole, Field(ge=10, le=120)] = 120


class StarsRail(Group):
    acknowledged: Text = ""
    rate_stars: Positive = 8
    rate_minor: Positive = 100
    rate_currency: Annotated[Text, AfterValidator(money_code)] = "CNY"


class TelegramRail(Group):
    provider_token: Secret = None
    least_minor: Positive = 700
    most_minor: Positive = 7_000_000

    @field_validator("most_minor")
    @classmethod
    def _most_is_not_below_least(cls, most: int, info: ValidationInfo) -> int:
        if most < info.data.get("least_minor", most):
            raise ValueError("must not be below rails.telegram.least_minor")
        return most


class Rails(Group):
    """`enabled` names the groups below it that are in use; `missing_for_run` checks the names."""

    enabled: Annotated[tuple[Text, ...], AfterValidator(each_once)] = ()
    sandbox: SandboxRail = SandboxRail()
    stripe: StripeRail = StripeRail()
    wechat: WeChatRail = WeChatRail()
    alipay: AlipayRail = AlipayRail()
    stars: StarsRail = StarsRail()
    telegram: TelegramRail = TelegramRail()

    @property
    def on(self) -> tuple[str, ...]:
        """Every rail that takes payments: the sandbox's card is one of its own, beside its wallet."""
        names = [
            (name, "sandbox_card") if name == "sandbox" and self.sandbox.card else (name,) for name in self.enabled
        ]
        return tuple(one for some in names for one in some)
