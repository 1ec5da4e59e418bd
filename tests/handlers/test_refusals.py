"""Every kind of button and link, with what is somebody else's, what is not there, and what nobody made."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from aiogram.filters.callback_data import CallbackData
from aiogram.methods import EditMessageText, SendMessage
from structlog.testing import capture_logs

from bot import callbacks as cb
from giving.giving_days import Audience, DayAct
from giving.ids import token_of
from giving.matching import HeldReason
from giving.people import Visibility
from giving.pledges import Why
from giving.rankings import Board, Span
from giving.subscriptions import Often, SubscriptionKind
from giving.whys import Refusal
from services.pledges import PledgeAsk
from storage.ids import new_id
from tests.handlers.chat import Chat, answers, texts_of
from tests.services.giving_days.town import an_admin, drafted_day
from tests.world import CHANNEL, World, cny

# What must never be read by somebody who has no business with it.
SECRETS = ("Alice", "¥5", "乡村图书馆", "library project", "晓雯的阅读时光", "YZ-")

ANY: Any = None
Make = Callable[[World, Any], str]


def tip_of_alice(world: World) -> Any:
    return world.extras["tip"].id


def make(kind: type[Any], field: str, whose: Callable[[World], Any], **fixed: object) -> Callable[[World, bool], str]:
    """Data that names somebody else's thing, or a thing that does not exist."""

    def data(world: World, unknown: bool) -> str:
        return str(kind(**{field: new_id() if unknown else whose(world)}, **fixed).pack())

    return data


def pledge_button(kind: type[Any], more: dict[str, Any]) -> Callable[[World, bool], str]:
    """The same of a pledge."""

    def data(world: World, unknown: bool) -> str:
        return str(kind(pledge=new_id() if unknown else world.extras["pledge"].id, **more).pack())

    return data


def the_chat(world: World) -> Any:
    return world.chat.chat.id


OF_PLEDGES: list[tuple[type[CallbackData], dict[str, Any]]] = [
    (cb.PledgeShow, {}), (cb.PledgeAgain, {}), (cb.PledgeChange, {}), (cb.PledgeTyped, {}), (cb.PledgeMove, {}),
    (cb.PledgeSkip, {}),
    (cb.PledgeSkip, {"month": "2026-12"}), (cb.PledgeSkip, {"month": "2026-12", "undo": True}), (cb.PledgePause, {}),
    (cb.PledgePause, {"months": 3}), (cb.PledgeResume, {}), (cb.PledgeResume, {"month": "2026-12"}),
    (cb.PledgeCancel, {}), (cb.PledgePay, {}),
    (cb.PledgeCode, {}), (cb.PledgeSave, {}), (cb.PledgeMove, {"project": UUID(int=5)}),
    *((cb.PledgeAlter, {"field": field, "value": value}) for field in cb.PledgeField for value in (0, 1000)),
    *((cb.PledgeBy, {"by": by}) for by in ("saved", "paper", "tab")),
    *((cb.PledgeShown, {"visibility": visibility}) for visibility in Visibility),
    *((cb.PledgeWhy, {"why": why}) for why in Why),
]  # fmt: skip

