"""What a running product holds, read past its services."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import open_engine
from tests.support.product import Product

T = TypeVar("T")


def settings_of(product: Product, name: str) -> Mapping[str, str]:
    """What a running program was told."""
    told: Mapping[str, str] = psutil.Process(product.pid(name)).environ()
    return told


def database_of(product: Product, name: str) -> str:
    """Where a service's database is, as the service itself reaches it."""
    return settings_of(product, name)[f"MILLRACE_{name.upper()}_DATABASE_URL"]


def read(product: Product, service: str, reading: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """What is read of a service's database."""

    async def once() -> T:
        engine = open_engine(database_of(product, service), name="test")
        async with engine.connect() as connection:
            found = await reading(connection)
        await engine.dispose()
        return found

    return asyncio.run(once())


def rows(product: Product, service: str, query: str) -> list[Any]:
    """The rows of a query."""

    async def asked(connection: AsyncConnection) -> list[Any]:
        return list((await connection.execute(text(query))).all())

    return read(product, service, asked)
