"""Each rule of monthly giving, and how often it was seen at work: in the database, at the bank, in what was told."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from giving.notices import NoticeKind
from giving.pledges import Instalment, InstalmentState, Way, debit_id
from giving.tips import TipState
from tests.monthly.checks import COUNTED, WEEK, Found
from tests.monthly.script import zone_of
from tests.monthly.telegram import Told
from tests.monthly.town import PER_WEEK
from tests.monthly.years import Years

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLEDGE: Final = frozenset(
    {
        NoticeKind.PLEDGE_ANNOUNCED, NoticeKind.PLEDGE_ASKED, NoticeKind.PLEDGE_REMINDED, NoticeKind.PLEDGE_DECLINED,
        NoticeKind.PLEDGE_PAUSED, NoticeKind.PLEDGE_WAITING,
    }
)  # fmt: skip
Row = tuple[str, int]


@dataclass
class Evidence:
    """What is looked at."""

    years: Years
    there: Found

    def __post_init__(self) -> None:
        self.acts, self.bank = self.years.seen.acts, self.years.town.bank
        self.told = self.years.town.session.told
        self.first: dict[tuple[NoticeKind, UUID], Told] = {}
        for one in self.told:
            for subject in one.subjects:
                self.first.setdefault((one.kind, subject), one)
        self.months = {one.id: one for one in self.there.months}
        self.by_payment = {
            debit_id(one.pledge, one.month, nth): one for one in self.there.months for nth in range(1, one.debits + 1)
        }
        self.tries: dict[UUID, list[tuple[datetime, str]]] = {}
        for reference, _, at, did in self.bank.tries:
            if reference in self.by_payment:  # else a tab's
                self.tries.setdefault(self.by_payment[reference].id, []).append((at, did))

    def notice(self, one: Instalment) -> datetime | None:
        """When it was announced to its donor."""
        found = self.first.get((NoticeKind.PLEDGE_ANNOUNCED, one.id))
        return found.at if found is not None else None

    def zone(self, one: Instalment) -> str | None:
        """By whose clock its donor lives in the end."""
        return self.years.whose[one.pledge][0].zone

    def of(self, state: InstalmentState) -> list[Instalment]:
        """Months that came to this."""
        return [one for one in self.there.months if one.state is state]

    def count(self, kind: NoticeKind, state: InstalmentState) -> int:
        """Messages of a kind about months that came to this."""
        return sum(self.months[s].state is state for k, s in self.first if k is kind and s in self.months)


def table(years: Years, there: Found) -> list[Row]:
    """Every rule, and how often; zero is a failure."""
    seen = Evidence(years, there)
    return [
        *_promised(seen), *_scheduled(seen), *_by_hand(seen), *_debited(seen), *_refused(seen), *_changed(seen),
        *_waiting(seen), *_told(seen),
    ]  # fmt: skip


def _promised(seen: Evidence) -> list[Row]:
    acts, refused = seen.acts, Counter(name for *_, name in seen.years.seen.refused)
    creator = sum(gift.creator is not None for gift in seen.there.gifts.values() if gift.state is TipState.PAID)
    return [
        ("promised: paid by a saved card", acts["made saved"]),
        ("promised: paid by a link each month", acts["made card"]),
        ("promised: too little for a card, so it goes on the tab", acts["made tab"]),
        ("promised: every three months", acts["made quarterly"]),
        ("promised: for an organisation, whichever of its projects needs most", acts["made organisation"]),
        ("promised: for chosen projects, whichever needs most", acts["made choices"]),
        ("promised: several by one donor for one day", acts["made beside"]),
        ("promised since a creator called for it: the gifts are credited to them", creator),
        ("a second pledge for the same is refused", refused["PledgeTwice"]),
        ("who left has no pledge any more, and came back with a new one", acts["came back"]),
    ]


def _scheduled(seen: Evidence) -> list[Row]:
    short = notices = on_day = early = late = 0
    for one in seen.there.months:
        pledge, there = seen.there.pledges[one.pledge], one.due_at.astimezone(zone_of(seen.zone(one)))
        short += pledge.day > one.month.last_day() == there.day and not one.tries
        notice = seen.notice(one)
        notices += notice is not None and abs(one.due_at - notice - 7 * DAY) < HOUR
        if one.first_tried_at is not None and notice is not None:
            on_day += abs(one.first_tried_at - one.due_at) < HOUR or one.tries > 0
            late += one.first_tried_at - notice < 6 * DAY
        first = one.month == pledge.first and pledge.way is Way.SAVED
        early += first and one.due_at - pledge.began_at >= 6 * DAY + 19 * HOUR
    return [
        ("the 29th to 31st is the last day of a shorter month", short),
        ("the first debit is seven days after the promise or later", early),
        ("announced seven days before its debit", notices),
        ("debited on its day", on_day),
        ("announced late: debited five days after the notice arrived", late),
        ("two schedulers at once: nothing twice", seen.acts["two schedulers"]),
        ("given every three months", sum(seen.there.pledges[one.pledge].every == 3 for one in seen.there.months)),
        ("went to where it was needed most", sum(_free(seen, one) for one in seen.there.months)),
    ]


def _free(seen: Evidence, one: Instalment) -> bool:
    return seen.there.pledges[one.pledge].project is None and one.state is InstalmentState.PAID


def _by_hand(seen: Evidence) -> list[Row]:
    every = seen.there.months
    asked = [one for one in every if one.asked_at is not None and one.way is Way.LINK]
    reminded = [one for one in asked if one.reminded_at is not None and one.asked_at is not None]
    return [
        ("asked for by a link on the day", sum(one.asked_at == one.due_at for one in asked)),
        ("paid by hand", sum(one.state is InstalmentState.PAID for one in asked)),
        ("reminded once, three days later", sum(one.reminded_at - one.asked_at >= 3 * DAY for one in reminded)),  # type: ignore[operator]
        ("paid after that", sum(one.state is InstalmentState.PAID for one in reminded)),
        ("given up after seven days", len(seen.of(InstalmentState.MISSED))),
        ("pressed to pay when it was too late: nothing is paid", seen.acts["pay: TipNotOpen"]),
        (
            "missed three in a row: paused, with one message",
            seen.count(NoticeKind.PLEDGE_PAUSED, InstalmentState.MISSED),
        ),
        ("stood on the tab", sum(one.way is Way.TAB for one in every)),
        ("paid with the tab", sum(one.way is Way.TAB and one.state is InstalmentState.PAID for one in every)),
    ]


def _debited(seen: Evidence) -> list[Row]:
    replaced = 0
    for charge in seen.bank.charges.values():
        one = seen.by_payment.get(charge.reference)
        notice = seen.notice(one) if one is not None else None
        if charge.card is not None and notice is not None:
            replaced += notice < seen.bank.cards[charge.card].since < charge.at
    return [
        ("charged to the saved card", len(seen.bank.by_key)),
        ("the card was replaced between notice and debit: the new one is charged", replaced),
        ("the card was taken away between notice and debit: a link", seen.acts["drop announced"]),
        ("the rail did not answer: charged later that hour", seen.bank.seen["away"]),
        ("it charged, and its answer was lost: one charge", seen.bank.seen["answer lost"]),
        ("it was asked again by the same key: one charge", seen.bank.seen["asked again"]),
        ("its event came twice: booked once", seen.bank.seen["event twice"]),
        ("its event came hours late: booked", seen.bank.seen["event late"]),
        ("given back at the bank: the books, the year and the proofs agree", len(seen.bank.returned)),
    ]


def _refused(seen: Evidence) -> list[Row]:
    third = seventh = link = 0
    for name, tries in seen.tries.items():
        first = tries[0][0]
        third += any(3 * DAY <= at - first < 3 * DAY + 2 * HOUR for at, _ in tries[1:])
        seventh += any(7 * DAY <= at - first < 7 * DAY + 2 * HOUR for at, _ in tries[1:])
        link += tries[-1][1] == "authenticates" and seen.months[name].asked_at is not None
    paid = seen.of(InstalmentState.PAID)
    retried = [one for one in paid if one.tries]
    return [
        ("declined: told why, and when it is tried again", sum(k is NoticeKind.PLEDGE_DECLINED for k, _ in seen.first)),
        ("tried again on day 3", third),
        ("tried again on day 7", seventh),
        ("paid when it was tried again", sum(one.way is Way.SAVED for one in retried)),
        ("declined, and paid by its link instead", sum(one.way is Way.LINK for one in retried)),
        ("declined for the last time: not tried any more", len(seen.of(InstalmentState.FAILED))),
        ("and paused, with one message", seen.count(NoticeKind.PLEDGE_PAUSED, InstalmentState.FAILED)),
        ("only its owner can say yes: a link", link),
    ]


def _changed(seen: Evidence) -> list[Row]:
    acts, goes_on = seen.acts, 0
    for pledge, at in seen.years.rests.items():
        goes_on += any(one.pledge == pledge and one.due_at > at and one.asked_at != at for one in seen.there.months)
    kept = sum(seen.months[name].due_at == due for name, due in seen.years.dues.items() if name in seen.months)
    return [
        ("left out after its notice", acts["skip announced"]),
        ("left out when it was asked for", acts["skip asked"]),
        ("left out ahead", acts["skip"] - acts["skip announced"] - acts["skip asked"]),
        ("another sum after the notice", acts["amount announced"]),
        ("another sum when it was asked for", acts["amount asked"]),
        ("another sum while it waited to be tried again", acts["amount retry"]),
        ("another day after the notice", acts["day announced"]),
        ("another project after the notice", acts["move announced"]),
        ("by a link from now on, after the notice", acts["by_link announced"]),
        ("by a card from now on", acts["by_card"]),
        ("paused after the notice", acts["pause announced"]),
        ("a pause ended, and it went on by itself", goes_on),
        ("taken up again early", acts["resume paused"]),
        ("ended after the notice", acts["cancel announced"]),
        ("ended when it was asked for", acts["cancel asked"]),
        ("another clock between notice and debit: the debit stays where it was", kept),
    ]


def _waiting(seen: Evidence) -> list[Row]:
    acts, halted = seen.acts, 0
    waits = [
        (one.at, subject) for one in seen.told for subject in one.subjects if one.kind is NoticeKind.PLEDGE_WAITING
    ]
    for one in seen.of(InstalmentState.SKIPPED):
        if seen.notice(one) is not None:
            halted += any(subject == one.pledge and timedelta() <= at - one.due_at < DAY for at, subject in waits)
    return [
        ("its project was closed: no debit, one message", acts["waits close"]),
        ("its project reached its goal: no debit, one message", acts["waits reach"]),
        ("its organisation lost its verification: no debit, one message", acts["waits unverify"]),
        ("that came between notice and debit: not debited", halted),
        ("its donor chose where to go on", acts["move waiting"]),
        ("it went on when its organisation was verified again", acts["resume waiting"]),
        ("going on was refused while nothing takes gifts", acts["refused PledgeWaits"]),
    ]


def _told(seen: Evidence) -> list[Row]:
    mornings = 0
    for one in seen.told:
        player = seen.years.by_chat.get(one.chat)
        there = one.at.astimezone(zone_of(player.zone if player is not None else None))
        mornings += there.hour == 8 and there.minute < 3 and one.kind is not NoticeKind.RECEIPT
    gifts = {one.tip for one in seen.of(InstalmentState.PAID)}
    receipts = [subject for kind, subject in seen.first if kind is NoticeKind.RECEIPT and subject in gifts]
    news = sum(one.kind is NoticeKind.PROJECT_NEWS for one in seen.told)
    several = [one for one in seen.told if len(one.subjects) > 1]
    unheard = sum(
        one.way is Way.SAVED and seen.notice(one) is None and not one.tries for one in seen.of(InstalmentState.SKIPPED)
    )
    return [
        ("one message for several pledges", sum(one.kind in PLEDGE for one in several)),
        ("a receipt for a month", len(receipts)),
        ("one receipt for several months", sum(one.kind is NoticeKind.RECEIPT for one in several)),
        ("a certificate (of a sample of donors)", sum(one.kind is NoticeKind.CERTIFICATE for one in seen.told)),
        ("a message waited for its reader's morning", mornings),
        ("its reader had blocked the bot: no notice, so no debit", unheard),
        ("news of a project reached its monthly donors", news),
        ("news were kept back by the week's cap", _kept_back(seen)),
        ("a second news in a month is kept for the page, and sent to nobody", seen.acts["news kept for the page"]),
        ("a donor's year in review, compared", seen.acts["recap"]),
        ("an organisation's figures, compared", seen.acts["organisation"]),
        ("ended, and said why", seen.acts["said why"]),
    ]


def _kept_back(seen: Evidence) -> int:
    """News that did not come to who had been told of so much else in the week before, or that hour."""
    came: dict[UUID, list[datetime]] = {}
    for one in seen.told:
        if one.kind in COUNTED:
            came.setdefault(one.person, []).append(one.at)
    told = {(one.person, subject) for one in seen.told for subject in one.subjects}
    kept = [(person, due) for person, news, due in seen.years.news_queued if (person, news) not in told]
    return sum(sum(due - WEEK <= at <= due + HOUR for at in came.get(person, ())) >= PER_WEEK for person, due in kept)


def printed(rows: list[Row]) -> str:
    """The table, for people."""
    wide = max(len(text) for text, _ in rows)
    return "\n".join(f"{text:<{wide}}  {count:>7}" for text, count in rows)