# Bob (1004) presses what belongs to Alice (a tip) or to the creator (a chat).
OTHERS = {
    **{
        f"tip {deed}": make(cb.TipDo, "tip", tip_of_alice, deed=deed) for deed in cb.TipDeed
    },
    **{f"see {v}": make(cb.TipShown, "tip", tip_of_alice, visibility=v) for v in Visibility},
    "take back": make(cb.TakeBack, "tip", tip_of_alice),
    **{f"chat {deed}": make(cb.ChatDo, "chat", the_chat, deed=deed) for deed in cb.ChatDeed},
    "chat projects": make(cb.ChatProjects, "chat", the_chat, page=0),
    "chat project": lambda world, unknown: cb.ChatProject(
        chat=new_id() if unknown else the_chat(world), project=world.library.id
    ).pack(),
    "chat confirm": lambda world, unknown: cb.ChatConfirm(
        chat=new_id() if unknown else the_chat(world), project=world.library.id
    ).pack(),
    "hand to": lambda world, unknown: cb.HandTo(
        chat=new_id() if unknown else the_chat(world), person=world.bob.id
    ).pack(),
    "presets": make(cb.ChatPresets, "chat", the_chat, minor="100"),
    "by that rail": make(cb.TipRail, "tip", tip_of_alice, rail="paper"),
    "ask back": make(cb.RefundWish, "tip", tip_of_alice),
    "off the tab": make(cb.PromiseOff, "tip", tip_of_alice),
    "pay a tab": make(cb.TabPay, "tab", tip_of_alice, minor=500),
    "round a tab": make(cb.TabRound, "tab", tip_of_alice, minor=500),
    "skip a charge": make(cb.TabSkip, "charge", tip_of_alice),
    "save a card": make(cb.TabSave, "tab", tip_of_alice),
    "forget a card": make(cb.MethodForget, "method", tip_of_alice),
    "a tip's code": make(cb.TipCode, "tip", tip_of_alice),
    "a tab's code": make(cb.TabCode, "tab", tip_of_alice),
    "write a post": make(cb.ThanksPostWrite, "chat", the_chat),
    "write a post of their own": make(cb.ThanksPostWrite, "chat", the_chat, own=True),
    **{f"certificate {deed}": make(cb.CertificateDo, "certificate", tip_of_alice, deed=deed)
       for deed in cb.CertificateDeed},
    "publish": make(cb.ThanksPostSend, "post", the_chat),
    "publish on a day": lambda world, unknown: cb.DayPublish(
        day=new_id(), chat=new_id() if unknown else the_chat(world)
    ).pack(),
    **{
        f"pledge {kind.__prefix__} {more}": pledge_button(kind, more)
        for kind, more in OF_PLEDGES
    },
    "leave": make(cb.LeaveForGood, "person", lambda world: world.alice.id),
}  # fmt: skip

# What is nobody's own, but may not exist.
UNKNOWN: dict[str, Callable[[], str]] = {
    "tip a post": lambda: cb.TipTap(post=new_id(), minor=100, currency="CNY").pack(),
    "other for a post": lambda: cb.TipOther(post=new_id()).pack(),
    "give": lambda: cb.GiveTap(project=new_id(), minor=100, currency="CNY").pack(),
    "other for a project": lambda: cb.GiveOther(project=new_id()).pack(),
    "project": lambda: cb.GiveCard(project=new_id()).pack(),
    "slot": lambda: cb.SlotTap(slot=new_id(), minor=100, currency="CNY").pack(),
    "other for a slot": lambda: cb.SlotOther(slot=new_id()).pack(),
    "open a slot": lambda: cb.SlotOpen(project=new_id()).pack(),
    "monthly": lambda: cb.PledgeNew(what=new_id()).pack(),
    "another amount every month": lambda: cb.PledgeOther(what=new_id()).pack(),
    "so much every month": lambda: cb.PledgeSee(what=new_id(), minor=5000).pack(),
    "promise it": lambda: cb.PledgeMake(what=new_id(), minor=5000, day=3, by="paper", every=1).pack(),
    "a slot's project": lambda: cb.SlotProject(project=new_id()).pack(),
}

OF_TABS = (
    "by that rail", "ask back", "off the tab", "pay a tab", "round a tab", "skip a charge", "save a card",
    "forget a card", "a tip's code", "a tab's code",
)  # fmt: skip

GARBAGE = [
    "", "x", ":", "tip", "tip:", "tip:100:CNY", "tip:1e9:CNY:" + "A" * 22, "tip:100:EUR:short",
    "tip:-5:CNY:" + "A" * 22,
    "tdo:" + "A" * 22 + ":explode", "tdo::cancel", "vis:" + "A" * 22 + ":everything", "cdo:" + "!" * 22 + ":off",
    "my:99999999999:0", "gil:x:0", "lng:xx", "lng:", "hom:root", "pvs:everyone", "pvn:perhaps", "pvt:spam:1",
    "pvd:drop",
    "dyd:" + "A" * 22 + ":explode", "dyr:" + "A" * 22 + ":day.32", "dyr:" + "A" * 22 + ":week.9.9", "dyt:-5", "dyn:",
    "dyh:" + "A" * 22 + ":5", "dyw:" + "A" * 22 + ":audience:xx", "dys:" + "A" * 22 + ":explode::0",
    "plm:" + "A" * 22 + ":5000:0:paper:1:", "plm:" + "A" * 22 + ":5000:32:paper:1:", "pla:" + "A" * 22 + ":-5:1::1",
    "pla:" + "A" * 22 + ":5000:1:PAPER; DROP:1", "plk:" + "A" * 22 + ":2026-1:0", "plz:" + "A" * 22 + ":13",
    "plw:" + "A" * 22 + ":hate", "plt:" + "A" * 22 + ":z:1", "plp:-1",
    "bye:" + "A" * 21, "bye:' OR 1=1", "\u202etip:100", "🙂" * 16,
]  # fmt: skip


