"""The questions behind "export my data": one per section, and no other person's data in any of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from storage.held_pledges import pledged
from storage.tables import (
    audit_log,
    broadcast_asks,
    broadcast_cards,
    broadcast_deliveries,
    broadcast_edits,
    broadcasts,
    certificates,
    chat_managers,
    chats,
    conversions,
    dialogs,
    giving_days,
    matches,
    methods,
    monthly_calls,
    organisation_links,
    organisation_members,
    organisations,
    outbox,
    payments,
    people,
    posts,
    project_updates,
    projects,
    promises,
    provider_events,
    ranking_consents,
    recap_pages,
    refunds,
    roles,
    slots,
    standings,
    subscriptions,
    tab_charges,
    tabs,
    thanks,
    thanks_posts,
    tip_keys,
    tips,
    told_lately,
    whys,
)


def queries(person: UUID, telegram_id: int) -> dict[str, Select[Any]]:
    """Section → its rows, newest last; what can be long stands last."""
    return {
        **_identity(person, telegram_id), **_creator(person), **_rankings(person), **_circles(person),
        **_money(person), **_proofs(person), **_messages(person),
    }  # fmt: skip


def dialogs_of(telegram_id: int) -> ColumnElement[bool]:
    """Wherever they were begun; bot/dialogs.py makes the keys, of bot, chat, person, thread and destiny."""
    return dialogs.c.key.like(f"%:{telegram_id}:%")


def _identity(person: UUID, telegram_id: int) -> dict[str, Select[Any]]:
    return {
        "person": select(people).where(people.c.id == person),
        "subscriptions": select(subscriptions.c.kind, subscriptions.c.since_at, subscriptions.c.fewer)
        .where(subscriptions.c.person_id == person)
        .order_by(subscriptions.c.since_at),
        "told_lately": select(told_lately.c.kind, told_lately.c.at)
        .where(told_lately.c.person_id == person)
        .order_by(told_lately.c.at),
        "roles": select(roles.c.role, roles.c.granted_at).where(roles.c.person_id == person),
        "dialogs": select(dialogs.c.state, dialogs.c.data, dialogs.c.expires_at).where(dialogs_of(telegram_id)),
        "admin_actions": select(audit_log.c.at, audit_log.c.way, audit_log.c.action, audit_log.c.subject_kind)
        .where(audit_log.c.actor_id == person)
        .order_by(audit_log.c.id),
        "about_your_roles": select(audit_log.c.at, audit_log.c.action, audit_log.c.before, audit_log.c.after)
        .where(audit_log.c.subject_kind == "person", audit_log.c.subject_id == str(person))
        .order_by(audit_log.c.id),
    }


def _creator(person: UUID) -> dict[str, Select[Any]]:
    mine = or_(chats.c.creator_id == person, chats.c.added_by == person, chats.c.handover_to == person)
    return {
        "chats": select(
            chats.c.telegram_id, chats.c.kind, chats.c.title, chats.c.username, chats.c.state, chats.c.paused_reason,
            chats.c.presets, (chats.c.creator_id == person).label("you_switched_it_on"),
            (chats.c.added_by == person).label("you_added_the_bot"),
            (chats.c.handover_to == person).label("it_is_to_be_handed_to_you"),
            projects.c.slug.label("project"),
        )
        .outerjoin(projects, projects.c.id == chats.c.project_id)
        .where(mine)
        .order_by(chats.c.id),
        "administered_chats": select(chats.c.telegram_id, chats.c.title, chat_managers.c.seen_at)
        .join(chats, chats.c.id == chat_managers.c.chat_id)
        .where(chat_managers.c.person_id == person),
        "slots": select(
            slots.c.slug, slots.c.name, slots.c.opened_at, slots.c.closed_at, projects.c.slug.label("project")
        )
        .join(projects, projects.c.id == slots.c.project_id)
        .where(slots.c.creator_id == person),
        "thanks_you_wrote": select(
            thanks.c.words, thanks.c.sent_at, chats.c.title.label("chat"), slots.c.slug.label("slot")
        )
        .outerjoin(chats, chats.c.id == thanks.c.chat_id)
        .outerjoin(slots, slots.c.id == thanks.c.slot_id)
        .where(thanks.c.creator_id == person)
        .order_by(thanks.c.id),
        "giving_days_you_asked_to_have_confirmed": select(giving_days.c.slug, giving_days.c.titles)
        .where(giving_days.c.asked_by == person)
        .order_by(giving_days.c.id),
        "messages_you_wrote_that_were_tipped": select(
            posts.c.excerpt, posts.c.posted_at, posts.c.message_id, chats.c.title.label("chat")
        )
        .join(chats, chats.c.id == posts.c.chat_id)
        .where(posts.c.author_id == person)
        .order_by(posts.c.id),
    }  # fmt: skip


def _rankings(person: UUID) -> dict[str, Select[Any]]:
    mine = select(chats.c.id).where(chats.c.creator_id == person)
    return {
        "rankings_you_are_shown_on": select(ranking_consents.c.board, ranking_consents.c.since_at)
        .where(ranking_consents.c.person_id == person)
        .order_by(ranking_consents.c.board),
        "your_places_in_rankings": select(
            standings.c.period, standings.c.board, standings.c.points, standings.c.donors, standings.c.gifts,
            standings.c.new_donors, standings.c.again_donors,
        )
        .where(or_(standings.c.subject_id == person, standings.c.subject_id.in_(mine)))
        .order_by(standings.c.period, standings.c.board),
        "thanks_you_published": select(
            thanks_posts.c.words, thanks_posts.c.state, thanks_posts.c.donors, thanks_posts.c.made_at,
            thanks_posts.c.sent_at, thanks_posts.c.message_id, chats.c.title.label("chat"),
        )
        .join(chats, chats.c.id == thanks_posts.c.chat_id)
        .where(thanks_posts.c.creator_id == person)
        .order_by(thanks_posts.c.id),
    }  # fmt: skip


def _circles(person: UUID) -> dict[str, Select[Any]]:
    return {
        "organisations_you_work_for": select(organisations.c.slug, organisation_members.c.added_at)
        .join(organisation_members, organisation_members.c.organisation_id == organisations.c.id)
        .where(organisation_members.c.person_id == person),
        "your_pages_of_organisations": select(
            organisations.c.slug, organisation_links.c.token, organisation_links.c.made_at
        )
        .join(organisation_links, organisation_links.c.organisation_id == organisations.c.id)
        .where(organisation_links.c.person_id == person),
        "why_you_give_monthly": select(
            projects.c.slug.label("project"), whys.c.words, whys.c.state, whys.c.reason, whys.c.written_at,
            whys.c.name.label("name_beside_it"),
        )
        .join(projects, projects.c.id == whys.c.project_id)
        .where(whys.c.donor_id == person)
        .order_by(whys.c.written_at),
        "sentences_you_read": select(whys.c.state, whys.c.reason, whys.c.read_at).where(whys.c.read_by == person),
        "project_news_you_wrote": select(
            projects.c.slug.label("project"), project_updates.c.words, project_updates.c.written_at,
            project_updates.c.told_at,
        )
        .join(projects, projects.c.id == project_updates.c.project_id)
        .where(project_updates.c.written_by == person)
        .order_by(project_updates.c.written_at),
        "invitations_you_published": select(
            projects.c.slug.label("project"), chats.c.title.label("chat"), monthly_calls.c.words,
            monthly_calls.c.state, monthly_calls.c.made_at, monthly_calls.c.sent_at, monthly_calls.c.message_id,
        )
        .join(projects, projects.c.id == monthly_calls.c.project_id)
        .join(chats, chats.c.id == monthly_calls.c.chat_id)
        .where(monthly_calls.c.creator_id == person)
        .order_by(monthly_calls.c.id),
    }  # fmt: skip


def _money(person: UUID) -> dict[str, Select[Any]]:
    return {**_gifts(person), **pledged(person), **_tab(person), **_payments(person)}


def _gifts(person: UUID) -> dict[str, Select[Any]]:
    return {
        "tips": select(
            tips.c.receipt_code, tips.c.amount_minor, tips.c.currency, tips.c.state, tips.c.visibility,
            projects.c.slug.label("project"), projects.c.texts.label("project_texts"), chats.c.title.label("chat"),
            tips.c.payment_id, tips.c.charge, tips.c.entry_key, tips.c.offered_at, tips.c.paid_at, tips.c.booked_at,
            tips.c.cancelled_at, tips.c.refunded_at, (tips.c.extra_of.is_not(None)).label("paid_twice"),
            tips.c.card_message_id,
        )
        .join(projects, projects.c.id == tips.c.project_id)
        .outerjoin(chats, chats.c.id == tips.c.chat_id)
        .where(tips.c.donor_id == person)
        .order_by(tips.c.id),
        "turned_into_money": select(
            tips.c.receipt_code, conversions.c.sold_minor, tips.c.currency.label("sold_currency"),
            conversions.c.bought_minor, conversions.c.currency, conversions.c.entry_key,
        )
        .join(tips, tips.c.id == conversions.c.tip_id)
        .where(tips.c.donor_id == person)
        .order_by(tips.c.id),
        "matched": select(
            tips.c.receipt_code, matches.c.pool_id, matches.c.amount_minor, matches.c.back_minor, matches.c.currency,
            matches.c.state, matches.c.reason, matches.c.payer, matches.c.decided_at,
        )
        .join(tips, tips.c.id == matches.c.tip_id)
        .where(tips.c.donor_id == person)
        .order_by(matches.c.id),
        "refunds": select(tips.c.receipt_code, refunds.c.state, refunds.c.requested_at, refunds.c.reason)
        .join(tips, tips.c.id == refunds.c.tip_id)
        .where(tips.c.donor_id == person)
        .order_by(refunds.c.id),
    }  # fmt: skip


def _tab(person: UUID) -> dict[str, Select[Any]]:
    return {
        "tab": select(
            tips.c.receipt_code, promises.c.amount_minor, promises.c.currency, promises.c.promised_at, tips.c.state
        )
        .join(tips, tips.c.id == promises.c.tip_id)
        .where(promises.c.donor_id == person)
        .order_by(promises.c.tip_id),
        "tabs": select(
            organisations.c.slug.label("organisation"), tabs.c.currency, tabs.c.rail, tabs.c.opened_at, tabs.c.due_at,
            tabs.c.skipped_until,
        )
        .join(organisations, organisations.c.id == tabs.c.organisation_id)
        .where(tabs.c.donor_id == person)
        .order_by(tabs.c.id),
        "tab_charges": select(
            organisations.c.slug.label("organisation"), tab_charges.c.amount_minor, tab_charges.c.currency,
            tab_charges.c.state, tab_charges.c.reason, tab_charges.c.payment_id, tab_charges.c.begun_at,
            tab_charges.c.asked_at, tab_charges.c.charge_at,
        )
        .join(tabs, tabs.c.id == tab_charges.c.tab_id)
        .join(organisations, organisations.c.id == tabs.c.organisation_id)
        .where(tabs.c.donor_id == person)
        .order_by(tab_charges.c.id),
    }  # fmt: skip


def _payments(person: UUID) -> dict[str, Select[Any]]:
    paid = select(payments.c.id).where(payments.c.donor_id == person)
    kept = select(methods.c.id).where(methods.c.donor_id == person)
    about = provider_events.c.reference
    return {
        "saved_methods": select(methods.c.rail, methods.c.label, methods.c.asked_at, methods.c.saved_at)
        .where(methods.c.donor_id == person, methods.c.forgotten_at.is_(None))
        .order_by(methods.c.id),
        "payments": select(
            payments.c.id, payments.c.rail, payments.c.amount_minor, payments.c.currency, payments.c.state,
            payments.c.their_id, payments.c.url, payments.c.wish, payments.c.created_at,
        )
        .where(payments.c.donor_id == person)
        .order_by(payments.c.id),
        "provider_events": select(
            provider_events.c.rail, provider_events.c.event_id, provider_events.c.kind,
            provider_events.c.reference.label("about"), provider_events.c.state, provider_events.c.reason,
            provider_events.c.received_at, provider_events.c.settled_at, provider_events.c.body,
        )
        .where(or_(about.in_(paid), about.in_(kept)))
        .order_by(provider_events.c.id),
        "taps": select(tip_keys.c.key, tips.c.receipt_code)
        .join(tips, tips.c.id == tip_keys.c.tip_id)
        .where(tips.c.donor_id == person),
    }  # fmt: skip


def _proofs(person: UUID) -> dict[str, Select[Any]]:
    return {
        "certificates": select(
            certificates.c.number, certificates.c.months, certificates.c.in_a_row, certificates.c.total_minor,
            certificates.c.currency, certificates.c.name, certificates.c.made_at,
            certificates.c.hidden.label("amount_hidden"), projects.c.slug.label("project"),
        )
        .join(projects, projects.c.id == certificates.c.project_id)
        .where(certificates.c.donor_id == person)
        .order_by(certificates.c.id),
        "years_you_show": select(
            recap_pages.c.year, recap_pages.c.token, recap_pages.c.made_at, recap_pages.c.named.label("with_your_name")
        )
        .where(recap_pages.c.person_id == person)
        .order_by(recap_pages.c.year),
    }  # fmt: skip


def _messages(person: UUID) -> dict[str, Select[Any]]:
    return {
        "messages": select(
            outbox.c.kind, outbox.c.state, outbox.c.queued_at, outbox.c.due_at, outbox.c.sent_at, outbox.c.message_id,
            outbox.c.attempts, outbox.c.error,
        )
        .where(outbox.c.person_id == person)
        .order_by(outbox.c.id),
        "broadcasts": select(
            broadcasts.c.kind, broadcast_deliveries.c.state, broadcast_deliveries.c.taken_at,
            broadcast_deliveries.c.message_id, broadcast_deliveries.c.said,
        )
        .join(broadcasts, broadcasts.c.id == broadcast_deliveries.c.broadcast_id)
        .where(broadcast_deliveries.c.person_id == person)
        .order_by(broadcast_deliveries.c.taken_at),
        "broadcasts_you_asked_a_second_word_for": select(broadcast_asks.c.broadcast_id, broadcast_asks.c.asked_at)
        .where(broadcast_asks.c.person_id == person)
        .order_by(broadcast_asks.c.asked_at),
        "broadcasts_you_watch": select(broadcast_cards.c.broadcast_id, broadcast_cards.c.message_id)
        .where(broadcast_cards.c.person_id == person)
        .order_by(broadcast_cards.c.broadcast_id),
        "broadcasts_you_rewrote": select(
            broadcast_edits.c.broadcast_id, broadcast_edits.c.content, broadcast_edits.c.written_at
        )
        .where(broadcast_edits.c.person_id == person)
        .order_by(broadcast_edits.c.broadcast_id),
        "broadcasts_you_wrote": select(
            broadcasts.c.kind, broadcasts.c.content, broadcasts.c.state, broadcasts.c.created_at,
        )
        .where(broadcasts.c.author_id == person)
        .order_by(broadcasts.c.id),
    }  # fmt: skip
