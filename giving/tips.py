"""A tip: offered → paid → refunded, or cancelled before it was paid."""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from giving.errors import (
    GivingError,
    PostUnknown,
    ProjectClosed,
    ProjectUnknown,
    SlotUnknown,
    TippingOff,
    TippingPaused,
    WrongCurrency,
)
from giving.money import Money, within
from giving.people import Visibility
from giving.quick import quick


class TipState(StrEnum):
    """Where a tip is on its way; only PAID counts in any total, as far as it was not given back in part.

    ON_TAB: promised, to be paid with others by one charge. EXPIRED: promised, and not paid for long. REFUNDED: given
    back whole, or taken back for good by the donor's bank.
    """

    OFFERED = "offered"
    ON_TAB = "on_tab"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PAID = "paid"
    REFUNDED = "refunded"


@quick
@dataclass(frozen=True, slots=True)
class Tip:
    """One gift. `charge` is the provider's id of the payment that paid it, `entry_key` the ledger's of its entry.

    `day`: the giving day it was tapped on, as long as it can still be paid in time for it.
    """

    id: UUID
    donor: UUID
    project: UUID
    amount: Money
    visibility: Visibility
    receipt_code: str
    offered_at: datetime
    state: TipState = TipState.OFFERED
    post: UUID | None = None
    chat: UUID | None = None
    creator: UUID | None = None
    payment: UUID | None = None
    charge: str | None = None
    entry_key: str | None = None
    extra_of: UUID | None = None
    slot: UUID | None = None
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    refunded_minor: int = 0
    day: UUID | None = None

    @property
    def kept(self) -> Money:
        """What is left of it after what was given back."""
        return Money(self.amount.minor - self.refunded_minor, self.amount.currency)

    @property
    def in_part(self) -> bool:
        """Whether some of it was given back, and some is still given."""
        return self.state is TipState.PAID and self.refunded_minor > 0

    @property
    def open_key(self) -> str | None:
        """Unique while the tip is unpaid: the same tap again is the same tip."""
        if self.state is not TipState.OFFERED:
            return None
        return open_key(self.donor, self.post or self.slot or self.project, self.amount)

    def paid(self, *, charge: str, entry_key: str, at: datetime) -> "Tip":
        """The same tip, paid. Written out, as replace() would cost more than all the other rules of a settlement."""
        return Tip(
            self.id, self.donor, self.project, self.amount, self.visibility, self.receipt_code, self.offered_at,
            TipState.PAID, self.post, self.chat, self.creator, self.payment, charge, entry_key, self.extra_of,
            self.slot, at, self.cancelled_at, self.refunded_at, self.refunded_minor,
            self.day,
        )  # fmt: skip

    @property
    def returnable(self) -> bool:
        """Whether the donor may take it back alone: paid twice for one tip, or paid after cancelling."""
        return self.state is TipState.PAID and (self.extra_of is not None or self.cancelled_at is not None)


@quick
@dataclass(frozen=True, slots=True)
class OfferRequest:
    """A tap or a command. `key` comes from the update, so the same update again is the same tip.

    `rail`: what its donor paid by last.
    """

    key: str
    donor: UUID
    amount: Money
    post: UUID | None = None
    project: UUID | None = None
    visibility: Visibility = Visibility.ANONYMOUS
    slot: UUID | None = None
    rail: str | None = None

    @property
    def goal(self) -> UUID | None:
        """What was tapped: a post, a slot, or a project."""
        return self.post or self.slot or self.project


