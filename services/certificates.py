"""Certificates of monthly giving: made with the month that earned one, drawn whenever asked for, checked by anyone."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from giving.errors import CertificateUnknown, PictureFailed
from giving.money import Money, sum_of
from giving.names import clean
from giving.notices import URGENCY, NoticeKind
from giving.people import Person, Visibility
from giving.pledges import Certificate, Month, Pledge, certificate_number, in_a_row, levels, months_in_all
from giving.projects import Project
from giving.quiet import QuietHours
from giving.receipts import RANDOM_BITS
from pictures import CertificateCard, Pictures
from services.clock import Clock, utc_now
from services.links import Links
from services.projects import Page
from services.subscriptions import by_day
from storage.certificates import MonthPaid
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
NAME_GRAPHEMES: Final = 60
PER_PAGE: Final = 6


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate as its owner chose to show it, and what the ledger says of it now.

    `first`: the first month it counts. `others`: how many more projects these months went to. `gifts`: how many, of
    which `booked` have their entry in the ledger, and `kept` is left. `hidden`: no amount is shown to anybody, for good
    where it was made without.
    """

    certificate: Certificate
    project: Project
    others: int
    first: Month | None
    gifts: int
    booked: int
    kept: Money
    hidden: bool

    @property
    def total(self) -> Money | None:
        """What the certificate says was given; None where amounts are hidden."""
        return None if self.hidden else self.certificate.total

    @property
    def less(self) -> bool:
        """Whether some of it went back since it was made."""
        return self.kept.minor < self.certificate.total.minor

    @property
    def holds(self) -> bool:
        """Whether every gift is in the ledger, and all of it is still there."""
        return self.booked == self.gifts > 0 and not self.less


AfterPaid = Callable[[Work, Pledge], Awaitable[Certificate | None]]


def proving(now: Clock = utc_now, quiet: QuietHours | None = None) -> AfterPaid:
    """`after_paid` by this clock; messages wait for their readers' mornings."""

    async def prove(work: Work, pledge: Pledge) -> Certificate | None:
        return await after_paid(work, pledge, now=now(), quiet=quiet)

    return prove


async def after_paid(
    work: Work, pledge: Pledge, *, now: datetime, quiet: QuietHours | None = None
) -> Certificate | None:  # fmt: skip
    """The certificate that a pledge's paid months have earned since the last, in the commit that notes one as paid.

    To be called once the instalment is PAID in this unit of work; called again, nothing more is made. Its donor is
    told. None: no new one. The caller wakes the outbox.
    """
    gone = await work.instalments.gone(pledge.id)
    reached = levels(await work.certificates.last_level(pledge.id), months_in_all(gone))
    name = await work.certificates.name_of(pledge.donor) if reached else None
    paid = [each for each in await work.certificates.paid(pledge.id) if each.back_at is None] if reached else []
    if not reached or name is None or not paid:
        return None
    made = Certificate(
        id=new_id(),
        pledge=pledge.id,
        donor=pledge.donor,
        project=paid[-1].project,
        number=certificate_number(secrets.randbits(RANDOM_BITS)),
        months=reached[-1],
        in_a_row=min(reached[-1], in_a_row(gone)),
        total=_kept(paid, paid[-1].kept.currency),
        name=None if pledge.visibility is Visibility.ANONYMOUS else clean(name, most=NAME_GRAPHEMES) or None,
        # A rail's clock may go before ours: what it counts is what was paid by then.
        made_at=max([now, *(each.paid_at for each in paid if each.paid_at is not None)]),
        # The sum of gifts of which one hides its amount would tell it.
        hidden=pledge.visibility is Visibility.AMOUNT_HIDDEN or any(each.hidden for each in paid),
    )
    if not await work.certificates.add(made):
        return None
    kind, timezone = NoticeKind.CERTIFICATE, await work.subscriptions.timezone(pledge.donor)
    told = NewMessage(f"{kind}:{made.id}", kind, URGENCY[kind], made.donor, made.id, by_day(now, quiet, timezone))
    await work.outbox.add_many([told], now=now)
    log.info(
        "certificate_made", certificate_id=str(made.id), pledge_id=str(pledge.id), months=made.months,
        total_minor=made.total.minor, currency=made.total.currency,
    )  # fmt: skip
    return made


