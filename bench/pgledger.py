"""The row `pgledger_style`: transfers the way pgledger publishes them, one function call each, which locks both rows.

Our own equivalent, not a copy of it; PostgreSQL only. It stands here without a target, to keep us modest: what a call
of it does for one transfer, ours does for a batch. Source of the approach: github.com/pgr0ss/pgledger
"""

import random
import statistics
from typing import Final

import asyncpg

from bench.callers import Wrong
from bench.databases import prepared
from bench.load import Measured, closed_loop, rss_mb
from bench.rows import RUNS, Line
from bench.world import PROJECTS, cumulative_shares, fill

CONNECTIONS: Final = 10  # as our own pool
_SCHEMA: Final = """
CREATE TABLE style_accounts (id int PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL);
CREATE TABLE style_transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, from_id int NOT NULL,
    to_id int NOT NULL, amount bigint NOT NULL CHECK (amount > 0), made_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE style_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, transfer_id bigint NOT NULL REFERENCES style_transfers,
    account_id int NOT NULL REFERENCES style_accounts, amount bigint NOT NULL, balance_after bigint NOT NULL,
    version bigint NOT NULL
);
CREATE FUNCTION style_transfer(new_key text, source int, target int, moved bigint) RETURNS bigint AS $$
DECLARE
    made bigint;
    one record;
BEGIN
    PERFORM 1 FROM style_accounts WHERE id IN (source, target) ORDER BY id FOR UPDATE;
    INSERT INTO style_transfers (key, from_id, to_id, amount) VALUES (new_key, source, target, moved)
    RETURNING id INTO made;
    FOR one IN
        UPDATE style_accounts SET version = version + 1,
            balance = balance + CASE WHEN id = source THEN -moved ELSE moved END
        WHERE id IN (source, target) RETURNING id, balance, version
    LOOP
        INSERT INTO style_entries (transfer_id, account_id, amount, balance_after, version)
        VALUES (made, one.id, CASE WHEN one.id = source THEN -moved ELSE moved END, one.balance, one.version);
    END LOOP;
    RETURN made;
END $$ LANGUAGE plpgsql;
"""


async def measure_pgledger_style(
    callers: int, seconds: float, *, server: str | None, runs: int = RUNS
) -> Line:  # fmt: skip
    """Medians of some runs. A transfer and its fee are two calls, as four postings. Raises: Wrong, TimeoutError."""
    async with prepared("postgres", server, fill) as databases:
        done = [await _run(await databases.fresh(), callers, seconds) for _ in range(runs)]
    return Line(
        name="pgledger_style", engine="postgres", callers=callers,
        rate=round(statistics.median(run.rate for run in done), 1),
        p50_ms=round(statistics.median(run.p50_ms for run in done), 2),
        p99_ms=round(statistics.median(run.p99_ms for run in done), 2),
        floor_rate=None, ratio=None, rss_mb=round(rss_mb(), 1),
    )  # fmt: skip


async def _run(url: str, callers: int, seconds: float) -> Measured:
    shares = cumulative_shares(PROJECTS)
    places = range(2, PROJECTS + 2)  # 0 holds the money, 1 bears the fees
    async with asyncpg.create_pool(url.replace("postgresql+asyncpg", "postgresql"), max_size=CONNECTIONS) as pool:
        await pool.execute(_SCHEMA)
        await pool.executemany("INSERT INTO style_accounts VALUES ($1, 0, 0)", [(n,) for n in range(PROJECTS + 2)])
        dice, serial = random.Random("pgledger"), iter(range(10**9))

        async def one(_caller: int) -> bool:
            number, minor = next(serial), dice.randrange(100, 10_000)
            (project,), fee = dice.choices(places, cum_weights=shares), max(1, minor * 6 // 1000)
            async with pool.acquire() as connection, connection.transaction():
                await connection.fetchval("SELECT style_transfer($1, 0, $2, $3)", f"p{number}", project, minor)
                await connection.fetchval("SELECT style_transfer($1, 1, 0, $2)", f"f{number}", fee)
            return True

        measured = await closed_loop(callers, one, seconds)
        if await pool.fetchval("SELECT sum(balance) FROM style_accounts"):
            raise Wrong("its balances do not sum to zero")
    return measured
