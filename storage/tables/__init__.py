"""Every table, once for both engines: named constraints, money in BIGINT minor units, times in UTC."""

from storage.tables.alerts import alerts
from storage.tables.audit import audit_log
from storage.tables.broadcasts import (
    broadcast_asks,
    broadcast_cards,
    broadcast_deliveries,
    broadcast_edits,
    broadcast_tallies,
    broadcasts,
)
from storage.tables.budgets import budgets
from storage.tables.circles import monthly_calls, organisation_links, organisation_members
from storage.tables.columns import UtcDateTime, metadata
from storage.tables.creators import chat_managers, chats, posts, slots, thanks
from storage.tables.day_reports import day_reports
from storage.tables.giving_days import day_posts, giving_day_projects, giving_day_series, giving_days
from storage.tables.leases import leases
from storage.tables.ledger import accounts, entries, postings
from storage.tables.live_days import day_cards, day_marks
from storage.tables.matching import matches, pool_projects, pool_windows, pools, sponsors
from storage.tables.outbox import cleanups, outbox
from storage.tables.payments import conversions, look_ups, payments, provider_events, refunds, returns, transfers
from storage.tables.people import people, roles, subscriptions, told_lately
from storage.tables.pledges import (
    certificates,
    instalments,
    pledge_choices,
    pledges,
    project_updates,
    recap_pages,
    star_subscriptions,
    whys,
)
from storage.tables.projects import organisations, projects
from storage.tables.rankings import ranking_consents, ranking_periods, standings, thanks_posts
from storage.tables.reconcile import differences, reconciliations
from storage.tables.tabs import account_asks, former_payments, methods, promises, rail_accounts, tab_charges, tabs
from storage.tables.tips import supporters, tallies, tip_keys, tips
from storage.tables.updates import dialogs, updates_seen

__all__ = [
    "UtcDateTime",
    "account_asks",
    "accounts",
    "alerts",
    "audit_log",
    "broadcast_asks",
    "broadcast_cards",
    "broadcast_deliveries",
    "broadcast_edits",
    "broadcast_tallies",
    "broadcasts",
    "budgets",
    "certificates",
    "chat_managers",
    "chats",
    "cleanups",
    "conversions",
    "day_cards",
    "day_marks",
    "day_posts",
    "day_reports",
    "dialogs",
    "differences",
    "entries",
    "former_payments",
    "giving_day_projects",
    "giving_day_series",
    "giving_days",
    "instalments",
    "leases",
    "look_ups",
    "matches",
    "metadata",
    "methods",
    "monthly_calls",
    "organisation_links",
    "organisation_members",
    "organisations",
    "outbox",
    "payments",
    "people",
    "pledge_choices",
    "pledges",
    "pool_projects",
    "pool_windows",
    "pools",
    "postings",
    "posts",
    "project_updates",
    "projects",
    "promises",
    "provider_events",
    "rail_accounts",
    "ranking_consents",
    "ranking_periods",
    "recap_pages",
    "reconciliations",
    "refunds",
    "returns",
    "roles",
    "slots",
    "sponsors",
    "standings",
    "star_subscriptions",
    "subscriptions",
    "supporters",
    "tab_charges",
    "tabs",
    "tallies",
    "thanks",
    "thanks_posts",
    "tip_keys",
    "tips",
    "told_lately",
    "transfers",
    "updates_seen",
    "whys",
]
