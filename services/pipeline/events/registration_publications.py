"""What pipeline publishes of registrations."""

from typing import Any

from millrace.pipeline.v1 import registration_events_pb2 as messages

from chassis.publication import Publication, Publications
from chassis.wire import date_message, instant, money_message, named
from services.pipeline.domain import erasing
from services.pipeline.domain import registration_happenings as domain
from services.pipeline.domain.registration import Registration, RegistrationState
from services.pipeline.domain.registration_facts import FollowUpState

STATE_NUMBERS: dict[RegistrationState, Any] = {
    state: messages.RegistrationState.Value(f"REGISTRATION_STATE_{state.name}") for state in RegistrationState
}
FOLLOW_UP_NUMBERS: dict[FollowUpState | None, Any] = {
    None: messages.FOLLOW_UP_STATE_UNSPECIFIED,
    **{state: messages.FollowUpState.Value(f"FOLLOW_UP_STATE_{state.name}") for state in FollowUpState},
}


def snapshot(registration: Registration) -> messages.RegistrationSnapshot:
    """The registration's public state: ids, state and amounts, nothing personal."""
    facts, owner, origin = registration.facts, registration.owner, registration.origin
    return messages.RegistrationSnapshot(
        name=registration.name,
        state=STATE_NUMBERS[registration.state],
        account=named("accounts", facts.customer.account),
        lead=named("leads", origin.lead),
        opportunity=named("opportunities", registration.opportunity),
        owner=named("members", owner.member),
        team=named("teams", owner.team),
        region=named("regions", owner.region),
        industry=facts.customer.industry,
        budget_min=money_message(facts.budget.least),
        budget_max=money_message(facts.budget.most),
        expected_close_date=date_message(facts.closing.day),
        submit_time=instant(registration.submit_time),
        review_time=instant(registration.review.time),
        protection_end_time=instant(registration.protection.end_time),
        create_time=instant(registration.create_time),
        channel=named("channels", origin.channel),
        campaign=named("campaigns", origin.campaign),
        follow_up_state=FOLLOW_UP_NUMBERS[facts.follow_up],
        renewals=registration.protection.renewals,
    )


REGISTRATIONS: Publications = {
    domain.RegistrationCreated: Publication(
        "registration.created", lambda _, state: messages.RegistrationCreated(registration=state), snapshot
    ),
    domain.RegistrationUpdated: Publication(
        "registration.updated", lambda _, state: messages.RegistrationUpdated(registration=state), snapshot
    ),
    domain.RegistrationSubmitted: Publication(
        "registration.submitted", lambda _, state: messages.RegistrationSubmitted(registration=state), snapshot
    ),
    domain.RegistrationWithdrawn: Publication(
        "registration.withdrawn", lambda _, state: messages.RegistrationWithdrawn(registration=state), snapshot
    ),
    domain.RegistrationApproved: Publication(
        "registration.approved", lambda _, state: messages.RegistrationApproved(registration=state), snapshot
    ),
    domain.RegistrationReturned: Publication(
        "registration.returned", lambda _, state: messages.RegistrationReturned(registration=state), snapshot
    ),
    domain.RegistrationRejected: Publication(
        "registration.rejected", lambda _, state: messages.RegistrationRejected(registration=state), snapshot
    ),
    domain.RegistrationRenewed: Publication(
        "registration.renewed", lambda _, state: messages.RegistrationRenewed(registration=state), snapshot
    ),
    domain.RegistrationExpired: Publication(
        "registration.expired", lambda _, state: messages.RegistrationExpired(registration=state), snapshot
    ),
    erasing.RegistrationPersonErased: Publication(
        "registration.person_erased", lambda _, state: messages.RegistrationPersonErased(registration=state), snapshot
    ),
}
