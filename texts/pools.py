"""A matching fund's rule in words, the same in chat, on pages and at the command line."""

from giving.matching import Fixed, Lottery, Pool, Ratio
from giving.money import DECIMALS, Money
from texts.messages import Texts


def rule_lines(texts: Texts, language: str, pool: Pool) -> list[str]:
    """What it adds, each of its caps, and what becomes of the rest."""

    def money(minor: int) -> Money:
        return Money(minor, pool.currency)

    match pool.rule:
        case Ratio(sponsor, donor):
            unit = 10 ** DECIMALS[pool.currency]
            said = {"sponsor": money(sponsor * unit), "donor": money(donor * unit)}
            lines = [texts.plain(language, "pool-rule-ratio", **said)]
        case Fixed(minor):
            lines = [texts.plain(language, "pool-rule-fixed", amount=money(minor))]
        case Lottery(least, most, _):
            lines = [texts.plain(language, "pool-rule-lottery", least=money(least), most=money(most))]
    caps = {"gift": pool.caps.gift_minor, "donor-day": pool.caps.donor_day_minor, "project": pool.caps.project_minor}
    lines += [texts.plain(language, f"pool-cap-{name}", amount=money(cap)) for name, cap in caps.items() if cap]
    if len(pool.windows) > 1 or pool.windows[-1].ends_at is not None:
        lines.append(texts.plain(language, f"pool-remainder-{pool.remainder}"))
    return lines
