"""WeChat Pay and Alipay as an operator switches them on: what is asked for, what is built, what a wrong key says."""

import pytest

from giving.rails import Holder, Shown
from launch.doctor import machine
from launch.doctor.checks import Status
from launch.failures import StartFailed
from launch.service.rails import rails_of
from settings import Settings, load, missing_for_run
from tests.payments.alipay.gateway import APP_ID, SELLER_ID
from tests.payments.china import key_of
from tests.payments.wechat.gateway import APIV3_KEY, APPID, KEY_SERIAL, MCHID, PUBLIC_KEY_ID

TOKEN = "123456789:AAF-example_of_a_bot_token_0123456789"
BOTH = {"YIZAN_RAILS__ENABLED": "alipay,wechat", "YIZAN_TELEGRAM__TOKEN": TOKEN}


def complete() -> dict[str, str]:
    wechat = {
        "MCHID": MCHID, "APPID": APPID, "KEY_SERIAL": KEY_SERIAL, "PUBLIC_KEY_ID": PUBLIC_KEY_ID,
        "APIV3_KEY": APIV3_KEY,
        "PUBLIC_KEY": key_of("WeChat Pay").public_pem, "MERCHANT_KEY": key_of("merchant of WeChat Pay").private_pem,
        "ACCOUNT_OF": "organisation", "PAGE": "h5",
    }  # fmt: skip
    alipay = {
        "APP_ID": APP_ID, "SELLER_ID": SELLER_ID, "PUBLIC_KEY": key_of("Alipay").public_pem,
        "APP_KEY": key_of("app of Alipay").private_pem,
    }  # fmt: skip
    return (
        {f"YIZAN_RAILS__WECHAT__{name}": value for name, value in wechat.items()}
        | {f"YIZAN_RAILS__ALIPAY__{name}": value for name, value in alipay.items()}
        | {"YIZAN_WEB__PUBLIC_URL": "https://give.example"}
        | BOTH
    )


def test_run_asks_for_all_that_these_rails_need():
    lines = missing_for_run(load(None, BOTH))
    assert [line.partition(":")[0] for line in lines] == [
        "rails.alipay.app_id", "rails.alipay.seller_id", "rails.alipay.public_key", "rails.alipay.app_key",
        "rails.alipay", "rails.wechat.mchid", "rails.wechat.appid", "rails.wechat.key_serial",
        "rails.wechat.public_key_id", "rails.wechat.public_key", "rails.wechat.merchant_key", "rails.wechat.apiv3_key",
        "rails.wechat",
    ]  # fmt: skip
    assert missing_for_run(load(None, complete())) == []


def built(environ: dict[str, str]) -> Settings:
    return load(None, environ)


async def test_they_are_built_as_they_are_set():
    rails = rails_of(built(complete()))
    wechat, alipay = rails["wechat"].capabilities, rails["alipay"].capabilities
    assert (wechat.holder, wechat.shown) == (Holder.ORGANISATION, Shown.LINK)
    assert (alipay.holder, alipay.shown) == (Holder.OPERATOR, Shown.QR)
    for rail in rails.values():
        await rail.close()


@pytest.mark.parametrize("name", ["WECHAT__MERCHANT_KEY", "WECHAT__PUBLIC_KEY", "ALIPAY__APP_KEY"])
def test_a_key_that_is_none_ends_the_start_with_its_name(name: str):
    setting = f"rails.{name.lower().replace('__', '.')}"
    with pytest.raises(StartFailed, match=setting) as failure:
        rails_of(built(complete() | {f"YIZAN_RAILS__{name}": "hunter2"}))
    assert "hunter2" not in str(failure.value)


def test_doctor_tells_a_key_that_is_none():
    assert machine.rails(built(complete()), None).status is Status.OK
    check = machine.rails(built(complete() | {"YIZAN_RAILS__WECHAT__MERCHANT_KEY": "hunter2"}), None)
    assert check.status is Status.FAIL
    assert check.found.startswith("rails.wechat.merchant_key: ")
    assert "hunter2" not in f"{check.found}{check.to_do}"
