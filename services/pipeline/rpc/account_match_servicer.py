"""AccountMatchService on the wire."""

from millrace.pipeline.v1 import account_match_service_pb2 as contract
from millrace.reasons.v1 import reason_pb2

from chassis.rpc.call import Call
from chassis.wire import named, put_instant, uuid_of
from chassis.work import Store
from kernel.errors import NotAllowed
from services.pipeline.application.account_matching import Described, describe_accounts, match_accounts
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.resemblance import AccountResemblance
from services.pipeline.rpc.account_messages import BANDS
from services.pipeline.storage.accounts import READING
from trade.duplicates import Identity

_LEADS = "services/leads"


class AccountMatchServicer:
    """Which accounts the customers of leads are (查重)."""

    def __init__(self, store: Store, desk: RegistrationDesk) -> None:
        """Reads only."""
        self._store = store
        self._desk = desk

    async def MatchAccounts(self, request: contract.MatchAccountsRequest, call: Call) -> contract.MatchAccountsResponse:
        """Compare many."""
        _check_asker(call)
        customers = [_identity(each) for each in request.customers]
        found = await self._store.read(call, lambda read: match_accounts(read, customers=customers))
        return contract.MatchAccountsResponse(customers=[_matches(each) for each in found])

    async def DescribeAccounts(
        self, request: contract.DescribeAccountsRequest, call: Call
    ) -> contract.DescribeAccountsResponse:
        """Tell a member."""
        _check_asker(call)
        accounts, desk = [uuid_of(each, field="accounts") for each in request.accounts], self._desk
        found = await self._store.read(
            call, lambda read: describe_accounts(read, reader=request.reader, accounts=accounts, desk=desk)
        )
        return contract.DescribeAccountsResponse(accounts=[_description(each) for each in found])


def _check_asker(call: Call) -> None:
    if call.principal.subject != _LEADS:
        raise NotAllowed(permission=READING)


def _identity(told: contract.CustomerToMatch) -> Identity:
    """As a conversion reads a lead: where there is no company, the person is the customer."""
    return Identity(
        company_name=told.company_name,
        contact_name="" if told.company_name else told.contact_name,
        credit_code=told.credit_code,
        phones=(told.phone,) if told.phone else (),
        emails=(told.email,) if told.email else (),
    )


def _matches(found: list[AccountResemblance]) -> contract.CustomerMatches:
    return contract.CustomerMatches(
        matches=[
            contract.AccountMatch(
                account=each.account.name,
                score=each.score,
                band=BANDS[each.band],
                reasons=[
                    reason_pb2.Reason(code=reason.code, parameters=dict(reason.parameters)) for reason in each.reasons
                ],
            )
            for each in found
        ]
    )


def _description(told: Described) -> contract.AccountDescription:
    message = contract.AccountDescription(
        account=named("accounts", told.account),
        visible=told.visible,
        display_name=told.display_name,
        in_pool=told.sighting.in_pool,
        team_display_name=told.team,
    )
    if told.sighting.protection_end_time:
        put_instant(message.protection_end_time, told.sighting.protection_end_time)
    return message
