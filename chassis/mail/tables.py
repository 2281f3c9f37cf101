"""The tables of mails, in each service that sends some."""

from sqlalchemy import Boolean, Column, DateTime, Index, MetaData, Table, Text, Uuid

from chassis.tables import SECRET

_PERSONAL = {"personal": True}


def mail_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare `mails` (each is the job of its id) and `mail_choices`, which are only added to.

    Neither is shown to the readers of the database: links in mails open doors, and digests of addresses can be tried.
    """
    mails = Table(
        "mails",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("purpose", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("address", Text, nullable=False, info=_PERSONAL),
        Column("subject", Text, nullable=False, info=_PERSONAL),
        Column("text", Text, nullable=False, info=_PERSONAL),
        Column("html", Text, nullable=False, info=_PERSONAL),
        Column("unsubscribe_url", Text, nullable=False),
        Column("marketing", Boolean, nullable=False),
        Column("state", Text, nullable=False),
        Column("create_time", DateTime(timezone=True), nullable=False),
        Column("finish_time", DateTime(timezone=True)),
        Column("error", Text, nullable=False),
        info=SECRET,
    )
    Index("mails_digest", mails.c.digest, mails.c.create_time)
    Index("mails_about", mails.c.about)
    choices = Table(
        "mail_choices",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("time", DateTime(timezone=True), nullable=False),
        Column("source", Text, nullable=False),
        # On which record it was made; it holds for the address all the same.
        Column("about", Text, nullable=False),
        Column("evidence", Text, nullable=False, info=_PERSONAL),
        info=SECRET,
    )
    Index("mail_choices_digest", choices.c.digest, choices.c.kind, choices.c.time)
    Index("mail_choices_time", choices.c.time)
    return mails, choices
