"""A code to be scanned: WeChat Pay with its own library, against a gateway of ours on loopback."""

import asyncio
import threading
from typing import Final

from tests.payments.china import Clock, key_of, served
from tests.payments.wechat.gateway import APIV3_KEY, APPID, KEY_SERIAL, MCHID, PUBLIC_KEY_ID, WeChatGateway
from tools.pictures.camera import View
from tools.pictures.cast import Cast, Scene, bot_of


def gateway() -> str:
    """Where one listens until the program ends."""
    listening = threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with served(WeChatGateway(Clock()).app()) as base:
            found.append(base)
            listening.set()
            await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    if not listening.wait(30):
        raise RuntimeError("the gateway does not listen")
    return found[0]


def by_wechat(cast: Cast) -> None:
    """From now on WeChat Pay is the one rail there is."""
    settings = {
        "api_base": gateway(), "mchid": MCHID, "appid": APPID, "key_serial": KEY_SERIAL, "public_key_id": PUBLIC_KEY_ID,
        "public_key": key_of("WeChat Pay").public_pem, "apiv3_key": APIV3_KEY,
        "merchant_key": key_of("merchant of WeChat Pay").private_pem,
    }  # fmt: skip
    rail = {f"YIZAN_RAILS__WECHAT__{name.upper()}": value for name, value in settings.items()}
    cast.stage.bot.close()
    cast.stage.set(
        YIZAN_RAILS__ENABLED="wechat", YIZAN_WEB__PUBLIC_URL="https://give.example",
        YIZAN_TELEGRAM__UPDATES="polling", **rail,
    )  # fmt: skip
    cast.stage.start_bot()
    cast.stage.ready()


def picture(cast: Cast) -> View:
    by_wechat(cast)
    said = cast.follower.ask("/give")
    cast.follower.tap(said, cast.title("spring"))
    said = cast.follower.wait_at(said, lambda m: m.has("¥1"))
    cast.follower.tap(said, "¥1")
    cast.held["code"] = cast.follower.wait(cast.has("button-code", amount="¥1"), after=said.id)
    cast.follower.tap(cast.held["code"], cast.words("button-code", amount="¥1"))
    cast.follower.wait(lambda m: m.media is not None, after=cast.held["code"].id)
    return bot_of("follower")


SCENES: Final = (Scene("code-picture", picture),)
