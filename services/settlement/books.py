"""With whom the money of each payment is: most rails hold it for us, some bring it to the organisation at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from giving.accounts import operator_payable, organisation_received, rail_clearing
from giving.payments import Books, EventKind, Payment, RailEvent
from giving.rails import Holder
from giving.tips import Tip
from payments.provider import Holds, PassesOn, Rail
from storage.work import Work


async def books_of(
    work: Work, rails: Mapping[str, Rail], payments: Mapping[UUID, Payment], tips: Mapping[UUID, Sequence[Tip]],
    told: Mapping[UUID, RailEvent],
) -> dict[UUID, Books]:  # fmt: skip
    """For payments by rails where it is not simply with us; `told`: events that say so of their payment.

    All tips of a payment go to one organisation, but where it is passed on: there each account is its organisation's.
    """
    known: dict[tuple[str, str | None], bool] = {}  # asked once for all payments of a rail to the same account
    special: dict[UUID, Payment] = {}
    for id_, payment in payments.items():
        place = payment.rail, payment.account
        if place not in known:
            known[place] = _is_special(rails, payment)
        if known[place] and tips.get(id_):
            special[id_] = payment
    if not special:
        return {}
    projects = await work.projects.by_ids({tips[id_][0].project for id_ in special})
    passed = {id_ for id_, payment in special.items() if isinstance(rails[payment.rail], PassesOn)}
    transfers = await work.transfers.of_payments(passed) if passed else {}
    found: dict[UUID, Books] = {}
    for id_, payment in special.items():
        received = organisation_received(projects[tips[id_][0].project].organisation.id, payment.rail)
        clearing, rail = rail_clearing(payment.rail), rails[payment.rail]
        said = told.get(id_)  # its mode may be another one by now
        holder = said.holder if said is not None else _holder(rail, payment)
        if holder is Holder.OPERATOR or id_ in transfers:
            received_by = {
                one.account: organisation_received(one.organisation, payment.rail)
                for one in transfers.get(id_, ())
                if one.account is not None
            }
            found[id_] = Books(clearing, clearing, received, received_by)
            continue
        usually = isinstance(rail, Holds) and rail.bills_fees(payment.account)
        billed = said.billed if said is not None else usually
        found[id_] = Books(received, operator_payable(payment.rail) if billed else clearing, received)
    return found


def billed(rail: Rail | None, event: RailEvent) -> Books | None:
    """What a fee that is about no payment comes off: it is billed to the operator, or taken off what is held for us."""
    if rail is None or event.kind is not EventKind.FEE or event.reference is not None:
        return None
    clearing = rail_clearing(event.rail)
    bills = isinstance(rail, Holds) and rail.bills_fees(event.account)
    return Books(clearing, operator_payable(event.rail) if bills else clearing)


def _is_special(rails: Mapping[str, Rail], payment: Payment) -> bool:
    """Where an organisation has an account of its own, or the money is there at once."""
    rail = rails.get(payment.rail)
    return rail is not None and (rail.capabilities.needs_account or _holder(rail, payment) is Holder.ORGANISATION)


def _holder(rail: Rail, payment: Payment) -> Holder:
    return rail.holder_of(payment.account) if isinstance(rail, Holds) else rail.capabilities.holder
