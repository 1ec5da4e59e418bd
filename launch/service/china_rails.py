"""WeChat Pay and Alipay from the settings; each library is imported with its rail, and only then."""

from datetime import timedelta

from pydantic import SecretStr

from giving.rails import Holder
from launch.failures import StartFailed
from payments.provider import Rail
from settings import Settings


def wechat_rail(settings: Settings) -> Rail:
    """The rail `wechat`. Raises: StartFailed, naming the setting, for a key that is none."""
    from payments.wechat_rail import Merchant, WeChatRail

    of = settings.rails.wechat
    merchant = Merchant(
        mchid=of.mchid, appid=of.appid, key_serial=of.key_serial, public_key_id=of.public_key_id,
        public_key=of.public_key, merchant_key=_said(of.merchant_key), apiv3_key=_said(of.apiv3_key),
    )  # fmt: skip
    try:
        return WeChatRail(
            merchant, notify_url=_hook(settings, "wechat"), api_base=of.api_base,
            pages=f"{settings.web.link_base}/pay/wechat" if of.page == "h5" else None,
            lasts=timedelta(minutes=of.open_minutes), holder=Holder(of.account_of),
        )  # fmt: skip
    except ValueError as error:
        raise StartFailed(str(error)) from None


def alipay_rail(settings: Settings) -> Rail:
    """The rail `alipay`. Raises: StartFailed, naming the settings, for keys that are none."""
    from payments.alipay_rail import AlipayRail, Merchant

    of = settings.rails.alipay
    merchant = Merchant(
        app_id=of.app_id, seller_id=of.seller_id, public_key=of.public_key, app_key=_said(of.app_key)
    )  # fmt: skip
    try:
        return AlipayRail(
            merchant, notify_url=_hook(settings, "alipay"), api_base=of.api_base, wap=of.page == "wap",
            lasts=timedelta(minutes=of.open_minutes), holder=Holder(of.account_of),
        )  # fmt: skip
    except ValueError as error:
        raise StartFailed(str(error)) from None


def _hook(settings: Settings, name: str) -> str:
    return f"{settings.web.link_base}/hooks/{name}"


def _said(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
