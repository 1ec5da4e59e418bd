"""An empty database gets millions of paid tips: for measuring what grows with one (giving, reading, restore, verify).

The rows are those that the service would have written (`ledger verify` agrees), but by set-based SQL, and not durably:
never use what is in it for anything else.
"""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.world import fill
from storage import migrate, revision
from storage.engines import Engines, open_engines
from storage.ids import new_id
from storage.work import UnitOfWork

BEGAN: Final = 1_790_000_000  # seconds; ten tips a second from then on
FEE: Final = 3
ACCOUNTS: Final = {"clearing": "rail:sandbox:clearing", "fees": "expense:fees:sandbox"}
BODY: Final = """'{"id":"evt_' || n || '","kind":"paid","their_id":"ch_' || n || '","minor":' || minor || ',"fee":3}'"""
PER_DIALECT: Final = {
    "sqlite": {
        "series": "WITH RECURSIVE s(n) AS"
        " (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {tips}) SELECT n FROM s",
        "id": "printf('%012x7{kind}8%015x', {ms} + n * 100, n)",
        "at": "strftime('%Y-%m-%d %H:%M:%S.000000', {began} + n / 10, 'unixepoch')",
        "random": "hex(randomblob(7))",
    },
    "postgresql": {
        "series": "SELECT n FROM generate_series(0, {tips} - 1) AS n",
        "id": "(lpad(to_hex({ms} + n::bigint * 100), 12, '0') || '7{kind}8' || lpad(to_hex(n), 15, '0'))::uuid",
        "at": "to_timestamp({began} + n / 10)",
        "random": "upper(left(md5(random()::text), 14))",
    },
}
# One project takes half of all; amounts are 1, 5 and 10 yuan.
STEPS: Final = {
    "posts": "CREATE TEMP TABLE some_posts AS"
    " SELECT row_number() OVER (ORDER BY p.chat_id, p.message_id) - 1 AS i, p.id, p.chat_id,"
    " p.project_id, c.creator_id FROM posts p JOIN chats c ON c.id = p.chat_id",
    "donors": "CREATE TEMP TABLE some_donors AS SELECT row_number() OVER (ORDER BY id) - 1 AS i, id FROM people",
    "plan": "CREATE TEMP TABLE plan AS SELECT n, {tip} AS tip, {payment} AS payment, {paid} AS paid, {fee} AS fee,"
    " {event} AS event, {at} AS at, d.id AS donor, p.id AS post, p.chat_id, p.project_id, p.creator_id,"
    " CASE n % 3 WHEN 0 THEN 100 WHEN 1 THEN 500 ELSE 1000 END AS minor FROM ({series}) AS s"
    " JOIN some_posts p ON p.i = CASE WHEN n % 2 = 0 THEN (n / 2) % 10 ELSE n % 200 END"
    " JOIN some_donors d ON d.i = (n * 7) % 20000 ORDER BY n",
    "payments": "INSERT INTO payments (id, donor_id, rail, amount_minor, currency, state, their_id, url, created_at)"
    " SELECT payment, donor, 'sandbox', minor, 'CNY', 'paid', 'pay_' || n, 'http://127.0.0.1/' || n, at FROM plan",
    "entries": "INSERT INTO entries (id, key, occurred_at, booked_at)"
    " SELECT paid, 'payment:sandbox:ch_' || n || ':paid', at, at FROM plan"
    " UNION ALL SELECT fee, 'fee:sandbox:ch_' || n, at, at FROM plan",
    "postings": "INSERT INTO postings (entry_id, line, account_id, amount_minor, currency)"
    " SELECT paid, 0, {clearing}, minor, 'CNY' FROM plan"
    " UNION ALL SELECT paid, 1, a.account, -minor, 'CNY' FROM plan JOIN credited a ON a.project = plan.project_id"
    " UNION ALL SELECT fee, 0, {fees}, {cost}, 'CNY' FROM plan"
    " UNION ALL SELECT fee, 1, {clearing}, -{cost}, 'CNY' FROM plan",
    "tips": "INSERT INTO tips (id, donor_id, project_id, post_id, chat_id, creator_id, amount_minor, currency, state,"
    " visibility, receipt_code, payment_id, charge, entry_key, offered_at, paid_at, booked_at)"
    " SELECT tip, donor, project_id, post, chat_id, creator_id, minor, 'CNY', 'paid', 'anonymous', 'YZ-' || {random},"
    " payment, 'ch_' || n, 'payment:sandbox:ch_' || n || ':paid', at, at, at FROM plan",
    "taps": "INSERT INTO tip_keys (key, tip_id) SELECT 'tap:' || n, tip FROM plan",
    "events": "INSERT INTO provider_events (id, rail, event_id, kind, reference, body, state, received_at, settled_at)"
    " SELECT event, 'sandbox', 'evt_' || n, 'paid', payment, {body}, 'settled', at, at FROM plan",
    "messages": "INSERT INTO outbox (id, dedupe_key, kind, priority, person_id, subject_id, state, due_at, attempts,"
    " queued_at, sent_at) SELECT tip, 'receipt:' || n, 'receipt', 1, donor, tip, 'sent', at, 1, at, at FROM plan",
    "balances": "UPDATE accounts SET balance_minor ="
    " (SELECT coalesce(sum(amount_minor), 0) FROM postings WHERE account_id = accounts.id)",
}


