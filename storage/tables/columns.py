"""What all tables share: the names of constraints, money in BIGINT minor units, times in UTC."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, MetaData, String, TypeDecorator, Uuid

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps the same instant as text without an offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times at the door."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored in UTC: this one has no timezone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every time back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def id_(name: str = "id") -> Column[Any]:
    """Our own key."""
    return Column(name, Uuid, primary_key=True)


def ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    """A row of another table."""
    return Column(name, Uuid, ForeignKey(target), nullable=nullable)


def at(name: str, *, nullable: bool = True) -> Column[Any]:
    """A moment."""
    return Column(name, UtcDateTime, nullable=nullable)


def minor(name: str) -> Column[Any]:
    """An amount in minor units."""
    return Column(name, BigInteger, nullable=False)


def currency() -> Column[Any]:
    """What the amounts of the row are in."""
    return Column("currency", String(3), nullable=False)
