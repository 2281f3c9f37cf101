"""What pipeline publishes of accounts and their people: ids and classes, nothing personal."""

from typing import Any

from millrace.pipeline.v1 import account_events_pb2 as account_events
from millrace.pipeline.v1 import account_pb2, contact_pb2
from millrace.pipeline.v1 import contact_events_pb2 as contact_events

from chassis.publication import Publication, Publications
from chassis.wire import instant, named
from services.pipeline.domain import account as accounts
from services.pipeline.domain import contact as contacts
from services.pipeline.domain import erasing
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_profile import Phase
from services.pipeline.domain.contact import Contact, DecisionRole

PHASE_NUMBERS: dict[Phase, Any] = {
    phase: account_pb2.AccountPhase.Value(f"ACCOUNT_PHASE_{phase.name}") for phase in Phase
}
_ROLES: dict[DecisionRole, Any] = {
    role: contact_pb2.DecisionRole.Value(f"DECISION_ROLE_{role.name}") for role in DecisionRole
}


def account_snapshot(account: Account) -> account_events.AccountSnapshot:
    """The account's public state."""
    whose, origin = account.ownership, account.origin
    return account_events.AccountSnapshot(
        name=account.name,
        parent=named("accounts", account.facts.parent),
        owner=named("members", whose.owner),
        team=named("teams", whose.team),
        region=named("regions", whose.region),
        industry=account.facts.industry,
        tier=account.tier,
        lead=named("leads", origin.lead),
        create_time=instant(account.create_time),
        deleted=account.delete_time is not None,
        tags=account.profile.tags,
        lifecycle=PHASE_NUMBERS[account.profile.phase],
        pool=named("accountPools", account.pool),
    )


def contact_snapshot(contact: Contact) -> contact_events.ContactSnapshot:
    """The contact's public state."""
    whose = contact.ownership
    return contact_events.ContactSnapshot(
        name=contact.name,
        account=named("accounts", contact.account),
        owner=named("members", whose.owner),
        team=named("teams", whose.team),
        region=named("regions", whose.region),
        decision_role=_ROLES[contact.facts.decision_role],
        create_time=instant(contact.create_time),
        deleted=contact.delete_time is not None,
    )


ACCOUNTS: Publications = {
    accounts.AccountCreated: Publication(
        "account.created", lambda _, state: account_events.AccountCreated(account=state), state=account_snapshot
    ),
    accounts.AccountUpdated: Publication(
        "account.updated",
        lambda event, state: account_events.AccountUpdated(account=state, changed_fields=event.changed_fields),
        state=account_snapshot,
    ),
    accounts.AccountAssigned: Publication(
        "account.assigned", lambda _, state: account_events.AccountAssigned(account=state), state=account_snapshot
    ),
    accounts.AccountProfiled: Publication(
        "account.profiled",
        lambda event, state: account_events.AccountProfiled(account=state, changed_fields=event.changed_fields),
        state=account_snapshot,
    ),
    accounts.AccountDeleted: Publication(
        "account.deleted", lambda _, state: account_events.AccountDeleted(account=state), state=account_snapshot
    ),
    accounts.AccountUndeleted: Publication(
        "account.undeleted", lambda _, state: account_events.AccountUndeleted(account=state), state=account_snapshot
    ),
    erasing.AccountPersonErased: Publication(
        "account.person_erased",
        lambda _, state: account_events.AccountPersonErased(account=state),
        state=account_snapshot,
    ),
}
CONTACTS: Publications = {
    contacts.ContactCreated: Publication(
        "contact.created", lambda _, state: contact_events.ContactCreated(contact=state), state=contact_snapshot
    ),
    contacts.ContactUpdated: Publication(
        "contact.updated",
        lambda event, state: contact_events.ContactUpdated(contact=state, changed_fields=event.changed_fields),
        state=contact_snapshot,
    ),
    contacts.ContactAssigned: Publication(
        "contact.assigned", lambda _, state: contact_events.ContactAssigned(contact=state), state=contact_snapshot
    ),
    contacts.ContactDeleted: Publication(
        "contact.deleted", lambda _, state: contact_events.ContactDeleted(contact=state), state=contact_snapshot
    ),
    contacts.ContactUndeleted: Publication(
        "contact.undeleted", lambda _, state: contact_events.ContactUndeleted(contact=state), state=contact_snapshot
    ),
    erasing.ContactPersonErased: Publication(
        "contact.person_erased",
        lambda _, state: contact_events.ContactPersonErased(contact=state),
        state=contact_snapshot,
    ),
}
