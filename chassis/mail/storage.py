"""Mails and choices in their tables."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.database import connected
from chassis.mail.mail import (
    COUNTED,
    OVER,
    REDRIVABLE,
    SEND_MAIL,
    Mail,
    MailCannotBeSentAgain,
    MailNotFound,
    MailOrder,
    MailState,
    precursors,
)
from chassis.prepared import Prepared, Row
from chassis.tables import jobs
from chassis.work import Read, UnitOfWork
from trade.mail_choices import NOTHING_CHOSEN, Choice, ChoiceKind, Standing, digest_of

_OLD = [state.value for state in COUNTED]
# What an address allows, as `Standing.allows_marketing` has it: asked in the statement that begins to hand a mail over,
# so that whoever unsubscribed before it gets none.
ALLOWED = (
    "coalesce((select max(c.time) filter (where c.kind = 'consented') > coalesce(max(c.time) filter "
    "(where c.kind <> 'consented'), '-infinity') from mail_choices c where c.digest = {digest}), false)"
)
_READ = Prepared(text("select * from mails where uuid = :mail"))
_HAND_OVER = Prepared(
    text(
        "update mails set state = 'handing_over' where uuid = :mail and state = 'waiting' and address <> '' "  # noqa: S608 - our own words
        f"and (not marketing or {ALLOWED.format(digest='mails.digest')}) returning uuid"
    )
)
_MOVE = Prepared(
    text(
        "update mails set state = :state, error = :error, finish_time = cast(:finished as timestamptz), "
        "text = case when :over then '' else text end, html = case when :over then '' else html end "
        "where uuid = :mail and state = any(cast(:before as text[])) returning digest"
    )
)
_CHOOSE = Prepared(
    text(
        "insert into mail_choices (uuid, digest, kind, time, source, about, evidence) "
        "values (:uuid, :digest, :kind, :now, :source, '', '')"
    )
)
_STANDINGS = Prepared(
    text(
        "select digest, kind, max(time) as time from mail_choices "
        "where digest = any(cast(:digests as text[])) group by digest, kind"
    )
)
_LATELY = Prepared(
    text(
        "select digest, create_time from mails where digest = any(cast(:digests as text[])) "
        "and create_time > cast(:since as timestamptz) and state = any(cast(:counted as text[])) order by create_time"
    )
)
_FORGET = text(
    "update mails set address = '', subject = '', text = '', html = '', error = '', "
    "state = case when state = 'waiting' then 'cancelled' else state end "
    "where about = :about or digest = any(cast(:digests as text[]))"
)
_FORGET_CONSENTS = text("delete from mail_choices where kind = 'consented' and digest = any(cast(:digests as text[]))")
_FORGET_WORDS = text("update mail_choices set evidence = '' where digest = any(cast(:digests as text[]))")


def order_mail(work: UnitOfWork, mails: Table, make: Callable[[UUID], MailOrder]) -> UUID:
    """Gather a mail with its job; both go out of the transaction of the fact, or neither does.

    `make` is told the mail's id: its links bear it.
    """
    mail = work.enqueue(SEND_MAIL, {})
    order = make(mail)
    work.insert(
        mails,
        {
            "uuid": mail,
            "purpose": order.purpose,
            "about": order.about,
            "digest": digest_of(order.address),
            "address": order.address,
            "subject": order.subject,
            "text": order.text,
            "html": order.html,
            "unsubscribe_url": order.unsubscribe_url,
            "marketing": order.marketing,
            "state": MailState.WAITING.value,
            "create_time": work.now,
            "finish_time": None,
            "error": "",
        },
    )
    return mail


def choose(work: UnitOfWork, choices: Table, *, digest: str, choice: Choice, about: str = "") -> None:
    """Gather what was chosen for an address, on the record it is `about`."""
    work.insert(
        choices,
        {
            "uuid": work.new_id(),
            "digest": digest,
            "kind": choice.kind.value,
            "time": choice.time,
            "source": choice.source,
            "about": about,
            "evidence": choice.evidence,
        },
    )


async def consented_since(read: Read, choices: Table, *, since: datetime, most: int) -> frozenset[str]:
    """The records on which somebody agreed since then, at most so many."""
    made = select(choices.c.about).where(
        choices.c.time > since, choices.c.kind == ChoiceKind.CONSENTED.value, choices.c.about != ""
    )
    return frozenset(await read.connection.scalars(made.order_by(choices.c.time.desc()).limit(most)))


async def standings(read: Read, digests: Collection[str]) -> Mapping[str, Standing]:
    """Where addresses stand; those nobody chose anything for stand nowhere."""
    found: dict[str, dict[str, datetime]] = {}
    for row in await read.rows(_STANDINGS, digests=list(digests)) if digests else []:
        found.setdefault(row["digest"], {})[row["kind"]] = row["time"]
    return {digest: Standing(**found[digest]) if digest in found else NOTHING_CHOSEN for digest in digests}


async def mailed_since(read: Read, digests: Collection[str], *, since: datetime) -> Mapping[str, list[datetime]]:
    """When mails to addresses were ordered that went out or may go out, the oldest first."""
    found: dict[str, list[datetime]] = {digest: [] for digest in digests}
    for row in await read.rows(_LATELY, digests=list(digests), since=since, counted=_OLD) if digests else []:
        found[row["digest"]].append(row["create_time"])
    return found


async def get_mail(read: Read, uuid: UUID) -> Mail:
    """The mail; raises MailNotFound. The caller has seen to it that its reader may see whom it is for."""
    rows = await read.rows(_READ, mail=uuid)
    if not rows:
        raise MailNotFound(mail=str(uuid))
    return from_row(rows[0])


async def redrive_mail(work: UnitOfWork, mails: Table, mail: Mail) -> None:
    """Let a mail wait again that was given up, or of which nobody knows: by a person's word, with the same Message-ID.

    Raises MailCannotBeSentAgain for every other, for one whose address was erased, and for one that moves meanwhile.
    """
    if mail.state not in REDRIVABLE or not mail.order.address:
        raise MailCannotBeSentAgain(state=mail.state.value)
    await work.begin()
    waits = update(mails).where(mails.c.uuid == mail.uuid, mails.c.state == mail.state.value)
    values = {"state": MailState.WAITING.value, "finish_time": None, "error": ""}
    moved = await work.connection.execute(waits.values(values))
    if not moved.rowcount:
        raise MailCannotBeSentAgain(state=mail.state.value)
    again = {"state": "waiting", "attempts": 0, "due": work.now, "leased_until": None, "last_error": None}
    await work.connection.execute(update(jobs).where(jobs.c.id == mail.uuid).values(again))


async def forget_mails(work: UnitOfWork, *, about: str, digests: Collection[str]) -> None:
    """Erase a person from his mails; what waits is not sent. That he wants none stays, that he wanted some does not."""
    await work.begin()
    known = list(digests)
    await work.connection.execute(_FORGET, {"about": about, "digests": known})
    await work.connection.execute(_FORGET_CONSENTS, {"digests": known})
    await work.connection.execute(_FORGET_WORDS, {"digests": known})


async def digests_about(read: Read, mails: Table, about: str) -> frozenset[str]:
    """The addresses that mails about a record went to."""
    return frozenset(await read.connection.scalars(select(mails.c.digest).where(mails.c.about == about).distinct()))


class MailBook:
    """The mails of a service as whoever sends them keeps them: each step is one statement that stands alone."""

    def __init__(self, engine: AsyncEngine) -> None:
        """`engine` is that of background work."""
        self._engine = engine

    async def read(self, mail: UUID) -> Mail | None:
        """The mail; None for one that is not there."""
        async with connected(self._engine) as connection:
            rows = await _READ.rows(connection, mail=mail)
        return from_row(rows[0]) if rows else None

    async def hand_over(self, mail: UUID) -> bool:
        """Begin to hand it over, if it waits and its address allows it: of two who try one is let."""
        async with connected(self._engine) as connection:
            return bool(await _HAND_OVER.rows(connection, mail=mail))

    async def move(self, mail: UUID, to: MailState, *, now: datetime, error: str = "") -> bool:
        """Keep what became of it; whether it came from a state from which that is possible."""
        async with connected(self._engine) as connection:
            return bool(await _moved(connection, mail, to, now=now, error=error))

    async def bounce(self, mail: UUID, *, choice: UUID, now: datetime, error: str) -> bool:
        """Keep that nobody is at the address, and that nothing is to be sent there, at once."""
        async with self._engine.begin() as connection:
            rows = await _moved(connection, mail, MailState.BOUNCED, now=now, error=error)
            if rows:
                told = {"uuid": choice, "digest": rows[0]["digest"], "source": f"mails/{mail}", "now": now}
                await _CHOOSE.rows(connection, kind=ChoiceKind.BOUNCED.value, **told)
        return bool(rows)


async def _moved(connection: AsyncConnection, mail: UUID, to: MailState, *, now: datetime, error: str) -> list[Row]:
    return await _MOVE.rows(
        connection,
        mail=mail,
        state=to.value,
        error=error[:500],
        finished=None if to is MailState.WAITING else now,
        over=to in OVER,
        before=[state.value for state in precursors(to)],
    )


def from_row(row: Mapping[str, Any]) -> Mail:
    """The mail in a row."""
    return Mail(
        uuid=row["uuid"],
        order=MailOrder(
            purpose=row["purpose"],
            about=row["about"],
            address=row["address"],
            subject=row["subject"],
            text=row["text"],
            html=row["html"],
            marketing=row["marketing"],
            unsubscribe_url=row["unsubscribe_url"],
        ),
        digest=row["digest"],
        state=MailState(row["state"]),
        create_time=row["create_time"],
        finish_time=row["finish_time"],
        error=row["error"],
    )
