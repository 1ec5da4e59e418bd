"""Saved cards, and organisations' accounts, against our Stripe."""

from dataclasses import replace

import pytest

from giving.payments import EventKind, PaymentState
from payments.provider import PaymentRef, RailRefused
from payments.stripe_rail import StripeRail
from storage.ids import new_id
from tests.payments.stripe.our_books import DONOR_EMAIL
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import ANNA, BACK, BEN, brief, events_in, read, ref, wish

USD, CNY = "USD", "CNY"


async def test_a_card_is_saved_charged_without_the_donor_and_forgotten(our: OurStripe, rail: StripeRail):
    saving = wish()
    page = await rail.save_method(saving, key="s")
    setup = our.books.save(page.their_id)
    assert brief(read(rail, our)) == [(EventKind.SAVED, setup["id"], None)] * 2
    found = await rail.fetch(ref(saving, page.their_id))
    assert found.state is PaymentState.PAID
    (saved,) = events_in(rail, found)
    method = saved.method
    assert method is not None
    assert (saved.reference, method.label, method.account) == (saving.reference, "Visa …4242", ANNA)

    intent = wish(5000)
    link = await rail.charge_saved(intent, method, key="c")
    assert (link.their_id[:3], link.url) == ("pi_", "")
    (paid,) = read(rail, our)
    assert (paid.kind, paid.their_id, paid.reference) == (EventKind.PAID, link.their_id, intent.reference)
    assert (await rail.fetch(ref(intent, link.their_id))).state is PaymentState.PAID
    assert (await rail.fetch(ref(intent, None))).their_id == link.their_id, "by our id, without a page"
    with pytest.raises(RailRefused, match="method_of_another_account"):
        await rail.charge_saved(wish(account=BEN), method, key="c2")

    (donor,) = our.books.all_of("customer", ANNA)
    assert (donor["id"], donor["email"]) == (method.customer, DONOR_EMAIL)
    await rail.forget_method(method)
    assert our.books.all_of("customer", ANNA) == [], "their e-mail goes with the card"
    await rail.forget_method(method)
    with pytest.raises(RailRefused):
        await rail.charge_saved(wish(), method, key="c3")


async def test_a_saved_card_that_is_declined_is_refused_at_once_and_told_too(our: OurStripe, rail: StripeRail):
    page = await rail.save_method(wish(), key="s")
    our.books.save(page.their_id, "0341")
    (saved,) = events_in(rail, await rail.fetch(PaymentRef(new_id(), page.their_id, ANNA)))
    read(rail, our)
    assert saved.method is not None
    intent = wish()
    with pytest.raises(RailRefused, match=r"^card_declined$"):
        await rail.charge_saved(intent, saved.method, key="c")
    (declined,) = read(rail, our)
    assert (declined.kind, declined.reference) == (EventKind.DECLINED, intent.reference)


async def test_an_organisation_connects_its_account_by_a_page(our: OurStripe, rail: StripeRail):
    account = await rail.open_account("希望图书基金会", "HK", key="org:1")
    assert await rail.open_account("希望图书基金会", "HK", key="org:1") == account
    assert (account.ready, account.asks) == (False, ("business_profile.url", "external_account"))
    url = await rail.account_link(account.their_id, return_url=BACK, again_url=BACK)
    assert url.endswith(account.their_id)
    for ready in (True, False):
        our.books.papers(account.their_id, ready=ready)
        (event,) = read(rail, our)
        assert (event.kind, event.account, event.ready) == (EventKind.ACCOUNT, account.their_id, ready)
        assert (await rail.account(account.their_id)).ready is ready
    our.books.papers(account.their_id, ready=True)
    our.books.things[account.their_id]["controller"]["fees"]["payer"] = "account"
    assert await rail.account(account.their_id) == replace(account, ready=False, asks=("controller.fees.payer",))
