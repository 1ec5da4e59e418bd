"""The bank at the other end: cards that do what they are told to, pages, books of its own, and events on their way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from giving.errors import RailUnavailable
from giving.payments import EventKind, PaymentState, SavedMethod
from payments.provider import Declined, Found, PaymentIntent, PaymentLink, PaymentRef, RailRefused
from services.clock import Clock
from tests.rails import event
from tests.services.test_tabs import CardRail

TWICE, LATE, LOST = 7, 11, 97  # every so-many-th event comes twice or hours late, charge's answer is lost
RETURNED, RETURNED_AFTER = 53, timedelta(hours=26)  # every so-many-th charge of a card is given back there
LATE_BY = timedelta(hours=2, minutes=20)
AWAY_DAY, AWAY_IN = 12, (2, 9)  # on this day of these months it does not answer after ten in Shanghai
AWAY = timedelta(minutes=41)


@dataclass
class Card:
    """A saved card: whose, for which organisation, since when; what it does when it is charged."""

    donor: int
    organisation: str
    since: datetime
    does: str = "works"


@dataclass
class Charge:
    """Money that moved. `card`: by which saved one, None by a page."""

    reference: UUID
    minor: int
    at: datetime
    card: str | None
    key: str = ""


@dataclass
class Page:
    """Where a payment is made by hand."""

    minor: int
    closed: bool = False
    paid: bool = False


class Bank(CardRail):
    """One charge for each key, for ever; only a donor's newest card of an organisation is charged."""

    def __init__(self, now: Clock) -> None:
        super().__init__()
        self.now = now
        self.cards: dict[str, Card] = {}
        self.newest: dict[tuple[int, str], str] = {}
        self.charges: dict[str, Charge] = {}
        self.by_key: dict[str, str] = {}
        self.pages: dict[UUID, Page] = {}
        self.post: list[tuple[datetime, bytes]] = []  # on its way
        self.seen: Counter[str] = Counter()
        self.returned: dict[str, int] = {}
        self.tries: list[tuple[UUID, str, datetime, str]] = []  # reference, card, when, what came of it
        self._said = 0

    def issue(self, donor: int, organisation: str) -> str:
        """A new card, which takes the place of the one before it."""
        name = f"pm_{donor}_{organisation}_{len(self.cards)}"
        self.cards[name] = Card(donor, organisation, self.now())
        self.newest[donor, organisation] = name
        return name

    def drop(self, donor: int, organisation: str) -> None:
        """It is not to be charged any more."""
        self.newest.pop((donor, organisation), None)

    def of(self, donor: int) -> list[Card]:
        """The cards somebody has."""
        return [self.cards[name] for (whose, _), name in self.newest.items() if whose == donor]

    # -- money --

    def _paid(self, reference: UUID, minor: int, card: str | None, key: str = "", *, lost: bool = False) -> str:
        name = f"ch_{len(self.charges) + 1}"
        self.charges[name] = Charge(reference, minor, self.now(), card, key)
        self._said += 1
        at = int(self.now().timestamp())
        body = event(
            EventKind.PAID, reference, f"evt_{name}", at=at, their_id=name, charge=name, minor=minor, fee=3
        )  # fmt: skip
        late = self._said % LATE == 0 or lost
        self.seen["event late"] += late
        self.post.append((self.now() + (LATE_BY if late else timedelta()), body))
        if card is not None and self._said % RETURNED == 0:  # at the provider's own page
            self.returned[name], back = minor, self.now() + RETURNED_AFTER
            refund = event(
                EventKind.REFUNDED, reference, f"evt_re_{name}", at=int(back.timestamp()), their_id=f"re_{name}",
                charge=name, minor=minor,
            )  # fmt: skip
            self.post.append((back, refund))
        if self._said % TWICE == 0:
            self.seen["event twice"] += 1
            self.post.append((self.now() + LATE_BY / 2, body))
        return name

    def pay(self, reference: UUID) -> None:
        """The donor pays a page. Raises: RailRefused (it is closed)."""
        page = self.pages[reference]
        if page.closed or page.paid:
            raise RailRefused("closed")
        page.paid = True
        self._paid(reference, page.minor, None)

    def due(self, *, late: bool = False) -> list[bytes]:
        """Events that arrive now."""
        now = self.now() + (LATE_BY if late else timedelta())
        arrived = [body for at, body in self.post if at <= now]
        self.post = [(at, body) for at, body in self.post if at > now]
        return arrived

    # -- the rail --

    @property
    def away(self) -> bool:
        """Whether it does not answer."""
        now = self.now()
        return (
            now.month in AWAY_IN
            and now.day == AWAY_DAY
            and timedelta() <= now - now.replace(hour=2, minute=0, second=0, microsecond=0) < AWAY
        )

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        self.pages.setdefault(intent.reference, Page(intent.amount.minor))
        assert self.pages[intent.reference].minor == intent.amount.minor
        return await super().create_payment(intent, key=key)

    async def cancel_payment(self, payment: PaymentRef) -> None:
        page = self.pages.get(payment.reference)
        if page is not None and page.paid:
            raise RailRefused("paid")
        if page is not None:
            page.closed = True

    async def fetch(self, payment: PaymentRef) -> Found:
        for name, charge in self.charges.items():
            if charge.reference == payment.reference:
                return Found(PaymentState.PENDING, name)
        page = self.pages.get(payment.reference)
        if page is None:
            return Found(PaymentState.CREATED)
        state = PaymentState.CANCELLED if page.closed else PaymentState.CREATED
        return Found(state, f"pay_{payment.reference.hex}", f"https://pay.example/{payment.reference.hex}")

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        if self.away:
            self.seen["away"] += 1
            raise RailUnavailable
        if key in self.by_key:
            self.seen["asked again"] += 1
            return PaymentLink(self.by_key[key], "")
        card = self.cards[method.method]
        assert self.newest.get((card.donor, card.organisation)) == method.method, "a card of before was charged"
        self.tries.append((intent.reference, method.method, self.now(), card.does))
        if card.does != "works":
            raise Declined("authentication_required" if card.does == "authenticates" else "card_declined")
        lost = (len(self.by_key) + 1) % LOST == 0  # and the event takes its time: it will be asked again
        name = self.by_key[key] = self._paid(intent.reference, intent.amount.minor, method.method, key, lost=lost)
        if lost:
            self.seen["answer lost"] += 1
            raise RailUnavailable
        return PaymentLink(name, "")


@dataclass
class Books:
    """What the bank counted, for the end."""

    charged: dict[UUID, list[Charge]] = field(default_factory=dict)

    @classmethod
    def of(cls, bank: Bank) -> "Books":
        """By payment."""
        books = cls()
        for charge in bank.charges.values():
            books.charged.setdefault(charge.reference, []).append(charge)
        return books
