"""Saving a card: on whose account it stays, and that nobody tries cards that way."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest

from giving.budgets import Guard
from giving.errors import PayingPaused, PayingTooOften, RailUnavailable, TooFast
from giving.payments import EventKind, SavedMethod
from giving.people import Person
from payments.provider import PaymentIntent, PaymentLink, PaymentRef
from services.guard_payments import PaymentGuard
from services.links import Links
from services.payments import PaymentService
from services.rails.methods import MethodService
from services.settlement import Settler
from storage.budgets import rail_guard
from storage.methods import RailAccount
from tests.rails import event
from tests.services.test_tabs import Tabs, house, house_of  # noqa: F401 (a fixture)
from tests.services.test_tabs_together import SharedRail
from tests.world import World


class Saving:
    """Somebody before the page of a rail that saves cards; which pages were made and closed."""

    def __init__(self, of: Tabs) -> None:
        self.house, self.world = of, of.world
        self.pages: list[PaymentIntent] = []
        self.closed: list[PaymentRef] = []
        self.serial = 0
        self.guard = PaymentGuard(self.world.unit, of.rails, now=self.world.time)
        links = Links("http://127.0.0.1:8081", "yizan_bot")
        self.methods = MethodService(
            self.world.unit, of.rails, links, "zh-CN", guard=self.guard, now=self.world.time
        )  # fmt: skip
        settler = Settler(
            self.world.unit, of.rails, wakes=self.world.wakes, digest_every=timedelta(minutes=10), guard=self.guard,
            now=self.world.time,
        )  # fmt: skip
        self.payments = PaymentService(self.world.unit, of.rails.values(), settler)
        of.card.save_method = self._page  # type: ignore[method-assign]
        of.card.cancel_payment = self._close  # type: ignore[method-assign]

    async def _page(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        self.pages.append(intent)
        return PaymentLink("cs_1", "https://pay.example/save")

    async def _close(self, payment: PaymentRef) -> None:
        self.closed.append(payment)

    async def ask(self, person: Person) -> None:
        (card,) = (await self.house.tabs.view(person)).cards
        await self.methods.save_link(card.tab.id, person)

    async def declined(self, reference: UUID | None = None) -> None:
        """The rail says by its webhook that the card on the newest page was."""
        self.serial += 1
        body = event(EventKind.NOT_SAVED, reference or self.pages[-1].reference, f"evt_{self.serial}", minor=None)
        await self.payments.receive("card", body, {"Signature": "paper"})
        await self.payments.settle_pending()
        await self.guard.idle()


@pytest.fixture
async def saving(house: Tabs) -> Saving:  # noqa: F811
    found = Saving(house)
    await house.promise(found.world.alice, "1")
    return found


async def test_a_card_stays_on_the_account_it_was_saved_on(saving: Saving):
    """The platform's, with destination charges; and the old one's, where an organisation has a new account since."""
    world = saving.world
    for account in (None, "acct_old"):
        async with world.unit() as work:
            method = await work.methods.ask(world.alice.id, world.library.organisation.id, "card", now=world.time())
            kept = SavedMethod("cus_1", "pm_1", "Visa …4242", account)
            assert await work.methods.saved(method, kept, now=world.time())
            await work.accounts.keep(
                RailAccount(world.library.organisation.id, "card", "acct_new", True), now=world.time()
            )
            assert (await work.methods.of(world.alice.id))[0].method == kept


async def test_for_an_organisation_that_is_not_connected_no_card_is_saved(world: World):
    """It would be saved with the operator, and could not be charged for the organisation."""
    rail = SharedRail()
    saving = Saving(house_of(world, rail))
    async with world.unit() as work:
        whose = (world.alice.id, world.library.organisation.id, "CNY")
        tab = (await work.tabs.open_many({whose: "card"}, now=world.time()))[whose]
    with pytest.raises(RailUnavailable):
        await saving.methods.save_link(tab, world.alice)
    assert saving.pages == []
    async with world.unit() as work:
        account = RailAccount(world.library.organisation.id, "card", "acct_1", ready=True)
        await work.accounts.keep(account, now=world.time())
    await saving.methods.save_link(tab, world.alice)
    assert [page.account for page in saving.pages] == ["acct_1"]


async def test_pages_that_save_cards_are_as_few_as_pages_that_take_money(saving: Saving):
    for _ in range(100):
        with suppress(TooFast):
            await saving.ask(saving.world.alice)
    assert 0 < len(saving.pages) <= 20


async def test_cards_that_are_not_saved_count_like_payments_that_fail_and_the_page_is_closed(saving: Saving):
    world = saving.world
    await saving.ask(world.alice)
    for _ in range(40):  # in a row
        await saving.declined()
    assert saving.closed[0].reference == saving.pages[0].reference
    with pytest.raises(PayingTooOften):
        await saving.ask(world.alice)
    async with world.unit() as work:  # and not by a gift either
        assert await saving.guard.allow_saving(work, world.alice.id, "card") is not None
        assert await saving.guard.allow_saving(work, world.bob.id, "paper") is None


async def test_a_decline_on_a_page_we_know_nothing_of_harms_nobody(saving: Saving):
    await saving.ask(saving.world.alice)
    for _ in range(40):
        await saving.declined(saving.world.alice.id)
    await saving.ask(saving.world.alice)
    assert not saving.closed


async def test_while_only_larger_gifts_are_let_through_no_card_is_saved(saving: Saving):
    world = saving.world
    async with world.unit() as work:
        in_15 = world.time() + timedelta(minutes=15)
        raised = Guard(whole_at=in_15, raised_until=in_15)
        await work.budgets.put({rail_guard("card"): raised})
    with pytest.raises(PayingPaused) as refused:
        await saving.ask(world.alice)
    assert refused.value.args_for_message == {"minutes": 15}
    assert not saving.pages