class NotEmpty(RuntimeError):
    """There is something in the database already."""


async def make(url: str, tips: int) -> None:
    """Fill the empty database at `url` with that many paid tips. Raises: NotEmpty."""
    engines = open_engines(url, patient=True)
    try:
        if await revision.current(engines) is not None:
            raise NotEmpty(url)
        await migrate.upgrade(engines)
        await fill(UnitOfWork(engines))
        await _write(engines, tips)
    finally:
        await engines.close()


async def _write(engines: Engines, tips: int) -> None:
    words: dict[str, Any] = {"tips": tips, "began": BEGAN, "ms": BEGAN * 1000, "cost": FEE, "body": BODY}
    words |= {name: f"(SELECT id FROM accounts WHERE name = '{account}')" for name, account in ACCOUNTS.items()}
    own = PER_DIALECT[engines.dialect]
    for kind, name in enumerate(("tip", "payment", "paid", "fee", "event")):
        words[name] = own["id"].format(kind=f"{kind:03x}", **words)
    words |= {name: own[name].format(**words) for name in ("series", "at", "random")}
    async with engines.writer.begin() as connection:
        for name, step in STEPS.items():
            if name == "payments":
                await _accounts(connection)
            await connection.exec_driver_sql(step.format(**words))
        await _derive(connection)
        await connection.exec_driver_sql("ANALYZE")


async def _accounts(connection: AsyncConnection) -> None:
    """The accounts, and which project is credited by which."""
    await connection.exec_driver_sql("CREATE TEMP TABLE credited AS SELECT id AS project, id AS account FROM projects")
    insert = text("INSERT INTO accounts (id, name, currency, balance_minor) VALUES (:id, :name, 'CNY', 0)")
    relink = text("UPDATE credited SET account = :id WHERE project = :project")
    sqlite = connection.dialect.name == "sqlite"
    for (project,) in (await connection.execute(text("SELECT id FROM projects"))).all():
        account, name = new_id(), str(project)
        if sqlite:
            name = "-".join((name[:8], name[8:12], name[12:16], name[16:20], name[20:]))
        given = account.hex if sqlite else account
        await connection.execute(insert, {"id": given, "name": f"project:{name}:credited"})
        await connection.execute(relink, {"id": given, "project": project})
    for name in ACCOUNTS.values():
        account = new_id()
        await connection.execute(insert, {"id": account.hex if sqlite else account, "name": name})


async def _derive(connection: AsyncConnection) -> None:
    """Supporters and tallies of each project, post and chat."""
    for column in ("project_id", "post_id", "chat_id"):
        await connection.exec_driver_sql(
            "INSERT INTO supporters (subject_id, donor_id, currency, gifts, given_minor)"
            f" SELECT {column}, donor_id, 'CNY', count(*), sum(amount_minor) FROM tips GROUP BY {column}, donor_id"
        )
        await connection.exec_driver_sql(
            "INSERT INTO tallies (subject_id, currency, donors, gifts, given_minor)"
            f" SELECT {column}, 'CNY', count(DISTINCT donor_id), count(*), sum(amount_minor) FROM tips GROUP BY 1"
        )