class CertificateService:
    """Everybody's own; by its number, what its owner chose to show."""

    def __init__(self, unit: UnitOfWork, pictures: Pictures, links: Links, *, now: Clock = utc_now) -> None:
        """Nothing is drawn before it is asked for."""
        self._unit, self._pictures, self._links, self._now = unit, pictures, links, now

    async def own(self, certificate: UUID, person: Person) -> Proof:
        """One of theirs. Raises: CertificateUnknown (also for what is somebody else's)."""
        async with self._unit.snapshot() as work:
            found = await work.certificates.by_id(certificate)
            if found is None or found.donor != person.id:
                raise CertificateUnknown
            return await _proof(work, found)

    async def told(self, certificate: UUID) -> Proof | None:
        """For the message that brings it; None if there is nothing to bring any more."""
        async with self._unit.snapshot() as work:
            found = await work.certificates.by_id(certificate)
            return await _proof(work, found) if found is not None else None

    async def checked(self, number: str) -> Proof:
        """By its number, for anyone. Raises: CertificateUnknown."""
        async with self._unit.snapshot() as work:
            found = await work.certificates.by_number(number)
            if found is None:
                raise CertificateUnknown
            return await _proof(work, found)

    async def mine(self, person: Person, page: int = 0) -> Page[Proof]:
        """Theirs, the newest first; a page that isn't there is the last one."""
        async with self._unit.snapshot() as work:
            total = await work.certificates.count_of(person.id)
            number = max(0, min(page, (total - 1) // PER_PAGE))
            found = await work.certificates.of_donor(person.id, limit=PER_PAGE, offset=number * PER_PAGE)
            proofs = [await _proof(work, each) for each in found]
        return Page.of(proofs, number=number, size=PER_PAGE, total=total)

    async def name(self, certificate: UUID, person: Person, name: str | None) -> Proof:
        """From now on it says this name (None, or nothing that can be seen: 爱心人士), also where it is checked.

        Raises: CertificateUnknown.
        """
        await self.own(certificate, person)
        shown = clean(name, most=NAME_GRAPHEMES) or None if name is not None else None
        async with self._unit() as work:
            await work.certificates.rename(certificate, shown)
        log.info("certificate_named", certificate_id=str(certificate), named=shown is not None)
        return await self.own(certificate, person)

    async def picture(self, proof: Proof, language: str) -> bytes:
        """1080×1440, to keep and to share. Raises: PictureFailed."""
        return await self._pictures.certificate(self._card(proof, language))

    async def picture_or_none(self, proof: Proof, language: str) -> bytes | None:
        """The same for a message, which goes without it where it can't be drawn."""
        try:
            return await self.picture(proof, language)
        except PictureFailed:
            return None

    async def pdf(self, proof: Proof, language: str) -> bytes:
        """One page of A4 to be printed. Raises: PictureFailed."""
        return await self._pictures.certificate_pdf(self._card(proof, language))

    def _card(self, proof: Proof, language: str) -> CertificateCard:
        its = proof.certificate
        return CertificateCard(
            language=language,
            name=its.name or "",
            project=proof.project.title(language),
            organisation=proof.project.organisation.name(language),
            others=proof.others,
            months=its.months,
            in_a_row=its.in_a_row,
            total=proof.total,
            number=its.number,
            made_at=its.made_at,
            link=self._links.certificate(its.number),
        )


def _kept(paid: Sequence[MonthPaid], currency: str) -> Money:
    """What stands of them in this currency: a pledge may have been paid in Stars for a time, which are no money."""
    return sum_of((each.kept for each in paid if each.kept.currency == currency), currency)


async def _proof(work: Work, certificate: Certificate) -> Proof:
    every = await work.certificates.paid(certificate.pledge, certificate.made_at)
    paid = [each for each in every if each.stood(certificate.made_at)]
    projects = {each.project for each in paid} | {certificate.project}
    kept = _kept([each for each in paid if each.booked], certificate.total.currency)
    return Proof(
        certificate=certificate,
        project=(await work.projects.by_ids([certificate.project]))[certificate.project],
        others=len(projects) - 1,
        first=paid[0].month if paid else None,
        gifts=len(paid),
        booked=sum(each.booked for each in paid),
        kept=kept,
        # Never wider than when it was made; who hides amounts since then does so on older ones too.
        hidden=certificate.hidden or await work.certificates.visibility(certificate.pledge) is Visibility.AMOUNT_HIDDEN,
    )
