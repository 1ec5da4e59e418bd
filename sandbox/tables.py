"""The tables of the sandbox's file, as steps: a file made by an earlier version takes the ones it lacks."""

from __future__ import annotations

FIRST = """
CREATE TABLE users (
    id INTEGER PRIMARY KEY, is_bot INTEGER NOT NULL, first_name TEXT NOT NULL, last_name TEXT,
    username TEXT UNIQUE COLLATE NOCASE, language TEXT, persona TEXT
);
CREATE TABLE bots (id INTEGER PRIMARY KEY REFERENCES users, token TEXT NOT NULL UNIQUE, allowed_updates TEXT);
CREATE TABLE chats (                      -- a private chat is a row too: id is the person's, bot is whom they talk to
    key INTEGER PRIMARY KEY, id INTEGER NOT NULL, type TEXT NOT NULL, title TEXT, username TEXT UNIQUE COLLATE NOCASE,
    bot INTEGER REFERENCES bots, started INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0,
    signed INTEGER NOT NULL DEFAULT 0, last_message INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX chats_id ON chats (id, coalesce(bot, 0));
CREATE TABLE members (
    chat INTEGER NOT NULL REFERENCES chats, user INTEGER NOT NULL REFERENCES users, status TEXT NOT NULL,
    rights TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (chat, user)
) WITHOUT ROWID;
CREATE TABLE messages (
    chat INTEGER NOT NULL REFERENCES chats, id INTEGER NOT NULL, sender INTEGER REFERENCES users, signature TEXT,
    date INTEGER NOT NULL, edit_date INTEGER, text TEXT NOT NULL, entities TEXT NOT NULL DEFAULT '[]',
    markup TEXT, markup_bot INTEGER, reply_to INTEGER, extra TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (chat, id)
) WITHOUT ROWID;
CREATE TABLE updates (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bot INTEGER NOT NULL REFERENCES bots, kind TEXT NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('updates', 500000000);  -- like Telegram's, they do not begin at 1
CREATE INDEX updates_bot ON updates (bot, id);
CREATE TABLE callback_queries (
    id TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL, answer TEXT
);
CREATE TABLE commands (
    bot INTEGER NOT NULL REFERENCES bots, scope TEXT NOT NULL, language TEXT NOT NULL, commands TEXT NOT NULL,
    PRIMARY KEY (bot, scope, language)
);
CREATE TABLE profiles (
    bot INTEGER NOT NULL REFERENCES bots, field TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (bot, field, key)
);
CREATE TABLE payments (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, amount_minor INTEGER NOT NULL, currency TEXT NOT NULL,
    reference TEXT NOT NULL, description TEXT NOT NULL, return_url TEXT NOT NULL, language TEXT NOT NULL,
    created_at INTEGER NOT NULL, settles_at REAL
);
CREATE INDEX payments_settles ON payments (settles_at) WHERE settles_at IS NOT NULL;
CREATE TABLE charges (
    id TEXT PRIMARY KEY, payment TEXT NOT NULL REFERENCES payments, amount_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL, refunded_minor INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
);
CREATE INDEX charges_payment ON charges (payment);
CREATE TABLE refunds (
    id TEXT PRIMARY KEY, charge TEXT NOT NULL REFERENCES charges, amount_minor INTEGER NOT NULL, reason TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE idempotency (key TEXT PRIMARY KEY, request TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE events (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, body BLOB NOT NULL, created_at REAL NOT NULL, last_status INTEGER
);
CREATE TABLE deliveries (                 -- one row for each time an event is to arrive; duplicates are more rows
    id INTEGER PRIMARY KEY, event TEXT NOT NULL REFERENCES events, due_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE done = 0;
CREATE INDEX deliveries_event ON deliveries (event);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

# Groups, webhooks, files, payments, inline mode, reactions, ephemeral messages.
SECOND = """
ALTER TABLE bots ADD COLUMN privacy INTEGER NOT NULL DEFAULT 1;
ALTER TABLE bots ADD COLUMN inline_mode INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bots ADD COLUMN inline_feedback INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chats ADD COLUMN linked INTEGER;        -- key of the channel's discussion group, and the other way round
ALTER TABLE chats ADD COLUMN migrated_to INTEGER;   -- key of the supergroup a group became
ALTER TABLE chats ADD COLUMN last_ephemeral INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN meta TEXT NOT NULL DEFAULT '{}';  -- what Telegram keeps to itself
ALTER TABLE callback_queries ADD COLUMN chat INTEGER;
ALTER TABLE callback_queries ADD COLUMN message INTEGER;  -- none for an ephemeral one
ALTER TABLE updates ADD COLUMN queue TEXT NOT NULL DEFAULT '';    -- a webhook gets the updates of one queue in order
ALTER TABLE updates ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE updates ADD COLUMN due_at REAL NOT NULL DEFAULT 0;
ALTER TABLE updates ADD COLUMN fails INTEGER NOT NULL DEFAULT 0;
ALTER TABLE updates ADD COLUMN pause INTEGER NOT NULL DEFAULT 1;
UPDATE updates SET expires_at = created_at + 86400;
CREATE INDEX updates_queue ON updates (bot, queue, id);
CREATE TABLE webhooks (
    bot INTEGER PRIMARY KEY REFERENCES bots, url TEXT NOT NULL, secret TEXT NOT NULL, certificate TEXT,
    max_connections INTEGER NOT NULL, ip_address TEXT, error_at INTEGER, error TEXT
);
CREATE TABLE files (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, mime TEXT NOT NULL, bytes BLOB NOT NULL, width INTEGER, height INTEGER
);
CREATE TABLE reactions (
    chat INTEGER NOT NULL REFERENCES chats, message INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES users,
    reaction TEXT NOT NULL, PRIMARY KEY (chat, message, user)
) WITHOUT ROWID;
CREATE TABLE pins (chat INTEGER NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (chat, message)) WITHOUT ROWID;
CREATE TABLE ephemerals (                 -- messages in a group that one member sees
    chat INTEGER NOT NULL REFERENCES chats, id INTEGER NOT NULL, receiver INTEGER NOT NULL REFERENCES users,
    bot INTEGER NOT NULL REFERENCES bots, after INTEGER NOT NULL, replaces INTEGER, date INTEGER NOT NULL,
    edit_date INTEGER, text TEXT NOT NULL, entities TEXT NOT NULL, markup TEXT, extra TEXT NOT NULL,
    PRIMARY KEY (chat, id)
) WITHOUT ROWID;
CREATE TABLE inline_queries (
    id TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    query TEXT NOT NULL, created_at INTEGER NOT NULL, answer TEXT
);
CREATE TABLE inline_messages (
    id TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, chat INTEGER NOT NULL REFERENCES chats,
    message INTEGER NOT NULL
);
CREATE TABLE invoice_links (slug TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, invoice TEXT NOT NULL);
CREATE TABLE checkouts (
    id TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    invoice TEXT NOT NULL, chat INTEGER, message INTEGER, created_at INTEGER NOT NULL, answer TEXT
);
CREATE TABLE invoice_payments (
    charge TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    currency TEXT NOT NULL, amount INTEGER NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0
);
"""

# The provider's books in order of time, and lies about them.
THIRD = """
CREATE INDEX charges_created ON charges (created_at, id);
CREATE INDEX refunds_created ON refunds (created_at, id);
CREATE TABLE lies (kind TEXT NOT NULL, id TEXT NOT NULL, says TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE made_up (
    kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
"""

# Stars as Telegram lists them: payments and refunds, each a line of its own, in the order of time.
FOURTH = """
CREATE TABLE star_transactions (
    id INTEGER PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    charge TEXT NOT NULL, amount INTEGER NOT NULL, payload TEXT NOT NULL, created_at INTEGER NOT NULL,
    incoming INTEGER NOT NULL
);
CREATE INDEX star_transactions_bot ON star_transactions (bot, id);
INSERT INTO star_transactions (bot, user, charge, amount, payload, created_at, incoming)
    SELECT bot, user, charge, amount, payload, created_at, 1 FROM invoice_payments WHERE currency = 'XTR'
    ORDER BY created_at;
INSERT INTO star_transactions (bot, user, charge, amount, payload, created_at, incoming)
    SELECT bot, user, charge, amount, payload, CAST(strftime('%s', 'now') AS INTEGER), 0 FROM invoice_payments
    WHERE currency = 'XTR' AND refunded;
"""

# A second till: a card, which carries no small change and can be saved.
FIFTH = """
ALTER TABLE payments ADD COLUMN till TEXT NOT NULL DEFAULT 'wallet';
ALTER TABLE events ADD COLUMN till TEXT NOT NULL DEFAULT 'wallet';
ALTER TABLE made_up ADD COLUMN till TEXT NOT NULL DEFAULT 'wallet';
CREATE TABLE methods (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, works INTEGER NOT NULL DEFAULT 1, reference TEXT NOT NULL,
    description TEXT NOT NULL, return_url TEXT NOT NULL, language TEXT NOT NULL, created_at INTEGER NOT NULL
);
CREATE INDEX methods_reference ON methods (reference);
"""

# What a charge was paid with, where whoever paid says so.
SIXTH = """
ALTER TABLE payments ADD COLUMN payer TEXT;
ALTER TABLE charges ADD COLUMN payer TEXT;
"""

# What people pay every 30 days, by the charge that began it; who cancelled it: nobody, its payer, the bot (for good).
SEVENTH = """
CREATE TABLE star_subscriptions (
    charge TEXT PRIMARY KEY, bot INTEGER NOT NULL REFERENCES bots, user INTEGER NOT NULL REFERENCES users,
    invoice TEXT NOT NULL, until INTEGER NOT NULL, cancelled_by TEXT NOT NULL DEFAULT ''
);
ALTER TABLE star_transactions ADD COLUMN period INTEGER;
"""

STEPS = (FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH)
