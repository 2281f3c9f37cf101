"""What content programmes are made of in a running process: settings, who serves, sweeps, and who sends."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import (
    lead_mail_service_pb2,
    lead_nurturing_service_pb2,
    nurturing_programme_service_pb2,
)

from chassis.callers import derived_key
from chassis.jobs import Sweep, carry_out
from chassis.mail import Mail, MailSettings
from chassis.mail.sending import Leave, deliveries
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.rounds import Rounds
from chassis.settings import Environment
from services.leads.application.intake import IntakeDesk
from services.leads.application.nurturing.leaving import leave_for
from services.leads.application.nurturing.sweeping import (
    END,
    ENTER,
    ENTER_ALL,
    STEP,
    Nursery,
    end_nurturings,
    enter_leads,
    mail_steps,
)
from services.leads.application.nurturing.writing import PURPOSE, MailDesk
from services.leads.rpc.mail_servicer import LeadMailServicer
from services.leads.rpc.nurturing_servicer import LeadNurturingServicer
from services.leads.rpc.programme_servicer import NurturingProgrammeServicer

_SOON, _NOW_AND_THEN, _EVERY_HOUR = timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=1)
_MOST_A_WEEK = 50


def nurturing_settings(env: Environment) -> None:
    """Look at the settings of programmes and of mail, so that a mistake is told at the start."""
    most_a_week(env)
    MailSettings.read(env)


def most_a_week(env: Environment) -> int:
    """How often one address is mailed."""
    return env.whole(
        "MILLRACE_LEADS_MAILS_A_WEEK",
        2,
        least=1,
        most=_MOST_A_WEEK,
        means="how many mails of content programmes one address gets within seven days at the most",
    )


def mail_key(parts: Parts) -> bytes:
    """What seals the links in mails."""
    return derived_key(parts, "mail links")


def nursery(parts: Parts, desk: IntakeDesk) -> Nursery:
    """What programmes work with."""
    env = Environment(parts.settings.other)
    mail = MailDesk(
        settings=MailSettings.read(env), key=mail_key(parts), texts=parts.texts, most_a_week=most_a_week(env)
    )
    return Nursery(desk=desk, mail=mail)


def nurturing_servicers(parts: Parts, desk: IntakeDesk, *, page_key: bytes) -> Mapping[ServiceDescriptor, object]:
    """Who serves programmes, the leads in them, and the links in their mails."""
    store, texts = parts.store, parts.texts
    programmes = NurturingProgrammeServicer(store, nursery(parts, desk), page_key=page_key)
    leads = LeadNurturingServicer(store, texts, page_key=page_key)
    mails = LeadMailServicer(store, desk, texts, mail_key=mail_key(parts))
    return {
        nurturing_programme_service_pb2.DESCRIPTOR.services_by_name["NurturingProgrammeService"]: programmes,
        lead_nurturing_service_pb2.DESCRIPTOR.services_by_name["LeadNurturingService"]: leads,
        lead_mail_service_pb2.DESCRIPTOR.services_by_name["LeadMailService"]: mails,
    }


def nurturing_sweeps(parts: Parts, desk: IntakeDesk, account: Principal) -> Sequence[Sweep]:
    """What programmes do from time to time; without a way to send, nobody enters and no step is taken."""
    made = nursery(parts, desk)

    def sweep(name: str, act: Callable[..., Awaitable[int]], every: timedelta, **more: bool) -> Sweep:
        step = partial(act, nursery=made, **more)
        carried = Rounds(name, step, store=parts.background_store, principal=account)
        # As long as something was done, it is due again at once.
        return Sweep(name, every, carried.sweep, batch=1)

    ending = sweep(END, end_nurturings, _NOW_AND_THEN)
    if not made.mail.settings.is_set_up:
        return (ending,)
    return (
        sweep(ENTER, enter_leads, _SOON),
        sweep(ENTER_ALL, enter_leads, _EVERY_HOUR, whole=True),
        sweep(STEP, mail_steps, _SOON),
        ending,
    )


def nurturing_deliveries(parts: Parts, desk: IntakeDesk, account: Principal) -> Sequence[Coroutine[Any, Any, None]]:
    """What sends the mails of programmes all the time, where there is a way."""
    settings = MailSettings.read(Environment(parts.settings.other))
    if not settings.is_set_up:
        return ()
    return (deliveries(parts, settings, may_go={PURPOSE: may_go(parts, desk, account)}).run(),)


def may_go(parts: Parts, desk: IntakeDesk, account: Principal) -> "Callable[[Mail], Coroutine[Any, Any, Leave]]":
    """Asks before each try whether a mail is still to go."""

    async def asked(mail: Mail) -> Leave:
        return await carry_out(
            parts.background_store,
            account,
            action="send mail",
            use_case=lambda work: leave_for(work, mail=mail, desk=desk),
        )

    return asked
