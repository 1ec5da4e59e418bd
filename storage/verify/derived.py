"""What is derived from the tips: tallies, and supporters."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, String, Table, cast, func, literal, or_, select, union_all

from storage.tables import chats, conversions, giving_days, posts, projects, slots, supporters, tallies, tips
from storage.verify.of_tips import KEPT, TURNED

_in: Final = chats.alias()


def tallies_of() -> Select[Any]:
    """Each project, post, chat, slot and giving day against its paid tips: one walk for all figures."""
    figures = {
        "donors": func.count(tips.c.donor_id.distinct()),
        "gifts": func.count(),
        "given_minor": func.sum(KEPT),
    }
    subject = [tallies.c.subject_id, tallies.c.currency]
    turned = {"donors": literal(0), "gifts": literal(0)}
    return _disagreeing(_both(figures, [], select(*subject, *_pairs(figures, kept=tallies)), turned), figures)


def supporters_of() -> Select[Any]:
    """Each donor of each project, post, chat, slot and giving day against that donor's paid tips."""
    figures = {"gifts": func.count(), "given_minor": func.sum(KEPT)}
    subject = [supporters.c.subject_id, supporters.c.currency, supporters.c.donor_id]
    kept = select(*subject, *_pairs(figures, kept=supporters))
    both = _both(figures, [tips.c.donor_id.label("donor")], kept, {"gifts": literal(0)})
    return _disagreeing(both, figures, "donor")


def _both(
    figures: Mapping[str, ColumnElement[Any]], more: list[ColumnElement[Any]], kept: Select[Any],
    turned: Mapping[str, ColumnElement[Any]],
) -> FromClause:  # fmt: skip
    """Rows of what the paid tips add up to, per subject of each kind, of what was turned of them, and of what is kept.

    A gift counts in the currency it was given in (`turned`); its money does in the one it was turned into.
    """
    parts = []
    for column in (tips.c.project_id, tips.c.post_id, tips.c.chat_id, tips.c.slot_id, tips.c.day_id):
        subject = [column.label("subject"), tips.c.currency.label("currency"), *more]
        paid = select(*subject, *_pairs(figures)).where(tips.c.state == "paid", column.is_not(None))
        parts.append(paid.group_by(*subject))
        for money, figure in TURNED:
            subject = [column.label("subject"), money.label("currency"), *more]
            each = select(*subject, *_pairs({**turned, "given_minor": figure}))
            parts.append(each.join(conversions, conversions.c.tip_id == tips.c.id).where(column.is_not(None)))
    return union_all(*parts, kept).subquery()


def _pairs(figures: Mapping[str, ColumnElement[Any]], kept: Table | None = None) -> list[ColumnElement[Any]]:
    """Of each figure what is expected and what is found: one of the two, by the side that this row is from."""
    nothing = literal(0)
    pairs = [(figure, nothing) if kept is None else (nothing, kept.c[name]) for name, figure in figures.items()]
    names = [(f"expected_{name}", f"found_{name}") for name in figures]
    return [
        part.label(name)
        for pair, named in zip(pairs, names, strict=True)
        for part, name in zip(pair, named, strict=True)
    ]


def _disagreeing(both: FromClause, figures: Collection[str], *more: str) -> Select[Any]:
    """The figures added up per subject: those of which one differs, by a name to find them by."""
    sums = {name: func.sum(both.c[name]) for figure in figures for name in (f"expected_{figure}", f"found_{figure}")}
    keys = [both.c.subject, both.c.currency, *(both.c[name] for name in more)]
    differ = or_(*(sums[f"expected_{figure}"] != sums[f"found_{figure}"] for figure in figures))
    columns = [total.label(name) for name, total in sums.items()]
    wrong = select(both.c.subject, *columns).group_by(*keys).having(differ).subquery()
    post = cast(posts.c.message_id, String).concat(" in ").concat(_in.c.title)
    name = func.coalesce(
        projects.c.slug, chats.c.title, post, slots.c.slug, giving_days.c.slug, cast(wrong.c.subject, String)
    )
    return (
        select(name, *(wrong.c[each] for each in sums))
        .outerjoin(projects, projects.c.id == wrong.c.subject)
        .outerjoin(chats, chats.c.id == wrong.c.subject)
        .outerjoin(posts, posts.c.id == wrong.c.subject)
        .outerjoin(_in, _in.c.id == posts.c.chat_id)
        .outerjoin(slots, slots.c.id == wrong.c.subject)
        .outerjoin(giving_days, giving_days.c.id == wrong.c.subject)
    )
