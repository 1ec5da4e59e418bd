"""Every setting, its default and its limits; config.yaml mirrors this file field by field (a test holds them equal)."""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from settings.kinds import (
    Address,
    Flag,
    Positive,
    Secret,
    Text,
    Whole,
    account_modes,
    currency_code,
    database_address,
    each_once,
    hours,
    language_name,
    like_secret,
    money_code,
    timezone_name,
    web_address,
)
from settings.words import PREFIX

TELEGRAM: Final = "https://api.telegram.org"
# What an operator writes to switch Stars on, word for word (docs/rails.md, "Stars and charity").
STARS_ACKNOWLEDGED: Final = "I have read docs/rails.md: Stars and charity"


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)


class Telegram(Group):
    token: Secret = None
    api_base: Address = TELEGRAM
    updates: Literal["auto", "webhook", "polling"] = "auto"
    secret_token: Annotated[Secret, like_secret("[A-Za-z0-9_-]{16,256}", "16 to 256 of A-Z a-z 0-9 _ -")] = None
    poll_timeout_s: Annotated[Whole, Field(ge=1, le=50)] = 25
    tap_lane: Literal["auto", "response", "call", "off"] = "auto"

    @property
    def taps_in_response(self) -> bool:
        """Whether a webhook's response may ask for a call: Telegram makes it, servers of others may not."""
        return self.tap_lane == "response" or (self.tap_lane == "auto" and self.api_base == TELEGRAM)


class Database(Group):
    url: Annotated[Text, AfterValidator(database_address), Field(repr=False)] = "sqlite:///var/yizan.db"
    pg_bin: Text = ""


