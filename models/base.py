"""What every table shares: the metadata, the names of constraints, and moments that are always aware."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pendulum
from pendulum import DateTime
from sqlalchemy import JSON, Dialect, MetaData
from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[DateTime]):
    """An aware moment in UTC; naive values are refused, so that no zone is ever guessed.

    PostgreSQL keeps the zone itself; SQLite has none and gets the UTC wall time.
    """

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment must be aware, got {value!r}")
        utc = value.astimezone(dt.UTC)
        # Plain datetimes: database drivers adapt by exact type.
        plain = dt.datetime(  # noqa: DTZ001 - the zone is added below where the database has one
            utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond
        )
        return plain if dialect.name == "sqlite" else plain.replace(tzinfo=dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> DateTime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: DateTime = pendulum.instance(value, tz="UTC").in_timezone("UTC")
        return moment


class Base(DeclarativeBase):
    """All tables of the ledger."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {DateTime: Moment, dict[str, Any]: JSON, list[Any]: JSON}
