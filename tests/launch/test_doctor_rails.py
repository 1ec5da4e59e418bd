"""What doctor finds out about each rail: by itself, and by asking a Stripe, a WeChat Pay and an Alipay of ours."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from launch.doctor import machine, rails_asked
from launch.doctor.checks import Check, Status
from launch.doctor.rails import Remark, seen
from payments.stripe_rail.calls import API_VERSION, Calls
from settings import Settings
from settings.model import STARS_ACKNOWLEDGED
from tests.payments.alipay.gateway import APP_ID, SELLER_ID, AlipayGateway
from tests.payments.china import Clock, key_of, served
from tests.payments.stripe import our_stripe
from tests.payments.stripe.our_books import Refusal
from tests.payments.stripe.our_stripe import API_KEY, OurStripe
from tests.payments.wechat.gateway import APIV3_KEY, APPID, KEY_SERIAL, MCHID, PUBLIC_KEY_ID, WeChatGateway

PUBLIC = "https://give.example"
HOOK = f"{PUBLIC}/hooks/stripe"
STRIPE = {
    "api_key": API_KEY, "signing_secret": "whsec_00000001", "connect_signing_secret": "whsec_00000002",
}  # fmt: skip
WECHAT = {
    "mchid": MCHID, "appid": APPID, "key_serial": KEY_SERIAL, "public_key_id": PUBLIC_KEY_ID, "apiv3_key": APIV3_KEY,
    "public_key": key_of("WeChat Pay").public_pem, "merchant_key": key_of("merchant of WeChat Pay").private_pem,
}  # fmt: skip
ALIPAY = {
    "app_id": APP_ID, "seller_id": SELLER_ID, "public_key": key_of("Alipay").public_pem,
    "app_key": key_of("app of Alipay").private_pem,
}  # fmt: skip


def settings(*, tips: dict[str, Any] | None = None, tabs: dict[str, Any] | None = None, **rails: Any) -> Settings:
    """With these rails switched on."""
    every = {"enabled": list(rails)} | rails
    given = {"rails": every, "web": {"public_url": PUBLIC}, "tips": tips or {}, "tabs": tabs or {}}
    return Settings.model_validate(given)


def bad(remarks: list[Remark]) -> list[tuple[Status, str]]:
    assert all(remark.to_do for remark in remarks if remark.status in (Status.WARN, Status.FAIL))
    return [(one.status, one.said) for one in remarks if one.status in (Status.WARN, Status.FAIL)]


# --- without asking --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rail", "change", "status", "says"), [
    ("stripe", {"signing_secret": "sk_test_1"}, Status.WARN, "rails.stripe.signing_secret does not look like one"),
    ("stripe", {"signing_secret": "whsec_00000002"}, Status.WARN, "both webhook secrets are the same"),
    ("wechat", {"mchid": "19"}, Status.WARN, "rails.wechat.mchid does not look like one"),
    ("wechat", {"appid": APP_ID}, Status.WARN, "rails.wechat.appid does not look like one"),
    ("wechat", {"key_serial": PUBLIC_KEY_ID}, Status.WARN, "rails.wechat.key_serial does not look like one"),
    ("wechat", {"public_key_id": KEY_SERIAL}, Status.WARN, "rails.wechat.public_key_id does not look like one"),
    ("wechat", {"public_key": key_of("merchant of WeChat Pay").public_pem}, Status.FAIL,
     "rails.wechat.public_key is the other half of your own key"),
    ("alipay", {"app_id": SELLER_ID[:10]}, Status.WARN, "rails.alipay.app_id does not look like one"),
    ("alipay", {"seller_id": APP_ID}, Status.WARN, "rails.alipay.seller_id does not look like one"),
    ("alipay", {"public_key": key_of("app of Alipay").public_pem}, Status.FAIL,
     "rails.alipay.public_key is the other half of your own key"),
])  # fmt: skip
def test_ids_and_keys_that_can_not_be_right(rail: str, change: dict[str, str], status: Status, says: str):
    right = {"stripe": STRIPE, "wechat": WECHAT, "alipay": ALIPAY}[rail]
    assert bad([*seen(settings(**{rail: right}))]) == []
    ((found, said),) = bad([*seen(settings(**{rail: right | change}))])
    assert found is status
    assert says in said


def test_alipays_bare_keys_are_looked_at_too():
    own = "".join(key_of("app of Alipay").public_pem.splitlines()[1:-1])
    assert [said for _, said in bad([*seen(settings(alipay=ALIPAY | {"public_key": own}))])] == [
        "rails.alipay.public_key is the other half of your own key"
    ]


@pytest.mark.parametrize(("tips", "tabs", "found"), [
    ({}, {}, ["stripe: below 4.00 CNY a gift goes on the tab"]),
    ({"least_minor": 400, "presets_minor": [400]}, {"settle_at_minor": 100}, []),
    ({}, {"settle_at_minor": 300}, [
        "stripe: below 4.00 CNY a gift goes on the tab",
        "stripe: tabs.settle_at_minor is below what it carries, so a tab waits for 4.00 CNY"]),
    ({"currency": "XTR"}, {}, ["stripe: carries no XTR"]),
])  # fmt: skip
def test_the_smallest_gift_and_the_tab_against_what_a_rail_carries(
    tips: dict[str, Any], tabs: dict[str, Any], found: list[str]
):
    assert [remark.said for remark in seen(settings(tips=tips, tabs=tabs, stripe=STRIPE))] == found


def test_chinas_rails_carry_yuan_only():
    for name, words in (("wechat", WECHAT), ("alipay", ALIPAY)):
        assert bad([*seen(settings(tips={"currency": "USD"}, **{name: words}))]) == [
            (Status.FAIL, f"{name}: carries CNY only, and tips.currency is USD")
        ]


def test_stars_say_at_which_rate_they_are_shown_and_want_the_sentence():
    of = {"acknowledged": STARS_ACKNOWLEDGED}
    check = machine.rails(settings(tips={"currency": "XTR"}, stars=of), None)
    assert (check.status, "8 Stars are shown as 1.00 CNY" in check.found) == (Status.OK, True)
    check = machine.rails(settings(tips={"currency": "XTR"}, stars={}), None)
    assert (check.status, "rails.stars.acknowledged" in check.found) == (Status.FAIL, True)


def test_the_worst_comes_first_and_everything_to_do_is_said():
    told = [Remark(Status.WARN, "stripe: a", "do a"), Remark(Status.FAIL, "stripe: b", "do b"), Remark(Status.OK, "c")]
    check = machine.rails(settings(stripe=STRIPE), [], told)
    assert check.found == "stripe: b"
    assert (check.status, check.to_do.splitlines()[:2]) == (Status.FAIL, ["do b", "do a"])
    silent = machine.rails(settings(stripe=STRIPE), ["stripe"])
    assert (silent.status, "stripe: no answer" in silent.found) == (Status.FAIL, True)
    assert "rails.stripe.api_base" in silent.to_do


@pytest.mark.parametrize(("behind", "status"), [
    (None, None), (59, None), (-61, Status.WARN), (239, Status.WARN), (-241, Status.FAIL),
])  # fmt: skip
def test_our_clock_against_theirs(behind: float | None, status: Status | None):
    found = bad([*rails_asked.clocks({"wechat": behind})])
    assert [one for one, _ in found] == ([status] if status else [])


# --- asking ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def our() -> AsyncIterator[OurStripe]:
    """A Stripe of ours, with both endpoints and one account."""
    stripe = OurStripe()
    await stripe.start()
    for _ in range(2):
        endpoint(stripe)
    stripe.books.put("acct", "account", None, charges_enabled=True)
    yield stripe
    await stripe.close()
    assert stripe.wrong == [], "requests that the library's types don't allow"


def endpoint(stripe: OurStripe, **change: Any) -> None:
    about = {"url": HOOK, "status": "enabled", "api_version": API_VERSION, "livemode": False}
    stripe.books.put("we", "webhook_endpoint", None, **about | change)


async def of_stripe(our: OurStripe, **change: Any) -> list[Remark]:
    return await rails_asked.asked(settings(stripe=STRIPE | {"api_base": our.url} | change))


def things(our: OurStripe, kind: str) -> list[dict[str, Any]]:
    return [thing for thing in our.books.things.values() if thing["object"] == kind]


async def test_a_stripe_that_is_set_up_is_well(our: OurStripe):
    (remark,) = await of_stripe(our)
    assert (remark.status, remark.said) == (Status.OK, "stripe: 1 connected accounts take payments")
    assert {method for method, *_ in our.asked} == {"GET"}, "doctor changes nothing"


def _live(our: OurStripe) -> None:
    our.books.live = True


def _one_endpoint(our: OurStripe) -> None:
    things(our, "webhook_endpoint")[0]["status"] = "disabled"


def _elsewhere(our: OurStripe) -> None:
    for one in things(our, "webhook_endpoint"):
        one["url"] = "https://other.example/hooks/stripe"


def _old(our: OurStripe) -> None:
    things(our, "webhook_endpoint")[0]["api_version"] = "2024-06-20"


def _shut(our: OurStripe) -> None:
    things(our, "account")[0]["charges_enabled"] = False


@pytest.mark.parametrize(("spoil", "status", "says"), [
    (_live, Status.FAIL, "the key is of live mode"),
    (_one_endpoint, Status.WARN, "one webhook endpoint leads here, not two"),
    (_elsewhere, Status.WARN, f"no enabled webhook endpoint leads to {HOOK}"),
    (_old, Status.WARN, f"an endpoint speaks 2024-06-20, we read {API_VERSION}"),
    (_shut, Status.WARN, "1 of 1 connected accounts take no payments: acct_"),
])  # fmt: skip
async def test_what_is_wrong_at_stripe(our: OurStripe, spoil: Callable[[OurStripe], None], status: Status, says: str):
    spoil(our)
    ((found, said),) = bad(await of_stripe(our))
    assert found is status
    assert says in said


async def test_in_live_mode_nothing_works_without_an_endpoint(our: OurStripe):
    _elsewhere(our)
    live = settings(stripe=STRIPE | {"api_key": "sk_live_0", "livemode": True})
    calls = Calls(api_base=our.url, api_key=API_KEY)
    assert [remark.status async for remark in rails_asked._endpoints(calls, live)] == [Status.FAIL]
    await calls.close()


async def test_a_key_that_stripe_does_not_know_or_that_may_not_look(our: OurStripe, monkeypatch: pytest.MonkeyPatch):
    assert bad(await of_stripe(our, api_key="sk_test_wrong")) == [(Status.FAIL, "stripe refuses: api_key_refused")]

    def may_not(*_: object) -> None:
        raise Refusal(403, None)

    monkeypatch.setitem(our_stripe.ANSWERS, ("GET", "/v1/webhook_endpoints"), may_not)
    remarks = await of_stripe(our)
    assert bad(remarks) == []
    assert "may not list webhook endpoints" in remarks[0].said


async def test_what_answers_but_is_no_stripe(our: OurStripe):
    our.faults.extend([our_stripe.NOT_JSON] * 4)
    assert bad(await of_stripe(our)) == [(Status.FAIL, "stripe: no usable answer")]


@pytest.mark.parametrize(("change", "found"), [
    ({}, []),
    ({"merchant_key": key_of("somebody").private_pem}, [(Status.FAIL, "wechat refuses: SIGN_ERROR")]),
])  # fmt: skip
async def test_wechat_pay_takes_our_signature(change: dict[str, str], found: list[tuple[Status, str]]):
    gateway = WeChatGateway(Clock())
    async with served(gateway.app()) as gateway.base:
        remarks = await rails_asked.asked(settings(wechat=WECHAT | {"api_base": gateway.base} | change))
        assert bad(remarks) == found
        assert gateway.orders == {}


@pytest.mark.parametrize(("change", "found"), [
    ({}, []),
    ({"app_key": key_of("somebody").private_pem}, [(Status.FAIL, "alipay refuses: isv.invalid-signature")]),
    ({"public_key": key_of("somebody").public_pem}, [(Status.FAIL, "alipay: no usable answer")]),
])  # fmt: skip
async def test_alipay_takes_our_signature_and_we_its(change: dict[str, str], found: list[tuple[Status, str]]):
    gateway = AlipayGateway(Clock())
    async with served(gateway.app()) as gateway.base:
        words = ALIPAY | {"api_base": f"{gateway.base}/gateway.do"} | change
        assert bad(await rails_asked.asked(settings(alipay=words))) == found


async def test_all_of_it_is_one_check(monkeypatch: pytest.MonkeyPatch):
    from launch import doctor

    async def hello(request: web.Request) -> web.Response:
        return web.Response(headers={"Date": "Sun, 22 Nov 2020 04:00:00 GMT"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", hello)
    async with served(app) as base:
        check: Check = await doctor._rails(settings(stripe=STRIPE | {"api_base": base}), offline=False)
    assert check.status is Status.FAIL
    assert "stripe: our clock is" in check.found
    assert "stripe: no usable answer" in check.found
    nobody = await doctor._rails(settings(stripe=STRIPE | {"api_base": "http://127.0.0.1:9"}), offline=False)
    assert nobody.found.startswith("stripe: no answer")
    offline = await doctor._rails(settings(stripe=STRIPE), offline=True)
    assert "(not asked)" in offline.found