class Web(Group):
    host: Annotated[Text, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[Whole, Field(ge=0, le=65535)] = 8081
    public_url: Annotated[Text, AfterValidator(lambda value: value and web_address(value))] = ""
    metrics_host: Annotated[Text, Field(min_length=1)] = "127.0.0.1"
    metrics_port: Annotated[Whole, Field(ge=0, le=65535)] = 0
    drain_s: Annotated[Whole, Field(ge=0, le=60)] = 0
    proxies: Annotated[Whole, Field(ge=0, le=9)] = 0

    @property
    def link_base(self) -> str:
        """What links to our pages begin with, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"


class Tips(Group):
    currency: Annotated[Text, AfterValidator(currency_code)] = "CNY"
    least_minor: Positive = 100
    most_minor: Positive = 5_000_000
    presets_minor: Annotated[tuple[Whole, ...], Field(min_length=1), AfterValidator(each_once)] = (100, 500, 1000)

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


class Tabs(Group):
    """Gifts too small for their rail; a donor can choose both for themselves (/tab)."""

    settle_at_minor: Positive = 3000
    monthly_minor: Positive = 10_000


class GivingDays(Group):
    closing_hours: Annotated[Whole, Field(ge=0, le=1488)] = 24
    confirm_over: Annotated[Whole, Field(ge=0)] = 1000
    live_listeners: Annotated[Whole, Field(ge=0, le=1500)] = 500
    card_every_s: Annotated[Whole, Field(ge=3, le=600)] = 15
    button_every_s: Annotated[Whole, Field(ge=10, le=3600)] = 60


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


class Notices(Group):
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


class Subscriptions(Group):
    per_week: Positive = 2


class Matching(Group):
    """What sponsors' pools add to gifts; thresholds of fairness, where 0 switches a rule off (docs/matching.md)."""

    new_days: Annotated[Whole, Field(ge=0, le=365)] = 7
    gifts_per_donor: Annotated[Whole, Field(ge=0)] = 20
    ring_gifts: Annotated[Whole, Field(ge=0)] = 5
    ring_seconds: Positive = 10
    payer_people: Annotated[Whole, Field(ge=0)] = 3
    settle_hours: Annotated[Whole, Field(ge=0, le=720)] = 24


class Broadcasts(Group):
    confirm_over: Positive = 1000
    paid: Flag = False
    paid_per_second: Annotated[Whole, Field(ge=31, le=1000)] = 1000


class Reconcile(Group):
    hour: Annotated[Whole, Field(ge=0, le=23)] = 11
    days: Annotated[Whole, Field(ge=1, le=31)] = 3


class Limits(Group):
    taps_at_once: Positive = 30
    taps_per_minute: Positive = 60
    chat_at_once: Positive = 20_000
    chat_per_minute: Positive = 120_000
    pages_at_once: Positive = 120
    pages_per_minute: Positive = 600
    misses_at_once: Positive = 30
    misses_per_minute: Positive = 10
    links_at_once: Positive = 15
    links_per_hour: Positive = 180
    failures_at_once: Positive = 5
    failures_per_hour: Positive = 6
    rail_raise_at: Positive = 8
    rail_shut_at: Positive = 12
    total_raise_at: Positive = 40
    total_shut_at: Positive = 70
    raised_minor: Positive = 2000
    guard_minutes: Positive = 15

    @field_validator("rail_shut_at", "total_shut_at")
    @classmethod
    def _shut_is_not_below_raised(cls, shut: int, info: ValidationInfo) -> int:
        before = str(info.field_name).replace("shut", "raise")
        if shut < info.data.get(before, shut):
            raise ValueError(f"must not be below limits.{before}")
        return shut

    @field_validator("total_raise_at")
    @classmethod
    def _one_rail_does_not_close_all(cls, total: int, info: ValidationInfo) -> int:
        if total <= info.data.get("rail_shut_at", 0):
            raise ValueError("must be above limits.rail_shut_at, or one rail under attack closes them all")
        return total


class Legal(Group):
    operator: Text = ""
    basis: Text = ""
    contact: Text = ""


class Logs(Group):
    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"
    most_alike: Annotated[Whole, Field(ge=0)] = 200


class Settings(BaseSettings):
    model_config = SettingsConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)

    telegram: Telegram = Telegram()
    database: Database = Database()
    web: Web = Web()
    owners: Annotated[tuple[Positive, ...], AfterValidator(each_once)] = ()
    language: Annotated[Text, AfterValidator(language_name)] = "zh-CN"
    timezone: Annotated[Text, AfterValidator(timezone_name)] = "Asia/Shanghai"
    quiet_hours: Annotated[Text, AfterValidator(hours)] = "22:00-08:00"
    tips: Tips = Tips()
    tabs: Tabs = Tabs()
    giving_days: GivingDays = GivingDays()
    rails: Rails = Rails()
    notices: Notices = Notices()
    subscriptions: Subscriptions = Subscriptions()
    matching: Matching = Matching()
    broadcasts: Broadcasts = Broadcasts()
    reconcile: Reconcile = Reconcile()
    limits: Limits = Limits()
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
    def webhook(self) -> bool:
        """Whether Telegram brings updates to us, instead of our fetching them."""
        if self.telegram.updates == "auto":
            return self.web.public_url.startswith("https://")
        return self.telegram.updates == "webhook"

    @property
    def quiet(self) -> tuple[dt.time, dt.time] | None:
        """When the night begins and ends, on the reader's clock; None for no quiet hours."""
        if not self.quiet_hours:
            return None
        begin, _, end = self.quiet_hours.partition("-")
        return dt.time.fromisoformat(begin), dt.time.fromisoformat(end)


def group_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def leaves(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if group := group_of(field):
            yield from leaves(group, f"{before}{name}.")
        else:
            yield before + name, field


def variable_of(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


FIELDS = dict(leaves(Settings))
SECRETS = frozenset(key for key, field in FIELDS.items() if SecretStr in get_args(field.annotation))
KEYS = tuple(dict.fromkeys(part for key in FIELDS for part in itertools.accumulate(key.split("."), "{}.{}".format)))
VARIABLES = {variable_of(key): key for key in FIELDS}
FILE_VARIABLES = {variable_of(key) + "_FILE": key for key in SECRETS | {"database.url"}}
