"""How the demo company marks its customers (标签): how it works with them, and whom it watches."""

from millrace.pipeline.v1 import account_service_pb2

from deploy.local.demo.business.actors import DIRECTOR, SELLER, Actors

MARKED = 80  # the customers who came first
COOPERATION = ("framework", "project", "project", "agent")
EVERY_REFERENCE = 10


def mark_some(actors: Actors) -> None:
    """Say of the customers who came first how they are worked with; some are references."""
    wanted = account_service_pb2.ListAccountsRequest(page_size=MARKED, order_by="create_time")
    accounts = actors.ask(SELLER, "pipeline.AccountService.ListAccounts", wanted).accounts
    for number, account in enumerate(accounts):
        _mark(actors, SELLER, account.name, "cooperation", COOPERATION[number % len(COOPERATION)], number)
        if number % EVERY_REFERENCE == 0:
            _mark(actors, DIRECTOR, account.name, "attention", "reference", number)


def _mark(actors: Actors, role: str, account: str, group: str, tag: str, number: int) -> None:
    request = account_service_pb2.SetAccountTagsRequest(
        name=account, group=group, tags=[tag], request_id=f"demo-{group}-{number}"
    )
    actors.ask(role, "pipeline.AccountService.SetAccountTags", request)