@pytest.fixture
async def alices(world: World) -> World:
    """Alice has an unpaid tip; Bob has nothing."""
    world.extras["tip"] = await world.tip(world.alice, "5")
    ask = PledgeAsk(world.library.id, cny("5"))
    world.extras["pledge"] = (await world.pledges.make(ask, world.alice, "tap:alice")).pledge
    return world


@pytest.mark.parametrize("unknown", [False, True], ids=["of somebody else", "unknown"])
async def test_what_is_somebody_elses_is_refused_and_told_apart_in_the_log(chat, alices, unknown):
    before = await state(alices)
    for name, data in OTHERS.items():
        await pressed_and_refused(chat, data(alices, unknown), name)
        assert await state(alices) == before, name


async def test_what_does_not_exist_is_refused(chat, world):
    for name, data in UNKNOWN.items():
        await pressed_and_refused(chat, data(), name)


async def test_what_nobody_made_is_answered_and_nothing_else(chat, world):
    for data in GARBAGE:
        await pressed_and_refused(chat, data, data)


async def test_links_to_what_is_somebody_elses_or_nowhere_tell_nothing(chat, alices):
    tip, new = token_of(alices.extras["tip"].id), token_of(new_id())
    for payload in (
        f"t_{tip}",
        *(f"{kind}_{new}" for kind in "tpogmx"),
        "m_",
        "m_!",
        "t_",
        "p_x",
        "o_",
        "g_!",
        "no",
        "t_' OR 1=1",
    ):
        with capture_logs() as logs:
            done = await chat.says(1004, f"/start {payload}")
        (text,) = texts_of(done)
        assert not [secret for secret in SECRETS if secret in text], payload
        assert told_apart(logs) == ["link"], payload


DAY = new_id()
OF_DAYS: list[CallbackData] = [
    cb.DayList(), cb.DayNew(last=True), cb.DayNew(last=False), *(cb.DayDo(day=DAY, deed=deed) for deed in cb.DayDeed),
    *(cb.DayPreview(day=DAY, view=view, language="en") for view in cb.DayView),
    *(cb.DayAsk(day=DAY, field=field, language="en") for field in cb.DayField),
    *(cb.DayWipe(day=DAY, field=field) for field in (cb.DayField.HASHTAG, cb.DayField.TEXT)),
    cb.DayProject(project=DAY), cb.DayProjects(page=0), cb.DayProjects(page=0, found=True), cb.DayProjectsDone(),
    cb.DayPool(day=DAY, pool=DAY, on=True), cb.DayTime(at=29_000_000),
    *(cb.DayAudience(day=DAY, audience=audience) for audience in Audience),
    *(cb.DayWish(day=DAY, act=act, digest="A" * 8) for act in DayAct),
    *(cb.DaySure(day=DAY, act=act, digest="A" * 8, second=second) for act in DayAct for second in (False, True)),
    *(cb.DayLonger(day=DAY, until=29_000_000, sure=sure) for sure in (False, True)),
    cb.DayConfirm(day=DAY, digest="A" * 8), cb.DayRule(day=DAY), cb.DayRule(day=DAY, rule="day.11"),
    cb.DayRule(day=DAY, rule="week.-1.6"), *(cb.DayNth(day=DAY, nth=nth) for nth in (1, 4, -1)),
]  # fmt: skip

