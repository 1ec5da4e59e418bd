"""Callback data fits and comes back as it went in."""

from zoneinfo import available_timezones

import pytest
from aiogram.filters.callback_data import CallbackData
from hypothesis import given
from hypothesis import strategies as st

from bot import callbacks as cb
from giving.money import DECIMALS
from giving.people import Visibility
from giving.rankings import Board, Span
from giving.subscriptions import Often, SubscriptionKind
from giving.whys import Refusal

IDS = st.uuids()
MINOR = st.integers(min_value=0, max_value=10**12)
CURRENCY = st.sampled_from(sorted(DECIMALS))
PAGES = st.integers(min_value=0, max_value=10**6)
EVERY = st.one_of(
    st.builds(cb.TipTap, post=IDS, minor=MINOR, currency=CURRENCY),
    st.builds(cb.GiveTap, project=IDS, minor=MINOR, currency=CURRENCY),
    st.builds(cb.TipOther, post=IDS),
    st.builds(cb.GiveOther, project=IDS),
    st.builds(cb.GiveList, page=PAGES, found=st.booleans()),
    st.builds(cb.GiveCard, project=IDS),
    st.builds(cb.TipDo, tip=IDS, deed=st.sampled_from(cb.TipDeed)),
    st.builds(cb.TipShown, tip=IDS, visibility=st.sampled_from(Visibility)),
    st.builds(cb.TakeBack, tip=IDS),
    st.builds(cb.GiftsPage, page=PAGES, fresh=st.booleans()),
    st.builds(cb.BackOf, payment=IDS, page=PAGES, fresh=st.booleans()),
    st.builds(cb.BackPage, page=PAGES, fresh=st.booleans()),
    st.builds(cb.ChatDo, chat=IDS, deed=st.sampled_from(cb.ChatDeed)),
    st.builds(cb.ChatList),
    st.builds(cb.ChatPage, page=PAGES, deed=st.sampled_from(cb.ChatDeed)),
    st.builds(cb.ChatFind),
    st.builds(cb.ChatPresets, chat=IDS, minor=st.sampled_from(["", "100", "9999999999.9999999999.9999999999"])),
    st.builds(cb.HandTo, chat=IDS, person=IDS),
    st.builds(cb.ThanksSend, chat=IDS),
    st.builds(cb.ThanksStop),
    st.builds(cb.CircleShow, fresh=st.booleans()),
    st.builds(cb.CallWrite, chat=IDS, own=st.booleans()),
    st.builds(cb.CallSend, call=IDS),
    st.builds(cb.OrgCircle, organisation=IDS),
    st.builds(cb.OrgRenew, organisation=IDS),
    st.builds(cb.WhyList, fresh=st.booleans()),
    st.builds(cb.WhyAsk, project=IDS),
    st.builds(cb.WhyBack, project=IDS),
    st.builds(cb.WhyShow, why=IDS),
    st.builds(cb.WhyReasons, why=IDS),
    st.builds(cb.WhyRefuse, why=IDS, reason=st.sampled_from(Refusal)),
    st.builds(cb.NewsAsk, project=IDS),
    st.builds(cb.NewsSend, update=IDS),
    st.builds(cb.SlotTap, slot=IDS, minor=MINOR, currency=CURRENCY),
    st.builds(cb.SlotOther, slot=IDS),
    st.builds(cb.SlotDo, deed=st.sampled_from(cb.SlotDeed)),
    st.builds(cb.SlotProjects, page=PAGES),
    st.builds(cb.SlotProject, project=IDS),
    st.builds(cb.SlotOpen, project=IDS),
    st.builds(cb.ChatProjects, chat=IDS, page=PAGES, found=st.booleans()),
    st.builds(cb.ChatProject, chat=IDS, project=IDS),
    st.builds(cb.ChatConfirm, chat=IDS, project=IDS),
    st.builds(cb.ChooseLanguage, language=st.sampled_from(["zh-CN", "en"])),
    st.builds(cb.Home, deed=st.sampled_from(cb.HomeDeed)),
    st.builds(cb.PrivacyShown, visibility=st.sampled_from(Visibility)),
    st.builds(cb.PrivacyNamed, on=st.booleans()),
    st.builds(cb.PrivacyTold, kind=st.sampled_from(SubscriptionKind), on=st.booleans()),
    st.builds(cb.PrivacyFewer, kind=st.sampled_from(SubscriptionKind), on=st.booleans()),
    st.builds(cb.PrivacyClock, zone=st.sampled_from(["", *sorted(available_timezones())])),
    st.builds(cb.CastCountries, page=PAGES),
    st.builds(cb.CastEdit, act=st.sampled_from(cb.EditAct), cast=IDS, edit=IDS),
    st.builds(cb.CastDo, deed=st.sampled_from(cb.CastDeed), cast=IDS),
    st.builds(
        cb.CastStart,
        cast=IDS,
        version=st.integers(1, 10**6),
        stars=st.integers(-1, 10**6),
        ask=st.booleans(),
        confirm=st.booleans(),
    ),
    st.builds(cb.Wish, kind=st.sampled_from(SubscriptionKind), on=st.booleans()),
    st.builds(cb.Less, kind=st.sampled_from(SubscriptionKind), often=st.sampled_from(Often)),
    st.builds(
        cb.LessUndo, kind=st.sampled_from(SubscriptionKind), often=st.sampled_from(Often), made=st.sampled_from(Often)
    ),
    st.builds(cb.PrivacyDo, deed=st.sampled_from(cb.PrivacyDeed)),
    st.builds(cb.LeaveForGood, person=IDS),
    st.builds(cb.TipRail, tip=IDS, rail=st.sampled_from(["stripe", "a" * 16])),
    st.builds(cb.TabShow, fresh=st.booleans()),
    st.builds(cb.TabPage, page=st.integers(0, 9999)),
    st.builds(cb.TabsPay, rail=st.from_regex("[a-z_]{1,16}", fullmatch=True), minor=st.integers(1, 10**12)),
    st.builds(cb.TabPay, tab=IDS, minor=MINOR.filter(bool)),
    st.builds(cb.TabRound, tab=IDS, minor=MINOR.filter(bool)),
    st.builds(cb.TabSkip, charge=IDS),
    st.builds(cb.TipCode, tip=IDS),
    st.builds(cb.TabCode, tab=IDS),
    st.builds(cb.TabSave, tab=IDS),
    st.builds(cb.TabTerms, what=st.sampled_from(cb.TermsOf), minor=MINOR),
    st.builds(cb.MethodForget, method=IDS),
    st.builds(cb.PromiseOff, tip=IDS),
    st.builds(cb.RefundWish, tip=IDS),
    st.builds(cb.RefundDecide, refund=IDS, yes=st.booleans()),
    st.builds(
        cb.RankingShow,
        board=st.sampled_from(Board),
        span=st.sampled_from(Span),
        back=st.integers(0, 60),
        fresh=st.booleans(),
    ),
    st.builds(cb.RankingMe, board=st.sampled_from(Board), span=st.sampled_from(Span), on=st.booleans()),
    *(
        st.builds(
            kind,
            what=IDS,
            minor=st.integers(0, 10**10),
            day=st.integers(1, 31),
            by=st.from_regex("[a-z_]{0,11}", fullmatch=True),
            every=st.sampled_from([1, 3]),
            shown=st.none() | st.sampled_from(Visibility),
        )
        for kind in (cb.PledgeSee, cb.PledgeDays, cb.PledgeNames)
    ),
    st.builds(
        cb.PledgeMake,
        what=IDS,
        minor=st.integers(0, 10**10),
        day=st.integers(1, 31),
        by=st.from_regex("[a-z_]{0,11}", fullmatch=True),
        every=st.sampled_from([1, 3]),
        seen=st.from_regex("([0-9a-f]{6})?", fullmatch=True),
        shown=st.none() | st.sampled_from(Visibility),
    ),
    st.builds(cb.PledgeAgain, pledge=IDS),
    st.builds(cb.ThanksPostWrite, chat=IDS, own=st.booleans()),
    st.builds(cb.ThanksPostSend, post=IDS),
)
KINDS = [kind for kind in vars(cb).values() if isinstance(kind, type) and issubclass(kind, CallbackData)]


@given(EVERY)
def test_data_fits_and_comes_back(data):
    packed = data.pack()
    assert 1 <= len(packed.encode()) <= 64
    assert type(data).unpack(packed) == data


def test_prefixes_are_different():
    prefixes = [kind.__prefix__ for kind in KINDS]
    assert len(set(prefixes)) == len(prefixes) == 145


@given(st.text(max_size=64))
def test_no_text_does_more_than_be_refused(text):
    for kind in KINDS:
        try:
            kind.unpack(text)
        except (TypeError, ValueError):
            continue


@pytest.mark.parametrize(
    "data", ["tip:100:XXX:" + "A" * 22, "tip:1.5:CNY:" + "A" * 22, "tip:100:CNY:" + "A" * 21, "my:-1:0"]
)
def test_what_is_not_ours_is_refused(data):
    kind = cb.TipTap if data.startswith("tip") else cb.GiftsPage
    with pytest.raises((TypeError, ValueError)):
        kind.unpack(data)
