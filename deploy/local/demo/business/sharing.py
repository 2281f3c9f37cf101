"""Who helps whom in the demo company (协作人): some accounts are shared with a colleague for some weeks."""

from datetime import date, timedelta

from millrace.directory.v1 import member_service_pb2
from millrace.pipeline.v1 import account_collaborator_pb2, account_collaborator_service_pb2, account_service_pb2

from chassis.wire import date_message
from deploy.local.demo.business.actors import SELLER, Actors

SHARED = 12  # accounts of the first customers
WEEKS = (2, 4, 8)
WHY = ("售前方案支持", "招投标协助", "交付前技术对接")


def share_some(actors: Actors, day: date) -> None:
    """Share the accounts of the customers who came first, each with somebody else than its owner."""
    wanted = account_service_pb2.ListAccountsRequest(page_size=SHARED, order_by="create_time")
    accounts = actors.ask(SELLER, "pipeline.AccountService.ListAccounts", wanted).accounts
    helpers = _helpers(actors)
    for number, account in enumerate(accounts):
        helper = next(each for each in helpers[number:] + helpers if each != account.owner)
        terms = account_collaborator_pb2.AccountCollaborator(
            member=helper,
            role=account_collaborator_pb2.ACCOUNT_COLLABORATOR_ROLE_READ,
            end_date=date_message(day + timedelta(weeks=WEEKS[number % len(WEEKS)])),
            reason=WHY[number % len(WHY)],
        )
        request = account_collaborator_service_pb2.AddAccountCollaboratorRequest(
            parent=account.name, account_collaborator=terms, request_id=f"demo-share-{number}"
        )
        actors.ask(SELLER, "pipeline.AccountCollaboratorService.AddAccountCollaborator", request)


def _helpers(actors: Actors) -> list[str]:
    """Members nobody signs in as: whoever does sees by his role alone, and can tell what that is."""
    everybody = member_service_pb2.ListMembersRequest(page_size=200, order_by="display_name", filter="active = true")
    members = actors.ask(SELLER, "directory.MemberService.ListMembers", everybody).members
    return [each.name for each in members if not actors.knows(each.email)]
