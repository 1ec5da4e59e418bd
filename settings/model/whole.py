"""All settings together."""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from settings.kinds import Positive, Text, each_once, hours, language_name, timezone_name
from settings.model.giving import GivingDays, Matching, Pledges, Tabs, Tips
from settings.model.guarding import Limits, Reconcile
from settings.model.messages import Broadcasts, Notices, Subscriptions
from settings.model.rails import Rails
from settings.model.serving import Database, Legal, Logs, Web
from settings.model.telegram import Telegram


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
    pledges: Pledges = Pledges()
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
