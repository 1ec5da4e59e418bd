"""The tab as its donor sees it: what is promised, how it is settled, and what they may choose. Pure."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from bot import callbacks as cb
from bot import keyboards
from bot.cards.rendered import Rendered, paragraphs
from bot.keyboards import Rows, keyboard, opens, tap
from giving.joint import Joint
from giving.money import Money
from giving.names import clean
from giving.projects import Project
from giving.tabs import Charge, ChargeState, Reason, Terms, round_ups
from giving.tips import Tip
from services.projects import Page
from services.tabs import ChargeTold, Promised, TabCard, TabView
from texts import Html, Texts

MOST_LINES: Final = 12
MOST_OFF: Final = 6
TITLE_ON_BUTTON: Final = 22
MOST_NAMES: Final = 5
PER_PAGE: Final = 5  # organisations: their heads, states and lines fit into one message of 4,096 characters
LINES_IN_ALL: Final = 20
OFF_IN_ALL: Final = 15
# What can be chosen, as parts of what holds for who has not: in rupiah the sums are others than in yuan.
SETTLE_AT: Final = (Fraction(1, 3), Fraction(1), Fraction(5, 3), Fraction(10, 3))
MONTHLY: Final = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5))


def rail_name(texts: Texts, language: str, rail: str) -> str:
    """What people call it; of one that has no words of ours its own name."""
    return texts.named(language, "rail", rail)


def promised(texts: Texts, language: str, told: Promised) -> Rendered:
    """A tip went on the tab: how much stands there, and when it is paid."""
    text = paragraphs(
        texts.chat(language, "tab-promised", amount=told.tip.amount, project=told.project.title(language)),
        texts.chat(language, "tab-why", rail=rail_name(texts, language, told.rail), least=told.least)
        if told.tip.amount < told.least
        else None,
        texts.chat(
            language, "tab-standing", sum=told.standing, at=told.settles_at,
            organisation=told.project.organisation.name(language),
        ),
    )  # fmt: skip
    show = tap(texts.plain(language, "button-tab"), cb.TabShow(fresh=True))
    off = tap(texts.plain(language, "button-promise-off"), cb.PromiseOff(tip=told.tip.id))
    return Rendered(text, keyboard([[show, off]]))


def promised_short(texts: Texts, language: str, told: Promised) -> str:
    """The same in a line, for the answer to a tap."""
    rail = rail_name(texts, language, told.rail)
    return texts.plain(language, "tab-promised-short", rail=rail, sum=told.standing, at=told.settles_at)


def taken_off(texts: Texts, language: str, tip: Tip) -> Rendered:
    """It is no promise any more."""
    text = texts.chat(language, "tab-taken-off", amount=tip.amount)
    return Rendered(text, keyboard([[tap(texts.plain(language, "button-tab"), cb.TabShow())]]))


def view(texts: Texts, language: str, tabs: TabView, gift: Money, page: int = 0) -> Rendered:
    """A page of their tabs, and what can be done with each.

    `gift` is the least that can be given more to round one up. A page that is gone (its tabs were paid) is the last.
    """
    chosen = ((cb.TermsOf.SETTLE, "settle-at", tabs.terms.settle_at), (cb.TermsOf.MONTH, "month", tabs.terms.monthly))
    settings = [
        tap(texts.plain(language, f"button-tab-{key}", sum=sum_), cb.TabTerms(what=what)) for what, key, sum_ in chosen
    ]
    if not tabs.cards:
        text = paragraphs(texts.chat(language, "tab-none"), _month(texts, language, tabs))
        return Rendered(text, keyboard([[keyboards.give(texts, language)], *([button] for button in settings)]))
    number = min(page, (len(tabs.cards) - 1) // PER_PAGE)
    cards = tabs.cards[number * PER_PAGE : (number + 1) * PER_PAGE]
    text = paragraphs(
        texts.chat(language, "tab-title", sum=tabs.promised),
        *(_card(texts, language, card, min(MOST_LINES, LINES_IN_ALL // len(cards))) for card in cards),
        *(_together(texts, language, tabs, one) for one in tabs.joints),
        _month(texts, language, tabs),
    )
    most_off = min(MOST_OFF, OFF_IN_ALL // len(cards))
    rows = [row for card in cards for row in _buttons(texts, language, card, gift, most_off)]
    here = Page.of([*cards], number=number, size=PER_PAGE, total=len(tabs.cards))
    turns = keyboards.page_turns(texts, language, here, lambda to: cb.TabPage(page=to))
    at_once = [
        [tap(texts.plain(language, "button-tabs-pay", **_at_once(one)), cb.TabsPay(rail=one.rail, minor=one.sum.minor))]
        for one in tabs.joints
    ]
    return Rendered(text, keyboard([*at_once, *rows, turns, *([button] for button in settings)]))


def _together(texts: Texts, language: str, tabs: TabView, joint: Joint) -> Html:
    """Whose tabs they are, and what becomes of a charge that was announced for one of them."""
    theirs = [card for card in tabs.cards if card.tab.id in joint.tabs]
    names = " · ".join(
        clean(card.organisation.name(language), most=TITLE_ON_BUTTON) for card in theirs[:MOST_NAMES]
    )  # fmt: skip
    if len(theirs) > MOST_NAMES:
        names = texts.plain(language, "tabs-together-more", names=names, count=len(theirs) - MOST_NAMES)
    lines = [texts.chat(language, "tabs-together", names=names, **_at_once(joint))]
    if any(card.charge is not None and card.charge.state is ChargeState.ANNOUNCED for card in theirs):
        lines.append(texts.chat(language, "tabs-together-instead"))
    return Html("\n".join(lines))


def _at_once(joint: Joint) -> dict[str, int | Money]:
    return {"count": len(joint.parts), "sum": joint.sum}


def _month(texts: Texts, language: str, tabs: TabView) -> Html:
    return texts.chat(language, "tab-month", month=tabs.month, limit=tabs.terms.monthly)


def _card(texts: Texts, language: str, card: TabCard, most: int) -> Html:
    lines = [
        texts.chat(language, "tab-head", organisation=card.organisation.name(language), sum=card.whole.sum),
        *_lines(texts, language, card.tips, card.whole.count, most),
        *(texts.chat(language, "tab-charging", sum=charge.amount) for charge in card.charging),
        *_state(texts, language, card),
    ]
    if card.method is not None and card.charge is None:  # a charge says by what it is paid
        lines.append(texts.chat(language, "tab-method", method=card.method.method.label))
    return Html("\n".join(lines))


def _lines(
    texts: Texts, language: str, tips: Sequence[tuple[Tip, Project]], count: int, most: int = MOST_LINES
) -> Iterable[Html]:  # fmt: skip
    for tip, project in tips[:most]:
        at = texts.short_day(language, tip.offered_at)
        yield texts.chat(language, "tab-line", amount=tip.amount, project=project.title(language), at=at)
    if count > most:
        yield texts.chat(language, "tab-more", count=count - most)


def _state(texts: Texts, language: str, card: TabCard) -> Iterable[Html]:
    charge = card.charge
    if charge is not None:
        yield _of_charge(texts, language, card, charge)
    elif card.whole.free and not card.payable:
        yield texts.chat(language, "tab-below", least=card.least, rail=rail_name(texts, language, card.rail))
    elif card.whole.free:
        yield texts.chat(language, "tab-waits", rail=rail_name(texts, language, card.rail), at=card.settles_at)


def _of_charge(texts: Texts, language: str, card: TabCard, charge: Charge) -> Html:
    if charge.state is ChargeState.ANNOUNCED and charge.charge_at is not None:
        label = card.method.method.label if card.method is not None else rail_name(texts, language, card.rail)
        at = texts.about(language, charge.charge_at)
        return texts.chat(language, "tab-announced", sum=charge.amount, at=at, method=label)
    if card.shared is not None and not card.page_over:
        return texts.chat(language, "tab-asked-together", sum=charge.amount, whole=card.shared)
    return texts.chat(language, "tab-page-over" if card.page_over else "tab-asked", sum=charge.amount)


def _buttons(texts: Texts, language: str, card: TabCard, gift: Money, most_off: int) -> Rows:
    rows = _to_pay(texts, language, card, gift) if card.whole.free else []
    if card.charge is not None:
        rows.append([tap(texts.plain(language, "button-tab-skip"), cb.TabSkip(charge=card.charge.id))])
    if card.charging:  # what it is charged for can't be taken off, nor can the method be deleted
        return rows
    if card.method is not None:
        words = texts.plain(language, "button-tab-forget", method=card.method.method.label)
        rows.append([tap(words, cb.MethodForget(method=card.method.id))])
    elif card.saves:
        rows.append([tap(texts.plain(language, "button-tab-save"), cb.TabSave(tab=card.tab.id))])
    for tip, project in card.tips[:most_off]:
        title = clean(project.title(language), most=TITLE_ON_BUTTON)
        words = texts.plain(language, "button-off", amount=tip.amount, title=title)
        rows.append([tap(words, cb.PromiseOff(tip=tip.id))])
    return rows


def _to_pay(texts: Texts, language: str, card: TabCard, gift: Money) -> Rows:
    name, tab = clean(card.organisation.name(language), most=TITLE_ON_BUTTON), card.tab.id
    if card.payable:
        words = texts.plain(language, "button-tab-pay", sum=card.whole.free, name=name)
        return [[tap(words, cb.TabPay(tab=tab, minor=card.whole.free.minor))]]
    return [
        [tap(texts.plain(language, "button-tab-round", sum=up, name=name), cb.TabRound(tab=tab, minor=up.minor))]
        for up in round_ups(card.whole.free, card.least, gift)
    ]


def pay(texts: Texts, language: str, amount: Money, url: str | None, code: cb.TabCode | None = None) -> Rendered:
    """Here is the page, or the `code`; without either, a saved method is being charged."""
    if url is None:
        back = [tap(texts.plain(language, "button-back"), cb.TabShow())]
        return Rendered(texts.chat(language, "tab-charging", sum=amount), keyboard([back]))
    back = [tap(texts.plain(language, "button-back"), cb.TabShow())]
    words = texts.chat(language, "tab-pay" if code is None else "tab-pay-code", sum=amount)
    return Rendered(words, keyboard([*keyboards.pay(texts, language, amount, url, code), back]))


def save(texts: Texts, language: str, url: str) -> Rendered:
    """Where a method is saved, and what that means."""
    rows = [[opens(texts.plain(language, "button-tab-save-open"), url)]]
    back = [tap(texts.plain(language, "button-back"), cb.TabShow())]
    return Rendered(texts.chat(language, "tab-save"), keyboard([*rows, back]))


def choices(usual: Money, parts: Iterable[Fraction]) -> list[Money]:
    """What holds for who has not chosen, and sums around it of one digit that is not 0."""
    found = {usual.minor}
    for part in parts:
        minor = round(usual.minor * part)
        unit = 10 ** (len(str(minor)) - 1)
        found.add(usual.minor if part == 1 else max(1, round(minor / unit)) * unit)
    return [Money(minor, usual.currency) for minor in sorted(found)]


def terms(texts: Texts, language: str, what: cb.TermsOf, usual: Terms, chosen: Money) -> Rendered:
    """Which sum? Around what is `usual` for who has not chosen."""
    settle = what is cb.TermsOf.SETTLE
    sums = choices(usual.settle_at, SETTLE_AT) if settle else choices(usual.monthly, MONTHLY)
    marks = [("✓ " if sum_ == chosen else "") + texts.money(language, sum_) for sum_ in sums]
    rows = [[tap(words, cb.TabTerms(what=what, minor=s.minor)) for words, s in zip(marks, sums, strict=True)]]
    back = [tap(texts.plain(language, "button-back"), cb.TabShow())]
    return Rendered(texts.chat(language, f"tab-ask-{what}"), keyboard([*rows, back]))


def announced(texts: Texts, language: str, told: ChargeTold) -> Rendered:
    """In three days it is charged: what for, and the ways out."""
    at = texts.about(language, told.charge.charge_at) if told.charge.charge_at is not None else ""
    about = {"sum": told.charge.amount, "at": at, "organisation": told.organisation.name(language)}
    method = told.label or rail_name(texts, language, told.rail)
    text = paragraphs(
        texts.chat(language, "tab-announce", **about, method=method),
        Html("\n".join(_lines(texts, language, told.tips, len(told.tips)))),
    )
    skip = tap(texts.plain(language, "button-tab-skip"), cb.TabSkip(charge=told.charge.id))
    change = tap(texts.plain(language, "button-tab-change"), cb.TabShow(fresh=True))
    return Rendered(text, keyboard([[skip, change]]))


def not_charged(texts: Texts, language: str, told: ChargeTold) -> Rendered:
    """They pressed, and the operator has something to mend first."""
    organisation = told.organisation.name(language)
    text = texts.chat(language, "tab-not-charged", sum=told.charge.amount, organisation=organisation)
    return Rendered(text, keyboard([[tap(texts.plain(language, "button-tab"), cb.TabShow(fresh=True))]]))


def asked(texts: Texts, language: str, told: ChargeTold) -> Rendered:
    """It is to be paid: what for, and where; and why not by the saved card, if that was declined."""
    amount, words = told.charge.amount, "tab-declined" if told.charge.reason is Reason.DECLINED else "tab-ask"
    text = paragraphs(
        texts.chat(language, words, sum=amount, organisation=told.organisation.name(language)),
        Html("\n".join(_lines(texts, language, told.tips, len(told.tips)))),
    )
    data = cb.TabPay(tab=told.charge.tab, minor=amount.minor)
    pay_ = tap(texts.plain(language, "button-pay", amount=amount), data)
    skip = tap(texts.plain(language, "button-tab-skip"), cb.TabSkip(charge=told.charge.id))
    return Rendered(text, keyboard([[pay_], [skip]]))
