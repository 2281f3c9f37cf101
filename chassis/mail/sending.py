"""The job that sends a mail: at most once, whatever dies (ADR 91)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis import logs, metrics
from chassis.ids import new_id
from chassis.jobs import JobContext, JobKind, Jobs, PutOff
from chassis.jobs.jobs import RETRIES
from chassis.mail.composing import compose
from chassis.mail.mail import SEND_MAIL, Mail, MailState
from chassis.mail.settings import MailSettings
from chassis.mail.storage import MailBook
from chassis.mail.transport import Answer, Parcel, Transport, transport_by
from chassis.parts import Parts
from kernel.time import Clock

# Longer than a mail takes, every command at its limit: who then finds it under way knows that its sender is gone.
LEASE = timedelta(minutes=5)
# Nobody waits for a mail as one waits for an answer.
_POLL_SECONDS = 1.0


class MailNotTaken(Exception):  # noqa: N818 - an outcome, not a fault: the job is tried again
    """The server has the mail not, and may take it later."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a mail is still to go: at once, not before an instant (`later`), or never (`never` says why)."""

    later: datetime | None = None
    never: str = ""


# Asked before each try, by purpose; what the address chose is asked by the sender itself.
MayGo = Callable[[Mail], Awaitable[Leave]]


class Postman:
    """Hands mails over, each at most once.

    That a mail is being handed over is kept before its text is sent, and what became of it afterwards. Who finds one
    under way whose sender is gone cannot know whether the server has it, and sends it not again: a person may.
    """

    def __init__(
        self,
        book: MailBook,
        transport: Transport,
        *,
        settings: MailSettings,
        clock: Clock,
        may_go: Mapping[str, MayGo],
    ) -> None:
        """`may_go` by purpose; a purpose without one goes."""
        self._book = book
        self._transport = transport
        self._settings = settings
        self._clock = clock
        self._may_go = may_go
        self._log = logs.get_logger()

    async def run(self, context: JobContext, _payload: Mapping[str, Any]) -> None:
        """Send the mail of the job's id; raises MailNotTaken and PutOff, which try it again."""
        mail = await self._book.read(context.id)
        if mail is None:
            return
        if mail.state is MailState.HANDING_OVER:
            await self._keep(mail, Answer.NO_WORD, "its sender is gone")
        if mail.state is not MailState.WAITING:
            return
        if not await self._has_leave(mail):
            return
        # Once begun it is carried to its end, also when the process is told to stop.
        going = asyncio.ensure_future(self._tried(mail, last=context.attempt > len(RETRIES)))
        try:
            await asyncio.shield(going)
        except asyncio.CancelledError:
            await asyncio.wait({going})
            raise

    async def _has_leave(self, mail: Mail) -> bool:
        may_go = self._may_go.get(mail.order.purpose)
        leave = await may_go(mail) if may_go else Leave()
        if leave.later is not None:
            raise PutOff(leave.later)
        if leave.never:
            await self._cancel(mail, leave.never)
        return not leave.never

    async def _tried(self, mail: Mail, *, last: bool) -> None:
        """Send it; what fails by a defect of ours until the last attempt is given up as well, and not left to wait."""
        try:
            await self._send(mail, last=last)
        except MailNotTaken:
            raise
        except Exception as error:
            found = await self._book.read(mail.uuid) if last else None
            if found is not None and found.state in {MailState.WAITING, MailState.HANDING_OVER}:
                waits = found.state is MailState.WAITING
                await self._keep(mail, Answer.REFUSED if waits else Answer.NO_WORD, type(error).__name__)
            raise

    async def _send(self, mail: Mail, *, last: bool) -> None:
        settings = self._settings
        message = compose(mail, sender=settings.sender, sender_address=settings.sender_address, now=self._clock.now())
        parcel = Parcel(mail=mail.uuid, message=message, sender=settings.sender_address, recipient=mail.order.address)
        answer, words = await self._transport.deliver(parcel, lambda: self._book.hand_over(mail.uuid))
        await self._keep(mail, Answer.REFUSED if answer is Answer.NOT_NOW and last else answer, words)
        if answer is Answer.NOT_NOW:
            raise MailNotTaken(words)

    async def _keep(self, mail: Mail, answer: Answer, words: str) -> None:
        """Keep what became of a try."""
        now = self._clock.now()
        if answer is Answer.LET_BE:
            await self._cancel(mail, "MAIL_UNWANTED")
        elif answer is Answer.NOBODY_THERE:
            self._count(
                mail, MailState.BOUNCED, await self._book.bounce(mail.uuid, choice=new_id(), now=now, error=words)
            )
        else:
            state: MailState = answer.value
            self._count(mail, state, await self._book.move(mail.uuid, state, now=now, error=words))

    async def _cancel(self, mail: Mail, why: str) -> None:
        """Nothing is sent: of whom it was taken meanwhile by another, that one's word stands."""
        kept = await self._book.move(mail.uuid, MailState.CANCELLED, now=self._clock.now(), error=why)
        self._count(mail, MailState.CANCELLED, kept)

    def _count(self, mail: Mail, state: MailState, kept: bool) -> None:
        if kept and state is not MailState.WAITING:
            metrics.MAILS.labels(mail.order.purpose, state.value).inc()
            self._log.info("mail", job=str(mail.uuid), purpose=mail.order.purpose, outcome=state.value)


def deliveries(parts: Parts, settings: MailSettings, *, may_go: Mapping[str, MayGo]) -> Jobs:
    """What sends a service's mails, apart from its other jobs: a server that hangs holds up nothing else.

    Call it only where mail is set up; else what is ordered waits.
    """
    for purpose in may_go:
        for state in MailState:
            metrics.MAILS.labels(purpose, state.value)
    metrics.JOBS_FAILED.labels(SEND_MAIL)
    book = MailBook(parts.background_engine)
    postman = Postman(book, transport_by(settings), settings=settings, clock=parts.clock, may_go=may_go)
    kind = JobKind(SEND_MAIL, postman.run, lease=LEASE)
    return Jobs((kind,), engine=parts.background_engine, clock=parts.clock, poll_seconds=_POLL_SECONDS)
