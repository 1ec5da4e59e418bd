"""The stores of every feature, on one transaction: each made as it is first asked for."""

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerts import AlertStore
from storage.audit import AuditStore
from storage.broadcast_desk import BroadcastDeskStore
from storage.broadcast_edits import BroadcastEditStore
from storage.broadcasts import BroadcastStore
from storage.budgets import BudgetStore
from storage.carriers import CarrierStore
from storage.certificates import CertificateStore
from storage.checkouts import CheckoutStore
from storage.cleanups import CleanupStore
from storage.conversions import ConversionStore
from storage.creators import CreatorStore
from storage.day_posts import DayPostStore
from storage.day_reports import DayReportStore
from storage.dialogs import DialogStore
from storage.digests import DigestStore
from storage.export import ExportStore
from storage.giving_days import GivingDayStore
from storage.handover import HandoverStore
from storage.inbox import InboxStore
from storage.instalments import InstalmentStore
from storage.leases import LeaseStore
from storage.ledger import LedgerStore
from storage.live_days import LiveDayStore
from storage.look_ups import LookUpStore
from storage.matching import MatchingStore
from storage.members import MemberStore
from storage.methods import AccountStore, MethodStore
from storage.monthly_calls import MonthlyCallStore
from storage.outbox import OutboxStore
from storage.payments import PaymentStore
from storage.people import PeopleStore
from storage.pledge_counts import PledgeCounts
from storage.pledges import PledgeStore
from storage.privacy import PrivacyStore
from storage.project_updates import ProjectUpdateStore
from storage.projects import ProjectStore
from storage.ranking_counts import RankingCounts
from storage.rankings import RankingStore
from storage.recaps import RecapStore
from storage.reconcile import ReconcileStore
from storage.refunds import RefundStore
from storage.returns import ReturnStore
from storage.slots import SlotStore
from storage.star_subscriptions import StarSubscriptionStore
from storage.statements import StatementStore
from storage.subscriptions import SubscriptionStore
from storage.tabs import TabStore
from storage.tallies import TallyStore
from storage.targets import TargetStore
from storage.thanks import ThanksStore
from storage.thanks_posts import ThanksPostStore
from storage.tips import TipStore
from storage.transfers import TransferStore
from storage.updates import UpdateStore
from storage.whys import WhyStore

S = TypeVar("S")


class Made(Generic[S]):
    """A store, made on the transaction as it is first asked for; asked again, it is a plain field."""

    def __init__(self, kind: Callable[[AsyncConnection], S]) -> None:
        """`kind`: its class, or what makes it of a connection."""
        self._kind = kind

    def __set_name__(self, owner: type["Stores"], name: str) -> None:
        """Under this name it is kept."""
        self._name = name

    def __get__(self, stores: "Stores", owner: type["Stores"]) -> S:
        """Make it: from then on the instance's own comes before this."""
        made = stores.__dict__[self._name] = self._kind(stores.connection)
        return made


class Stores:
    """The stores on one open transaction. A new one is one line here."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Stand on a connection that the unit of work opened and will close."""
        self.connection = connection

    people = Made(PeopleStore)  # donors, creators and roles
    projects = Made(ProjectStore)  # organisations and projects
    creators = Made(CreatorStore)  # chats and their posts
    targets = Made(TargetStore)  # where offers would go
    carriers = Made(CarrierStore)  # replies that carry keyboards, and groups that move
    cleanups = Made(CleanupStore)  # messages to be deleted
    handovers = Made(HandoverStore)  # who else administers a chat, and whose it becomes
    slots = Made(SlotStore)  # creators' own pages
    chat_digests = Made(lambda connection: DigestStore(connection, "chats"))  # when creators are told what was given
    slot_digests = Made(lambda connection: DigestStore(connection, "slots"))  # the same of their slots
    thanks = Made(ThanksStore)  # what creators wrote to their donors
    thanks_posts = Made(ThanksPostStore)  # what they publish for all to see
    tips = Made(TipStore)  # tips and the keys of the taps that made them
    conversions = Made(ConversionStore)  # what became of tips in another currency than their project's
    payments = Made(PaymentStore)
    refunds = Made(RefundStore)  # what is to be given back
    returns = Made(ReturnStore)  # what was taken off tips again
    transfers = Made(TransferStore)  # what is passed on to organisations
    matching = Made(MatchingStore)  # sponsors' pools, and what they added to gifts
    tabs = Made(TabStore)  # what was promised, and how it is settled
    pledges = Made(PledgeStore)  # promises of so much a month
    instalments = Made(InstalmentStore)  # their months: announced, asked for, debited, paid
    star_subscriptions = Made(StarSubscriptionStore)  # of them, those that Telegram takes every 30 days
    pledge_counts = Made(PledgeCounts)  # what creators and organisations see of them
    whys = Made(WhyStore)  # why somebody gives every month
    project_updates = Made(ProjectUpdateStore)  # what projects did
    monthly_calls = Made(MonthlyCallStore)  # creators' invitations to give monthly
    members = Made(MemberStore)  # who works for which organisation
    methods = Made(MethodStore)  # ways to pay that donors saved
    accounts = Made(AccountStore)  # organisations' accounts at rails
    look_ups = Made(LookUpStore)  # payments to be looked up at their rails
    checkouts = Made(CheckoutStore)  # what is asked before a payment inside Telegram
    budgets = Made(BudgetStore)  # what people and rails have spent lately
    inbox = Made(InboxStore)  # provider events
    giving_days = Made(GivingDayStore)  # giving days and the series that repeat them
    day_reports = Made(DayReportStore)  # what giving days came to when they closed
    live_days = Made(LiveDayStore)  # giving days while they go on
    day_posts = Made(DayPostStore)  # posts that creators publish on giving days
    ledger = Made(LedgerStore)  # the journal and its balances
    export = Made(ExportStore)  # the whole journal, for other programs
    tallies = Made(TallyStore)  # what was given to whom, and by how many
    rankings = Made(RankingStore)  # who wishes to be ranked, and standings
    ranking_counts = Made(RankingCounts)  # what standings are counted from
    outbox = Made(OutboxStore)  # messages to be sent
    broadcast_desk = Made(BroadcastDeskStore)  # which wait for a second admin, and who watches
    broadcast_edits = Made(BroadcastEditStore)  # other words for those that were started, not confirmed yet
    broadcasts = Made(BroadcastStore)  # what is said to many at once, and to whom it went
    alerts = Made(AlertStore)  # what those who look after the money are told
    reconcile = Made(ReconcileStore)  # our books as a rail sees them, and comparisons with its own
    leases = Made(LeaseStore)  # who leads
    audit = Made(AuditStore)  # what admins did
    certificates = Made(CertificateStore)  # proofs of monthly giving
    recaps = Made(RecapStore)  # years looked back at
    statements = Made(StatementStore)  # one's gifts, line by line
    subscriptions = Made(SubscriptionStore)  # what people asked to be told, and what they were told lately
    privacy = Made(PrivacyStore)  # what is held about people, and its erasure
    dialogs = Made(DialogStore)  # what people are in the middle of
    updates = Made(UpdateStore)  # Telegram's updates that are done
