"""What is held about somebody, and that all of it goes when they leave, while the books stay as they are."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from giving.creators import ChatState
from giving.errors import NotYours
from giving.payments import EventKind
from giving.people import Person, Role, Visibility, Visitor
from giving.subscriptions import Often, SubscriptionKind
from giving.tips import OfferRequest, TipState
from services.dialogs import DialogService
from services.ledger import LedgerService
from services.privacy import PrivacyService
from services.rails import Rails
from storage.ids import new_id
from storage.tables import chat_managers, chats, metadata, outbox, posts, provider_events, slots, thanks
from storage.work import UnitOfWork
from tests.rails import event
from tests.world import World, cny

# Somebody whose every trace can be told from other text.
DORA = Visitor(770077007700, "Dora Sprinkle", "dora_sprinkle", "en-GB")
NEEDLES = ("770077007700", "Sprinkle", "sprinkle")


@pytest.fixture
async def dora(world: World) -> Person:
    """A follower who did everything one can do, and runs a chat besides."""
    dora = await world.people.meet(DORA, started=True)
    owner = await world.people.meet(Visitor(1003, "Owner"), started=True)
    await world.people.grant(owner, dora.telegram_id, Role.ADMIN)
    await world.people.choose_language(dora, "en")
    await world.privacy.thank_by_name(dora, True)
    for kind in SubscriptionKind:
        await world.subscriptions.choose(dora, kind, Often.ALL)
    for number, visibility in enumerate(Visibility, 1):
        wish = OfferRequest(f"msg:{dora.telegram_id}:{number}", dora.id, cny("5"), post=world.post.id)
        tip = await world.tips.offer(wish)
        await world.tips.choose_visibility(tip.id, dora, visibility)
        await world.pay(tip, dora, charge=f"ch_{number}", name=DORA.name, email="dora@sprinkle.example")
    unpaid = await world.tip(dora, "10", key="callback-of-dora")
    await world.tips.payment_link(unpaid.id, dora)
    await world.tips.card_shown(unpaid.id, 4711)
    await DialogService(world.unit, now=world.time).put(f"1:{DORA.telegram_id}:{DORA.telegram_id}:0:default", "x", {})
    await belongings(world, dora)
    return await world.people.meet(DORA, started=True)


async def belongings(world: World, dora: Person) -> None:
    """A chat, a slot, a message of hers in a group that was tipped."""
    now = world.time()
    mine: dict[str, Any] = {
        "kind": "channel", "title": "Garden", "bot_present": True, "bot_can_post": True, "bot_can_edit": True,
        "seen_at": now, "project_id": world.library.id,
    }  # fmt: skip
    async with world.unit() as work:
        for number, state in ((-2001, "on"), (-2002, "off")):
            row = mine | {"id": new_id(), "telegram_id": number, "state": state}
            await work.connection.execute(chats.insert().values(row | {"creator_id": dora.id, "added_by": dora.id}))
        await work.connection.execute(
            chats.update().where(chats.c.id == world.chat.chat.id).values(handover_to=dora.id)
        )
        await work.connection.execute(
            chat_managers.insert().values(chat_id=world.chat.chat.id, person_id=dora.id, seen_at=now)
        )
        slot = {"id": new_id(), "creator_id": dora.id, "slug": "dora_sprinkle", "name": "Dora Sprinkle's slot"}
        await work.connection.execute(slots.insert().values(slot | {"project_id": world.library.id, "opened_at": now}))
        post = {"id": new_id(), "chat_id": world.chat.chat.id, "message_id": 99, "project_id": world.library.id}
        written = {"excerpt": "says Dora Sprinkle", "posted_at": now, "author_id": dora.id}
        await work.connection.execute(posts.insert().values(post | written))


async def everything(unit: UnitOfWork) -> dict[str, str]:
    """Every table, as text."""
    async with unit.read() as work:
        return {
            name: "\n".join(str(tuple(row)) for row in await work.connection.execute(table.select()))
            for name, table in metadata.tables.items()
        }


async def found(unit: UnitOfWork) -> dict[str, list[str]]:
    """In which tables something still tells who she was."""
    tables = await everything(unit)
    hits = {name: [needle for needle in NEEDLES if needle in content] for name, content in tables.items()}
    return {name: needles for name, needles in hits.items() if needles}


async def test_leaving_erases_who_they_are_from_every_table(world: World, dora: Person):
    before = await found(world.unit)
    assert before.keys() == {"people", "tip_keys", "dialogs", "slots", "posts", "provider_events"}, before

    await world.privacy.leave(dora)

    assert await found(world.unit) == {}
    tables = await everything(world.unit)
    assert "callback-of-dora" not in tables["tip_keys"], "a tap's number tells whose it was"
    for table in ("roles", "subscriptions", "chat_managers", "dialogs"):
        assert str(dora.id) not in tables[table]
        assert dora.id.hex not in tables[table]


async def test_the_books_and_the_public_pages_stay_as_they_are_without_a_name(world: World, dora: Person):
    credited = await world.balance(f"project:{world.library.id}:credited")
    raised = (await world.projects.card(world.library.id)).raised
    codes = [card.tip.receipt_code for card in (await world.tips.gifts(dora)).items]
    hidden = {code for code in codes if (await receipt(world, code)).amount is None}

    await world.privacy.leave(dora)

    assert await world.balance(f"project:{world.library.id}:credited") == credited == cny("-15")
    assert (await world.projects.card(world.library.id)).raised == raised
    assert (await LedgerService(world.unit).verify()).clean
    gifts = [await receipt(world, code) for code in codes]
    assert [gift.name for gift in gifts] == [None] * 3
    assert {gift.code for gift in gifts if gift.amount is None} == hidden, "an amount that was hidden stays hidden"
    assert len(hidden) == 1
    assert {gift.name for gift in await world.projects.latest(world.library.id)} == {None}


async def receipt(world: World, code: str) -> Any:
    gift = await world.tips.receipt(code)
    assert gift is not None
    return gift


async def test_what_was_not_paid_is_cancelled_and_its_pay_page_closed_after_the_commit(world: World, dora: Person):
    await world.privacy.leave(dora)

    (page,) = world.rail.cancelled
    async with world.unit.read() as work:
        (unpaid,) = await work.connection.execute(
            text("SELECT t.state, t.open_key, t.card_message_id, p.url, p.wish FROM tips t"
                 " JOIN payments p ON p.id = t.payment_id WHERE p.their_id = :page"), {"page": page},
        )  # fmt: skip
    assert tuple(unpaid) == (TipState.CANCELLED, None, None, None, None)


async def test_leaving_succeeds_while_the_provider_is_down(world: World, dora: Person):
    world.rail.down = True
    await world.privacy.leave(dora)
    assert await found(world.unit) == {}


@pytest.mark.parametrize("on_arrival", [True, False])
async def test_what_is_paid_after_leaving_is_booked_and_its_event_forgotten(
    world: World, dora: Person, *, on_arrival: bool
):
    async with world.unit.read() as work:
        unpaid = next(iter((await work.tips.by_keys(["callback-of-dora"])).values()))
    await world.privacy.leave(dora)
    if on_arrival:
        await world.deliver(EventKind.PAID, unpaid, "evt_late", their_id="ch_late", fee=3, name=DORA.name)
    else:
        await world.keep(EventKind.PAID, unpaid, "evt_late", their_id="ch_late", fee=3, name=DORA.name)
        assert "provider_events" in await found(world.unit), "it can't be settled without its body"
        await world.payments.settle_pending()

    paid = await world.fresh(unpaid)
    assert (paid.state, paid.visibility) == (TipState.PAID, Visibility.ANONYMOUS)
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-25")
    assert await found(world.unit) == {}
    assert (await receipt(world, paid.receipt_code)).name is None
    assert [notice for notice in await world.outbox.claim() if notice.person == dora.id] == []


async def test_an_event_of_before_leaving_that_was_not_settled_yet_is_settled_and_forgotten(world: World, dora: Person):
    async with world.unit.read() as work:
        unpaid = next(iter((await work.tips.by_keys(["callback-of-dora"])).values()))
    await world.deliver(EventKind.REFUNDED, unpaid, "evt_r", their_id="re_1", charge="ch_late", name=DORA.name)
    await world.payments.settle_pending()  # waits for its charge
    await world.keep(EventKind.PAID, unpaid, "evt_p", their_id="ch_late", name=DORA.name)
    await world.privacy.leave(dora)
    assert (await found(world.unit)).keys() == {"provider_events"}
    await world.payments.settle_pending()

    assert (await world.fresh(unpaid)).state is TipState.REFUNDED
    assert await found(world.unit) == {}


async def test_an_event_of_a_kind_nobody_uses_is_not_kept(world: World):
    body = event(EventKind.OTHER, None, "evt_other", email="dora@sprinkle.example")
    await world.payments.receive("paper", body, {"Signature": "paper"})
    await world.payments.settle_pending()
    assert await found(world.unit) == {}
    async with world.unit.read() as work:
        (row,) = await work.connection.execute(select(provider_events.c.event_id, provider_events.c.erased_at))
    assert row.event_id == "evt_other"
    assert row.erased_at is not None


async def test_events_of_others_keep_their_bodies(world: World, dora: Person):
    await world.pay(await world.tip(world.alice, "5", key="a"), world.alice, charge="ch_alice", name="Alice")
    await world.privacy.leave(dora)
    await world.payments.settle_pending()
    assert '"name":"Alice"' in (await everything(world.unit))["provider_events"]


async def test_chats_they_ran_wait_for_another_administrator(world: World, dora: Person):
    await world.privacy.leave(dora)
    async with world.unit.read() as work:
        columns = (chats.c.telegram_id, chats.c.state, chats.c.paused_reason, chats.c.creator_id, chats.c.added_by)
        rows = await work.connection.execute(select(*columns).where(chats.c.title == "Garden").order_by(chats.c.id))
        assert [tuple(row) for row in rows] == [
            (-2001, ChatState.PAUSED, "creator_left", None, None),
            (-2002, ChatState.OFF, None, None, None),
        ]
        (slot,) = await work.connection.execute(select(slots.c.closed_at, slots.c.name))
        assert tuple(slot) == (world.time(), "")
        handed = await work.connection.scalar(select(chats.c.handover_to).where(chats.c.id == world.chat.chat.id))
        assert handed is None
    assert await world.creators.posted(-2001, 5, "new", world.time()) is None
    assert await world.creators.language(world.chat.chat.id) == "zh-CN"


async def test_who_writes_again_is_somebody_new(world: World, dora: Person):
    tip = (await world.tips.gifts(dora)).items[0].tip
    await world.privacy.leave(dora)
    again = await world.people.meet(DORA, started=True)
    assert again.id != dora.id
    assert (again.visibility, again.chosen_language) == (Visibility.ANONYMOUS, None)
    assert (await world.privacy.settings(again)).kinds == frozenset()
    assert (await world.tips.gifts(again)).total == 0
    with pytest.raises(NotYours):
        await world.tips.card(tip.id, again)


async def test_messages_still_queued_for_who_left_are_never_sent(world: World, dora: Person):
    await world.privacy.leave(dora)
    world.time.passes(hours=1)
    async with world.unit.read() as work:
        states = await work.connection.execute(
            text("SELECT o.state, count(*) FROM outbox o WHERE o.person_id = :p GROUP BY o.state"),
            {"p": dora.id.hex if world.unit.dialect == "sqlite" else dora.id},
        )
        assert [row[0] for row in states] == ["skipped"]


async def test_settings_are_off_until_chosen_and_each_choice_is_kept(world: World):
    before = await world.privacy.settings(world.bob)
    assert (before.visibility, before.thanked_by_name, before.kinds) == (Visibility.ANONYMOUS, False, frozenset())
    for on in (True, True):
        await world.subscriptions.choose(world.bob, SubscriptionKind.MONTHLY, Often.ALL)
        await world.privacy.thank_by_name(world.bob, on)
    await world.privacy.choose_visibility(world.bob, Visibility.NAMED)
    chosen = await world.privacy.settings(world.bob)
    assert (chosen.visibility, chosen.thanked_by_name) == (Visibility.NAMED, True)
    assert chosen.kinds == {SubscriptionKind.MONTHLY}
    await world.subscriptions.choose(world.bob, SubscriptionKind.MONTHLY, Often.NONE)
    assert (await world.privacy.settings(world.bob)).kinds == frozenset()


async def test_the_export_holds_everything_about_them_and_nobody_else(world: World, dora: Person):
    await world.pay(await world.tip(world.alice, "5", key="a"), world.alice, charge="ch_alice", name="Alice")
    file = await world.privacy.export(dora)
    told = json.loads(file.content)
    assert file.complete
    assert told["about"]["complete"] is True
    (person,) = told["person"]
    assert (person["telegram_id"], person["name"], person["username"]) == (DORA.telegram_id, DORA.name, DORA.username)
    counts = {section: len(rows) for section, rows in told.items() if section != "about"}
    assert counts == {
        "person": 1, "subscriptions": 4, "told_lately": 0, "roles": 1, "dialogs": 1, "admin_actions": 0,
        "about_your_roles": 1, "chats": 3, "administered_chats": 1, "slots": 1, "thanks_you_wrote": 0,
        "thanks_you_published": 0, "rankings_you_are_shown_on": 0, "your_places_in_rankings": 0,
        "messages_you_wrote_that_were_tipped": 1,
        "tips": 4, "turned_into_money": 0, "matched": 0, "giving_days_you_asked_to_have_confirmed": 0,
        "refunds": 0, "monthly": 0, "monthly_among": 0, "monthly_instalments": 0, "monthly_subscriptions": 0,
        "tab": 0, "tabs": 0, "tab_charges": 0,
        "certificates": 0, "years_you_show": 0, "why_you_give_monthly": 0, "sentences_you_read": 0,
        "organisations_you_work_for": 0, "your_pages_of_organisations": 0, "project_news_you_wrote": 0,
        "invitations_you_published": 0, "saved_methods": 0,
        "payments": 4, "provider_events": 3, "taps": 4, "messages": 3,
        "broadcasts": 0, "broadcasts_you_wrote": 0, "broadcasts_you_asked_a_second_word_for": 0,
        "broadcasts_you_watch": 0, "broadcasts_you_rewrote": 0,
    }  # fmt: skip
    assert told["tips"][0]["project_names"] == {"zh-CN": "乡村图书馆", "en": "library project"}
    assert told["tips"][0]["receipt_code"].startswith("YZ-")
    (granted,) = told["about_your_roles"]
    assert (granted["action"], granted["after"]) == ("role.granted", {"role": "admin"})
    assert "actor_id" not in granted, "who gave it is somebody else"
    assert "dora@sprinkle.example" in told["provider_events"][0]["body"]
    for other in (world.alice, world.bob, world.creator):
        for trace in (str(other.id), other.id.hex, f'"{other.name}"', f'"{other.username}"', f":{other.telegram_id}"):
            assert trace not in file.content.decode(), trace


async def test_an_export_that_would_be_too_large_says_what_it_left_out(world: World, dora: Person):
    file = await PrivacyService(world.unit, Rails([world.rail]), most_bytes=3000, now=world.time).export(dora)
    told = json.loads(file.content)
    assert not file.complete
    assert told["about"]["cut_short"]
    assert told["person"]
    assert len(file.content) < 6000


async def test_who_left_has_nothing_to_export_to(world: World, dora: Person):
    await world.privacy.leave(dora)
    again = await world.people.meet(DORA)
    told = json.loads((await world.privacy.export(again)).content)
    assert [section for section, rows in told.items() if rows and section not in ("about", "person")] == []


# A column that points at a person is in the export and thought of when they leave, or it says here why not.
THOUGHT_OF = {
    ("subscriptions", "person_id"), ("roles", "person_id"), ("chats", "added_by"), ("chats", "creator_id"),
    ("chats", "handover_to"), ("chat_managers", "person_id"), ("slots", "creator_id"), ("posts", "author_id"),
    ("payments", "donor_id"), ("tips", "donor_id"), ("outbox", "person_id"), ("audit_log", "actor_id"),
    ("thanks", "creator_id"), ("told_lately", "person_id"),
    ("tips", "creator_id"),  # opaque, and of the chat: what followers gave through it
    ("roles", "granted_by"),  # opaque, and about somebody else's role
    ("tabs", "donor_id"),  # opaque: what was promised is taken back, its charges are skipped
    ("giving_days", "asked_by"),
    ("promises", "donor_id"),  # opaque, as the tips they are
    ("broadcast_asks", "person_id"), ("broadcast_cards", "person_id"), ("broadcast_edits", "person_id"),
    ("ranking_consents", "person_id"),
    ("thanks_posts", "creator_id"),
    ("broadcasts", "author_id"),  # opaque: who sent what stays in the audit log too
    ("broadcast_deliveries", "person_id"),  # opaque: what was sent was; who is not told yet has no address any more
    ("pledges", "donor_id"), ("instalments", "donor_id"),  # opaque: they end
    ("pledges", "creator_id"),  # opaque, as of tips: who called for it
    ("organisation_members", "person_id"), ("organisation_links", "person_id"), ("whys", "donor_id"),
    ("organisation_members", "added_by"),  # opaque, and about somebody else
    ("whys", "read_by"),  # opaque: that somebody read another one's sentence
    ("project_updates", "written_by"),  # opaque: what a project told stays told
    ("monthly_calls", "creator_id"),
    ("certificates", "donor_id"), ("recap_pages", "person_id"),
    ("methods", "donor_id"),  # forgotten: what a rail calls them is erased, and the rail is told
}  # fmt: skip


def test_every_column_that_points_at_a_person_was_thought_of():
    pointing = {
        (table.name, key.parent.name)
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    assert pointing == THOUGHT_OF


async def test_a_minute_before_the_newest_event_is_looked_at_again(world: World, dora: Person):
    """What is received and settled between the look and the commit is forgotten too."""
    async with world.unit.read() as work:
        traces = await work.privacy.traces(dora.id)
        unpaid = next(iter((await work.tips.by_keys(["callback-of-dora"])).values()))
    await world.deliver(EventKind.PAID, unpaid, "evt_between", their_id="ch_between", name=DORA.name)
    await world.payments.settle_pending()
    async with world.unit() as work:
        pages = await work.privacy.erase(dora.id, dora.telegram_id, traces, stale=(), now=world.time() + timedelta(1))
    assert pages == []
    assert await found(world.unit) == {}


async def test_after_a_backup_was_restored_whoever_left_since_is_forgotten_again(world: World, dora: Person):
    before = world.time()
    await world.privacy.leave(dora)
    (gone,) = await world.privacy.left_since(before)
    assert gone == (dora.id, world.time())
    assert await world.privacy.left_since(before + timedelta(seconds=1)) == []
    async with world.unit() as work:  # as the backup has it
        await work.people.set(dora.id, telegram_id=DORA.telegram_id, name=DORA.name, left_at=None)

    assert await world.privacy.forget([gone[0], new_id()]) == [dora.id]
    async with world.unit.read() as work:
        act = (await work.audit.list(limit=1))[0].record
    assert (act.actor, act.way, act.action, act.subject_id) == (None, "cli", "person.forgotten", str(dora.id))
    assert await found(world.unit) == {}
    assert await world.privacy.forget([gone[0]]) == []


async def test_what_a_creator_wrote_to_their_donors_goes_with_them(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    await world.subscriptions.choose(world.alice, SubscriptionKind.THANKS, Often.ALL)
    await world.thanks.send(world.chat.chat.id, world.creator, "谢谢你们")
    told = json.loads((await world.privacy.export(world.creator)).content)
    assert [row["words"] for row in told["thanks_you_wrote"]] == ["谢谢你们"]

    await world.privacy.leave(world.creator)
    async with world.unit.read() as work:
        words = (await work.connection.execute(select(thanks.c.words))).scalars().all()
        unsent = await work.connection.scalar(
            select(func.count()).where(outbox.c.kind == "thanks", outbox.c.state == "queued")
        )
    assert (list(words), unsent) == ([""], 0)
