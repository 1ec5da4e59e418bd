"""A unit of work: one transaction, committed when its block ends well, with the stores of every feature on it."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerts import AlertStore
from storage.audit import AuditStore
from storage.budgets import BudgetStore
from storage.carriers import CarrierStore
from storage.checkouts import CheckoutStore
from storage.cleanups import CleanupStore
from storage.conversions import ConversionStore
from storage.creators import CreatorStore
from storage.dialogs import DialogStore
from storage.digests import DigestStore
from storage.engines import Engines, is_passing, is_trouble
from storage.export import ExportStore
from storage.handover import HandoverStore
from storage.inbox import InboxStore
from storage.inline import InlineConnection, drive
from storage.leases import LeaseStore
from storage.ledger import LedgerStore
from storage.look_ups import LookUpStore
from storage.methods import AccountStore, MethodStore
from storage.outbox import OutboxStore
from storage.payments import PaymentStore
from storage.people import PeopleStore
from storage.privacy import PrivacyStore
from storage.projects import ProjectStore
from storage.reconcile import ReconcileStore
from storage.refunds import RefundStore
from storage.returns import ReturnStore
from storage.slots import SlotStore
from storage.tabs import TabStore
from storage.tallies import TallyStore
from storage.targets import TargetStore
from storage.thanks import ThanksStore
from storage.tips import TipStore
from storage.together import TogetherWriter
from storage.transfers import TransferStore
from storage.updates import UpdateStore

T = TypeVar("T")


class DatabaseTrouble(Exception):
    """The database could not do its work; that says nothing about what was asked of it."""


class Work:
    """The stores on one open transaction; made as they are first asked for."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Stand on a connection that the unit of work opened and will close."""
        self.connection = connection

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is written in the block is undone if it raises; the unit of work goes on.

        Raises: DatabaseTrouble where the rows were not at fault.
        """
        try:
            async with self.connection.begin_nested():
                yield
        except DBAPIError as error:
            if is_trouble(error):
                raise DatabaseTrouble from error
            raise

    @cached_property
    def people(self) -> PeopleStore:
        """Donors, creators and roles."""
        return PeopleStore(self.connection)

    @cached_property
    def projects(self) -> ProjectStore:
        """Organisations and projects."""
        return ProjectStore(self.connection)

    @cached_property
    def creators(self) -> CreatorStore:
        """Chats and their posts."""
        return CreatorStore(self.connection)

    @cached_property
    def targets(self) -> TargetStore:
        """Where offers would go."""
        return TargetStore(self.connection)

    @cached_property
    def carriers(self) -> CarrierStore:
        """Replies that carry keyboards, and groups that move."""
        return CarrierStore(self.connection)

    @cached_property
    def cleanups(self) -> CleanupStore:
        """Messages to be deleted."""
        return CleanupStore(self.connection)

    @cached_property
    def handovers(self) -> HandoverStore:
        """Who else administers a chat, and whose it becomes."""
        return HandoverStore(self.connection)

    @cached_property
    def slots(self) -> SlotStore:
        """Creators' own pages."""
        return SlotStore(self.connection)

    @cached_property
    def chat_digests(self) -> DigestStore:
        """When creators are to be told what was given in their chats."""
        return DigestStore(self.connection, "chats")

    @cached_property
    def slot_digests(self) -> DigestStore:
        """The same of their slots."""
        return DigestStore(self.connection, "slots")

    @cached_property
    def thanks(self) -> ThanksStore:
        """What creators wrote to their donors."""
        return ThanksStore(self.connection)

    @cached_property
    def tips(self) -> TipStore:
        """Tips and the keys of the taps that made them."""
        return TipStore(self.connection)

    @cached_property
    def conversions(self) -> ConversionStore:
        """What became of tips in another currency than their project's."""
        return ConversionStore(self.connection)

    @cached_property
    def payments(self) -> PaymentStore:
        """Payments."""
        return PaymentStore(self.connection)

    @cached_property
    def refunds(self) -> RefundStore:
        """What is to be given back."""
        return RefundStore(self.connection)

    @cached_property
    def returns(self) -> ReturnStore:
        """What was taken off tips again."""
        return ReturnStore(self.connection)

    @cached_property
    def transfers(self) -> TransferStore:
        """What is passed on to organisations."""
        return TransferStore(self.connection)

    @cached_property
    def tabs(self) -> TabStore:
        """What was promised, and how it is settled."""
        return TabStore(self.connection)

    @cached_property
    def methods(self) -> MethodStore:
        """Ways to pay that donors saved."""
        return MethodStore(self.connection)

    @cached_property
    def accounts(self) -> AccountStore:
        """Organisations' accounts at rails."""
        return AccountStore(self.connection)

    @cached_property
    def look_ups(self) -> LookUpStore:
        """Payments to be looked up at their rails."""
        return LookUpStore(self.connection)

    @cached_property
    def checkouts(self) -> CheckoutStore:
        """What is asked before a payment inside Telegram."""
        return CheckoutStore(self.connection)

    @cached_property
    def budgets(self) -> BudgetStore:
        """What people and rails have spent lately."""
        return BudgetStore(self.connection)

    @cached_property
    def inbox(self) -> InboxStore:
        """Provider events."""
        return InboxStore(self.connection)

    @cached_property
    def ledger(self) -> LedgerStore:
        """The journal and its balances."""
        return LedgerStore(self.connection)

    @cached_property
    def export(self) -> ExportStore:
        """The whole journal, for other programs."""
        return ExportStore(self.connection)

    @cached_property
    def tallies(self) -> TallyStore:
        """What was given to whom, and by how many."""
        return TallyStore(self.connection)

    @cached_property
    def outbox(self) -> OutboxStore:
        """Messages to be sent."""
        return OutboxStore(self.connection)

    @cached_property
    def alerts(self) -> AlertStore:
        """What those who look after the money are told."""
        return AlertStore(self.connection)

    @cached_property
    def reconcile(self) -> ReconcileStore:
        """Our books as a rail sees them, and comparisons with its own."""
        return ReconcileStore(self.connection)

    @cached_property
    def leases(self) -> LeaseStore:
        """Who leads."""
        return LeaseStore(self.connection)

    @cached_property
    def audit(self) -> AuditStore:
        """What admins did."""
        return AuditStore(self.connection)

    @cached_property
    def privacy(self) -> PrivacyStore:
        """What people asked to be told, what is held about them, and its erasure."""
        return PrivacyStore(self.connection)

    @cached_property
    def dialogs(self) -> DialogStore:
        """What people are in the middle of."""
        return DialogStore(self.connection)

    @cached_property
    def updates(self) -> UpdateStore:
        """Telegram's updates that are done."""
        return UpdateStore(self.connection)