ONE = new_id()
# Of reviewers and of members; the others are everybody's own.
OF_STAFF = [
    cb.OrgCircles(), cb.OrgCircle(organisation=ONE), cb.OrgRenew(organisation=ONE), cb.WhyQueue(), cb.WhyShow(why=ONE),
    cb.WhyReasons(why=ONE), cb.WhysOn(), cb.WhysOn(page=2), cb.WhyDown(why=ONE),
    *(cb.WhyDownFor(why=ONE, reason=reason) for reason in Refusal),
    *(cb.WhyRefuse(why=ONE, reason=reason) for reason in Refusal), cb.NewsAsk(project=ONE),
]  # fmt: skip
OF_CIRCLES = [
    *OF_STAFF, cb.CircleShow(), cb.CircleShow(fresh=True), cb.CallAsk(), cb.CallWrite(chat=ONE), cb.CallSend(call=ONE),
    cb.WhyList(), cb.WhyList(fresh=True), cb.WhyAsk(project=ONE), cb.WhyBack(project=ONE), cb.NewsSend(update=ONE),
]  # fmt: skip
EVERYWHERE = [
    *OF_DAYS, cb.MatchDecide(match=DAY, yes=True), cb.MatchesHeld(),
    *(cb.MatchAll(reason=reason) for reason in HeldReason), cb.MatchAllSure(reason=HeldReason.RING, by=10**15),
    cb.GiveList(page=0), cb.GiftsPage(), cb.GiftsPage(fresh=True), cb.BackPage(), cb.ChatList(),
    cb.ChooseLanguage(language="en"),
    *(cb.Home(deed=deed) for deed in cb.HomeDeed), cb.PrivacyShown(visibility=Visibility.NAMED),
    cb.PrivacyNamed(on=True), cb.PrivacyTold(kind=SubscriptionKind.THANKS, on=True),
    cb.PrivacyFewer(kind=SubscriptionKind.THANKS, on=True), cb.PrivacyClock(zone="Europe/Berlin"), cb.PrivacyClock(),
    cb.Wish(kind=SubscriptionKind.THANKS, on=True), cb.WishesDone(), cb.CastKind(kind=SubscriptionKind.THANKS),
    *(cb.CastSegment(part=part, on=True) for part in cb.SegmentPart), cb.CastProjects(), cb.CastCountry(country="CN"),
    cb.CastCountries(page=1),
    *(cb.CastGo(step=step) for step in cb.CastStep), cb.CastProject(project=new_id()),
    *(cb.CastDo(deed=deed, cast=new_id()) for deed in cb.CastDeed), cb.CastStart(cast=new_id(), version=1),
    *(cb.CastEdit(act=act, cast=new_id(), edit=new_id()) for act in cb.EditAct),
    *(cb.Less(kind=SubscriptionKind.THANKS, often=often) for often in Often),
    *(cb.LessUndo(kind=SubscriptionKind.THANKS, often=often, made=Often.NONE) for often in Often),
    cb.DayNews(day=new_id(), on=True), cb.CertificateList(), cb.CertificateList(page=2, fresh=True),
    *(cb.CertificateDo(certificate=new_id(), deed=deed) for deed in cb.CertificateDeed),
    *(cb.RecapShow(year=2026, called=called) for called in (False, True)),
    *(cb.RecapPublic(year=2026, on=on) for on in (False, True)),
    *(cb.RecapOpen(year=2026, named=named) for named in (False, True)),
    cb.StatementFor(year=0), cb.StatementFor(year=2026),
    *(cb.PrivacyDo(deed=deed) for deed in cb.PrivacyDeed), cb.ChatPage(page=0), cb.ChatFind(), cb.ThanksStop(),
    *(cb.SlotDo(deed=deed) for deed in cb.SlotDeed), cb.SlotProjects(page=0), cb.TabShow(), cb.TabPage(page=3),
    cb.TabsPay(rail="paper", minor=500),
    cb.TabShow(fresh=True),
    *(cb.RankingShow(board=board, span=span) for board in Board for span in (Span.WEEK, Span.MONTH)),
    *(cb.RankingMe(board=board, span=Span.WEEK, on=True) for board in Board),
    *(kind(pledge=new_id(), **more) for kind, more in OF_PLEDGES),
    cb.PledgeNew(what=DAY), cb.PledgeNew(what=DAY, fresh=True), cb.PledgeOther(what=DAY),
    cb.PledgeSee(what=DAY, minor=1), cb.PledgeDays(what=DAY, minor=1), cb.PledgeNames(what=DAY, minor=1),
    cb.PledgeMake(what=DAY, minor=1, day=1, by="paper", every=1), cb.PledgeProjects(), cb.PledgeTick(),
    cb.PledgeTick(project=DAY), cb.PledgeList(), cb.PledgeList(fresh=True),
    *(cb.TabTerms(what=what, minor=minor) for what in cb.TermsOf for minor in (0, 5000)), *OF_CIRCLES,
]  # fmt: skip


