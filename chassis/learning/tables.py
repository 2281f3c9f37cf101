"""The tables of models and of scores, in each service that learns."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

_INSTANT = DateTime(timezone=True)


def learning_tables(metadata: MetaData, name: str, *, happened: str) -> tuple[Table, Table]:
    """Declare `<name>_models`, and `<name>_learning`: when one is to be learnt again, how the last attempt ended.

    `happened` is the column that counts the outcomes that are yes.
    """
    models = Table(
        f"{name}_models",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("learn_time", _INSTANT, nullable=False),
        Column("card", JSONB, nullable=False),
        Column("body", JSONB, nullable=False),
        UniqueConstraint("number", name=f"{name}_models_number"),
    )
    learning = Table(
        f"{name}_learning",
        metadata,
        Column("name", Text, primary_key=True),
        Column("due", _INSTANT, nullable=False),
        Column("time", _INSTANT),
        Column("outcomes", Integer, nullable=False),
        Column(happened, Integer, nullable=False),
        Column("silence", JSONB),
    )
    return models, learning


def score_tables(
    metadata: MetaData, name: str, *, marks: str, record: str, beside: tuple[Column[int], ...] = ()
) -> tuple[Table, Table]:
    """Declare the scores, a row made with each record, and the marks of those to be scored anew.

    `rank` is what lists are sorted by, 0 without a probability; a row that is `due` waits to be scored. `beside` are
    columns of the service's own. Marks are only ever added, so that whoever tells of a record waits for nobody who
    scores it; a sweep takes them up.
    """
    scores = Table(
        name,
        metadata,
        Column(record, Uuid, primary_key=True),
        Column("rank", Float, nullable=False),
        Column("probability", Float),
        Column("model", BigInteger),
        Column("base", Float),
        Column("parts", JSONB),
        Column("time", _INSTANT),
        Column("due", _INSTANT),
        *beside,
    )
    Index(f"{name}_rank", scores.c.rank, scores.c[record])
    Index(f"{name}_due", scores.c.due, postgresql_where=scores.c.due.is_not(None))
    marked = Table(
        marks,
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column(record, Uuid, nullable=False),
    )
    return scores, marked
