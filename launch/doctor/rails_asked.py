"""What the rails themselves say: is the key taken, in which mode, who tells us what, which accounts take payments.

Only questions are asked; nothing is made, charged or changed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from launch.doctor.checks import Status
from launch.doctor.rails import Remark
from settings import Settings

if TYPE_CHECKING:
    from payments.provider import Rail

WITHIN_S: Final = 10.0
CLOCK_WARN_S: Final = 60
CLOCK_FAIL_S: Final = 240
MOST_NAMED: Final = 5
_ADVICE: Final = {
    "SIGN_ERROR": "rails.wechat.merchant_key and rails.wechat.key_serial: do they belong together?",
    "NO_AUTH": "the merchant has no Native payment yet: 产品中心 at pay.weixin.qq.com",
    "APPID_MCHID_NOT_MATCH": "rails.wechat.appid: bind it to the merchant (产品中心 → AppID 账号管理)",
    "isv.invalid-signature": "rails.alipay.app_key: its public half has to stand at open.alipay.com, under this app",
    "isv.invalid-app-id": "rails.alipay.app_id: no app of this id; copy it from open.alipay.com",
    "api_key_refused": "rails.stripe.api_key: copy it again from the dashboard, or make a new one",
}


def clocks(behind: Mapping[str, float | None]) -> Iterator[Remark]:
    """Whether our clock, by which requests are signed and notices are believed, agrees with each rail's."""
    for name, seconds in behind.items():
        off = abs(round(seconds or 0))
        if off >= CLOCK_WARN_S:
            which = "behind" if (seconds or 0) > 0 else "ahead of"
            status = Status.FAIL if off >= CLOCK_FAIL_S else Status.WARN
            said = f"{name}: our clock is {off:,} s {which} its; what was signed 5 minutes off is not believed"
            yield Remark(status, said, "let the machine set its clock: timedatectl set-ntp true")


async def asked(settings: Settings) -> list[Remark]:
    """What each of the real rails with an API of its own says; at once, and within WITHIN_S."""
    asks = {"stripe": _stripe, "wechat": _by_a_look, "alipay": _by_a_look}
    names = [name for name in settings.rails.enabled if name in asks]

    async def ask(name: str) -> list[Remark]:
        from payments.provider import RailDown, RailRefused

        try:
            async with asyncio.timeout(WITHIN_S):
                return [remark async for remark in asks[name](settings, name)]
        except RailRefused as refused:
            code = str(refused)
            to_do = _ADVICE.get(code, f"look the code up in its documents, and see docs/rails.md ({name})")
            return [Remark(Status.FAIL, f"{name} refuses: {code}", to_do)]
        except (RailDown, TimeoutError):
            to_do = f"rails.{name}.api_base: something answers there, but not as {name} does: is the address right?"
            if name != "stripe":
                to_do += f" And is rails.{name}.public_key the provider's, so that its signature can be verified?"
            return [Remark(Status.FAIL, f"{name}: no usable answer", to_do)]

    return [remark for remarks in await asyncio.gather(*map(ask, names)) for remark in remarks]


async def _by_a_look(settings: Settings, name: str) -> AsyncIterator[Remark]:
    """Look up an order that nobody made: who gets the answer "not known" is known there, and signs as they should.

    What WeChat Pay signs is not seen by this: only its answers that say yes have to be verified.
    """
    from launch.service.china_rails import alipay_rail, wechat_rail
    from payments.provider import PaymentRef

    rail: Rail = (wechat_rail if name == "wechat" else alipay_rail)(settings)
    try:
        await rail.fetch(PaymentRef(uuid4(), None))
        both = "" if name == "wechat" else ", and we its"
        yield Remark(Status.OK, f"{name}: takes our signature{both}")
    finally:
        await rail.close()


async def _stripe(settings: Settings, name: str) -> AsyncIterator[Remark]:
    from payments.stripe_rail.calls import Calls

    of = settings.rails.stripe
    calls = Calls(api_base=of.api_base, api_key=of.api_key.get_secret_value() if of.api_key else "")
    try:
        live = (await calls.ask(calls.client.v1.balance.retrieve_async())).get("livemode")
        if live is not of.livemode:
            mode = "live" if live else "test"
            to_do = "rails.stripe.livemode: it belongs to the key, as the webhook endpoints do"
            yield Remark(Status.FAIL, f"stripe: the key is of {mode} mode, rails.stripe.livemode says otherwise", to_do)
            return
        async for remark in _endpoints(calls, settings):
            yield remark
        async for remark in _accounts(calls):
            yield remark
    finally:
        await calls.close()


async def _endpoints(calls: Any, settings: Settings) -> AsyncIterator[Remark]:
    """Whether Stripe tells us anything at all, and in the words of the version that we read."""
    from payments.provider import RailRefused
    from payments.stripe_rail.calls import API_VERSION

    ours = f"{settings.web.link_base}/hooks/stripe"
    listed = calls.client.v1.webhook_endpoints.list_async
    try:
        found = [one async for one in calls.each(lambda after: listed(_page(after)), 5) if one.get("url") == ours]
    except RailRefused:
        yield Remark(Status.NOTE, "stripe: a restricted key may not list webhook endpoints, so they were not looked at")
        return
    if not (on := [one for one in found if one.get("status") == "enabled"]):
        to_do = (
            f"docs/rails.md (Stripe): make two endpoints that lead to {ours}, and write their secrets into the settings"
        )
        # In test mode the events may come by the Stripe CLI.
        status = Status.FAIL if settings.rails.stripe.livemode else Status.WARN
        yield Remark(status, f"stripe: no enabled webhook endpoint leads to {ours}", to_do)
        return
    if len(on) < 2:
        to_do = f'make a second endpoint to {ours}, for "connected accounts"; its secret is connect_signing_secret'
        yield Remark(Status.WARN, "stripe: one webhook endpoint leads here, not two", to_do)
    versions = {str(one["api_version"]) for one in on if one.get("api_version")}
    if versions - {API_VERSION}:
        other = ", ".join(sorted(versions - {API_VERSION}))
        to_do = f"make the endpoint again with API version {API_VERSION}"
        yield Remark(Status.WARN, f"stripe: an endpoint speaks {other}, we read {API_VERSION}", to_do)


async def _accounts(calls: Any) -> AsyncIterator[Remark]:
    """Organisations' accounts that can't be paid to."""
    listed = calls.client.v1.accounts.list_async
    every = [one async for one in calls.each(lambda after: listed(_page(after)), 5)]
    shut = [str(one["id"]) for one in every if not one.get("charges_enabled")]
    if not shut:
        yield Remark(Status.OK, f"stripe: {len(every)} connected accounts take payments")
        return
    named = ", ".join(shut[:MOST_NAMED]) + (" …" if len(shut) > MOST_NAMED else "")
    said = f"stripe: {len(shut)} of {len(every)} connected accounts take no payments: {named}"
    yield Remark(Status.WARN, said, "/org connect in the chat says what Stripe still asks of each, with the link")


def _page(after: str | None) -> dict[str, Any]:
    return {"limit": 100} | ({"starting_after": after} if after is not None else {})