async def test_buttons_of_giving_days_tell_who_may_not_run_them_nothing(chat, alices):
    """The same for a day that is there as for one that is not."""
    day = await drafted_day(alices)
    for button in OF_DAYS:
        real = button.model_copy(update={"day": day.id}) if "day" in type(button).model_fields else button
        for data in (button.pack(), real.pack()):
            done = await pressed_and_refused(chat, data, data)
            assert answers(done)[0].text.startswith("Your role"), data
    assert await alices.giving_days.one(day.id) == day


async def test_buttons_of_members_and_reviewers_tell_who_is_neither_nothing(chat, alices):
    """The same for an organisation, and a project, that is there as for one that is not."""
    organisation = alices.library.organisation.id
    real = [cb.OrgCircle(organisation=organisation), cb.OrgRenew(organisation=organisation)]
    for button in (*OF_STAFF, *real, cb.NewsAsk(project=alices.library.id)):
        done = await pressed_and_refused(chat, button.pack(), button.pack())
        assert answers(done)[0].text.startswith("Your role"), button


async def test_buttons_of_a_day_that_is_not_there_are_refused_to_who_may(chat, world):
    await an_admin(world)
    for button in OF_DAYS:
        if "day" in type(button).model_fields:
            await pressed_and_refused(chat, button.pack(), button.pack(), person=2001)


async def test_a_private_button_pressed_under_a_post_never_touches_the_post(chat, world):
    """A client can send any data for any message: the post would have become a card of the bot's."""
    for button in EVERYWHERE:
        done = await pressed_and_refused(chat, button.pack(), button.pack(), person=1002, under=CHANNEL)
        assert not [m for m in done if isinstance(m, EditMessageText | SendMessage)], button
    assert (await world.privacy.settings(world.alice)).kinds == frozenset()


def test_every_kind_of_button_is_in_one_of_the_tables():
    private = {kind.__prefix__ for kind in cb_kinds()} - cb.IN_PUBLIC
    tried = {data.partition(":")[0] for data in (button.pack() for button in EVERYWHERE)}
    tried |= {"tdo", "vis", "tbk", "cdo", "cpl", "cpr", "con", "bye", "giv", "gio", "gic", "hto", "cps", "ths"}
    tried |= {"bko", "slt", "slo", "sop", "spr", "tpw", "tps", "dyb"}
    tried |= {"cls", "lng", "hom"}
    tried |= {"rfd", *(data(ANY, True).partition(":")[0] for name, data in OTHERS.items() if name in OF_TABS)}
    assert private <= tried, private - tried


def cb_kinds() -> list[type[Any]]:
    found = [kind for kind in vars(cb).values() if isinstance(kind, type) and issubclass(kind, CallbackData)]
    return [kind for kind in found if kind is not CallbackData and not kind.__name__.startswith("_")]


async def pressed_and_refused(
    chat: Chat, data: str, name: str, *, person: int = 1004, under: int | None = None
) -> list[Any]:
    """One answer, an alert, without a word that is not the presser's business; and one line in the log."""
    with capture_logs() as logs:
        done = await chat.taps(person, data, chat=under)
    (answer,) = answers(done)
    assert answer.show_alert, name
    assert answer.url is None, name
    said = " ".join([answer.text, *texts_of(done)])
    assert not [secret for secret in SECRETS if secret in said], name
    assert told_apart(logs) == ["button"], name
    return done


def told_apart(logs: Any) -> list[str]:
    found = [entry for entry in logs if entry["event"] == "callback_refused"]
    for entry in found:
        assert set(entry) <= {"event", "log_level", "way", "reason", "update_id"}, "nothing about the person"
        assert entry["reason"]
    return [entry["way"] for entry in found]


async def state(world: World) -> Any:
    """What a stranger's tap might have changed."""
    tip = await world.fresh(world.extras["tip"])
    chat = (await world.creators.mine(world.creator))[0].chat
    async with world.unit.read() as work:
        alice = await work.people.by_telegram_id(1002)
        pledges = await work.pledges.of_donor(world.alice.id)
    return tip, chat, alice, pledges