def open_key(donor: UUID, goal: UUID | None, amount: Money) -> str:
    """Who would give what to what."""
    return f"{donor}:{goal}:{amount.minor}{amount.currency}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an offer would go: a project (is it open, in which currency), through a post of a chat, a slot, or neither.

    A slot's name is `chat_title`.
    """

    project: UUID
    open: bool
    currency: str
    chat: UUID | None = None
    chat_title: str = ""
    chat_on: bool = True
    creator: UUID | None = None
    paused: bool = False
    organisation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most of one tip."""

    least: Money
    most: Money


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a new tip takes from outside the rules: an id, a receipt code, the time, the id of its own payment.

    `day`: the giving day that is on for its project at that time.
    """

    id: UUID
    receipt_code: str
    at: datetime
    payment: UUID | None = None
    day: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What one request came to: a tip (new, or known and perhaps another giving day's now), or a refusal."""

    tip: Tip | None
    refusal: GivingError | None = None
    is_new: bool = False
    moved: bool = False


def decide_offers(
    requests: Iterable[tuple[OfferRequest, Target | None, Fresh]],
    known: Mapping[str, Tip],
    unpaid: Mapping[str, Tip],
    limits: Limits,
) -> list[Decided]:
    """Decide a batch in order: known keys and unpaid twins give the same tip, the rest a new one or a refusal.

    `known` is by request key, `unpaid` by open key; what this batch adds counts for its later items.
    """
    by_key, by_open_key = dict(known), dict(unpaid)
    return [_decide(request, target, fresh, by_key, by_open_key, limits) for request, target, fresh in requests]


def _decide(
    request: OfferRequest,
    target: Target | None,
    fresh: Fresh,
    by_key: MutableMapping[str, Tip],
    by_open_key: MutableMapping[str, Tip],
    limits: Limits,
) -> Decided:
    if request.key in by_key:
        tip = by_key[request.key]
        return Decided(tip) if tip.donor == request.donor else Decided(None, PostUnknown())
    try:
        tip = offered(request, target, fresh, limits)
    except GivingError as refusal:
        return Decided(None, refusal)
    open_key = tip.open_key or ""
    twin = by_open_key.get(open_key)
    if twin is not None and fresh.day is not None and twin.day != fresh.day:
        # Tapped before, and now again on a giving day: it is this tap that counts.
        twin = replace(twin, day=fresh.day, offered_at=fresh.at)
        by_key[request.key] = by_open_key[open_key] = twin
        return Decided(twin, moved=True)
    by_key[request.key] = by_open_key[open_key] = twin or tip
    return Decided(twin or tip, is_new=twin is None)


def offered(request: OfferRequest, target: Target | None, fresh: Fresh, limits: Limits) -> Tip:
    """A new tip, if it is allowed.

    Raises: PostUnknown, ProjectUnknown, TippingOff (or Paused), ProjectClosed (without its args), WrongCurrency,
    TipTooSmall, TipTooLarge.
    """
    if target is None:
        raise PostUnknown() if request.post else SlotUnknown() if request.slot else ProjectUnknown()
    if not target.open:
        raise ProjectClosed
    if target.paused:
        raise TippingPaused(chat=target.chat_title)
    if not target.chat_on:
        raise TippingOff(chat=target.chat_title)
    if target.currency != request.amount.currency or target.currency != limits.least.currency:
        raise WrongCurrency(currency=target.currency)
    within(request.amount, least=limits.least, most=limits.most)
    return Tip(
        id=fresh.id,
        donor=request.donor,
        project=target.project,
        amount=request.amount,
        visibility=request.visibility,
        receipt_code=fresh.receipt_code,
        offered_at=fresh.at,
        post=request.post,
        chat=target.chat,
        creator=target.creator,
        payment=fresh.payment,
        slot=request.slot if request.post is None else None,
        day=fresh.day,
    )


def extra(tip: Tip, fresh: Fresh, payment: UUID) -> Tip:
    """The gift that a second payment for the same tip makes; unpaid until its entry is booked.

    It names the payment that paid it, which may be one its tip named before: what goes back of it is told of that one.
    """
    return replace(
        tip,
        id=fresh.id,
        payment=payment,
        receipt_code=fresh.receipt_code,
        offered_at=fresh.at,
        extra_of=tip.id,
        state=TipState.OFFERED,
        charge=None,
        entry_key=None,
        paid_at=None,
        cancelled_at=None,
        refunded_at=None,
        refunded_minor=0,
    )