class UnitOfWork:
    """Opens units of work: `async with unit() as work` to write, `async with unit.read() as work` to read."""

    def __init__(self, engines: Engines) -> None:
        """Use these engines; who opened them closes them."""
        self._engines = engines
        self.dialect = engines.dialect
        self._together = TogetherWriter(engines) if engines.inline is not None else None

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Work]:
        """Commit at the end of the block, roll back if it raises. Never wait for the network inside."""
        async with self._turn(), self._engines.writer.begin() as connection:
            yield Work(connection)

    async def run(self, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        """The same for a hot step that waits for nothing but its database; on SQLite it shares a commit with others.

        Raises: WaitedElsewhere, what the step raises, the database's error. Cancelled, it may have been committed.
        """
        if self._together is None:
            async with self() as work:
                return await step(work)

        def write(connection: Connection) -> T:
            return drive(step(Work(cast(AsyncConnection, InlineConnection(connection)))))

        return cast(T, await self._together(write))

    async def look(self, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        """What a few short reads say, as `read`; on SQLite without a hop to another thread and back.

        Raises: WaitedElsewhere, what the step raises, the database's error.
        """
        if self._engines.inline_reader is not None:
            try:
                return self._look_inline(self._engines.inline_reader, step)
            except DBAPIError as error:
                if not is_passing(error):
                    raise
        async with self.read() as work:
            return await step(work)

    def _look_inline(self, engine: Engine, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        with engine.connect() as connection, connection.begin() as transaction:
            try:
                return drive(step(Work(cast(AsyncConnection, InlineConnection(connection)))))
            finally:
                transaction.rollback()

    def _turn(self) -> AbstractAsyncContextManager[object]:
        """SQLite has one writer; on PostgreSQL writers stand beside each other."""
        return self._engines.turn if self._engines.inline is not None else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        """What is committed, without a write lock; what it would write is lost.

        On PostgreSQL each statement sees its own moment (`snapshot` sees one).
        """
        async with self._engines.reader.connect() as connection, connection.begin() as transaction:
            yield Work(connection)
            await transaction.rollback()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """Like `read`, and all its statements see one moment, on PostgreSQL too: for figures that must agree."""
        async with self._engines.reader.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin() as transaction:
                if self.dialect == "postgresql":  # whoever writes it to a file may take their time
                    await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                yield Work(connection)
                await transaction.rollback()
