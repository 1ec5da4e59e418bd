"""The rails that the settings switch on."""

from datetime import timedelta

from giving.money import Money
from giving.stars import STARS
from launch.service.china_rails import alipay_rail, wechat_rail
from launch.telegram_rails import rate_of
from payments.provider import Rail
from payments.sandbox import SandboxRail
from payments.sandbox_card import SandboxCardRail
from payments.stars_rail import StarsRail, TokenRail
from settings import Settings


def rails_of(settings: Settings) -> dict[str, Rail]:
    """The rails that are switched on by name."""
    rails: dict[str, Rail] = {}
    if "sandbox" in settings.rails.enabled:
        rails |= _sandbox(settings)
    if "stripe" in settings.rails.enabled:
        rails["stripe"] = _stripe(settings)
    if "wechat" in settings.rails.enabled:
        rails["wechat"] = wechat_rail(settings)
    if "alipay" in settings.rails.enabled:
        rails["alipay"] = alipay_rail(settings)
    if "stars" in settings.rails.enabled:
        rails["stars"] = StarsRail(rate_of(settings) if settings.tips.currency != STARS else None)
    if "telegram" in settings.rails.enabled:
        telegram, currency = settings.rails.telegram, settings.tips.currency
        rails["telegram"] = TokenRail(
            provider_token=telegram.provider_token.get_secret_value() if telegram.provider_token else "",
            least=Money(telegram.least_minor, currency),
            most=Money(telegram.most_minor, currency),
        )
    return rails


def _sandbox(settings: Settings) -> dict[str, Rail]:
    """Its wallet, and its card where that is wanted."""
    its = settings.rails.sandbox
    kinds = [SandboxRail, SandboxCardRail] if its.card else [SandboxRail]
    return {
        kind.name: kind(
            api_base=its.api_base,
            key=its.key.get_secret_value() if its.key else "",
            webhook_secret=its.webhook_secret.get_secret_value() if its.webhook_secret else "",
        )
        for kind in kinds
    }


def _stripe(settings: Settings) -> Rail:
    from payments.stripe_rail import Mode, Modes, StripeRail, StripeWords  # its library is loaded where it is used

    stripe = settings.rails.stripe
    return StripeRail(
        StripeWords(
            api_key=stripe.api_key.get_secret_value() if stripe.api_key else "",
            secrets=[one.get_secret_value() for one in (stripe.signing_secret, stripe.connect_signing_secret) if one],
            least=stripe.least_minor.model_dump(),
            api_base=stripe.api_base,
            livemode=stripe.livemode,
            modes=Modes(Mode(stripe.mode), {account: Mode(mode) for account, mode in stripe.mode_by_account.items()}),
            methods=stripe.methods,
            page_life=timedelta(minutes=stripe.page_minutes),
        )
    )
