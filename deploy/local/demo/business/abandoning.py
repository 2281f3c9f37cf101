"""The pools of customers of the demo company (公海): one of each region, with customers nobody works any more."""

from collections.abc import Mapping

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.pipeline.v1 import account_pool_pb2, account_pool_service_pb2, account_service_pb2
from millrace.rules.v1 import rule_set_pb2, rule_set_requests_pb2

from deploy.local.demo.business.actors import SELLER, Actors

SALES = "sales"
RELEASED, CLAIMED = 24, 2
WHY = ("项目取消，暂无新需求", "换了供应商，合同到期前不再接触", "对接人离职，需重新建立联系", "超出本团队覆盖区域")
# Longer than as shipped: whoever lives through a year in some minutes keeps his customers.
RULES = {
    "counts": ["call", "visit"],
    "stays": ["key"],
    "phases": {"opportunity": {"idle": 270, "warn": 20}, "customer": {"no_order": 400, "warn": 20}},
}


def open_account_pools(actors: Actors, regions: Mapping[str, str]) -> None:
    """Open a pool for each region, `regions` by what people call them, and say when customers fall back."""
    for number, (called, region) in enumerate(regions.items()):
        pool = account_pool_pb2.AccountPool(
            display_name=f"{called}公海", regions=[region], daily_cap=5, holding_cap=400, cool_down_days=30
        )
        made = account_pool_service_pb2.CreateAccountPoolRequest(
            account_pool=pool, request_id=f"demo-account-pool-{number}"
        )
        actors.ask(SELLER, "pipeline.AccountPoolService.CreateAccountPool", made)
    body = ParseDict(RULES, Struct())
    rules = rule_set_pb2.RuleSet(name="pipelineRuleSets/account_recycling", etag="0", body=body)
    edit = rule_set_requests_pb2.UpdateRuleSetRequest(rule_set=rules, request_id="demo-account-recycling")
    actors.ask(SELLER, "pipeline.RuleSetService.UpdateRuleSet", edit)


def abandon_some(actors: Actors) -> None:
    """Customers who bought nothing are given back; a salesperson claims some from what is open to him."""
    condition = "phase = ACCOUNT_PHASE_OPPORTUNITY"
    wanted = account_service_pb2.ListAccountsRequest(page_size=200, order_by="create_time", filter=condition)
    given = 0
    for number, account in enumerate(actors.ask(SELLER, "pipeline.AccountService.ListAccounts", wanted).accounts):
        given += _released(actors, account.name, WHY[number % len(WHY)])
        if given == RELEASED:
            break
    _claim(actors)


def _released(actors: Actors, account: str, reason: str) -> bool:
    """Whether a customer was given back; one with whom something is open stays."""
    release = account_pool_service_pb2.ReleaseAccountRequest(
        name=account, reason=reason, request_id=f"demo-release-{account}"
    )
    return actors.tries(SELLER, "pipeline.AccountPoolService.ReleaseAccount", release)


def _claim(actors: Actors) -> None:
    pools = actors.ask(
        SALES, "pipeline.AccountPoolService.ListAccountPools", account_pool_service_pb2.ListAccountPoolsRequest()
    ).account_pools
    for pool in pools:
        most = min(CLAIMED, pool.daily_cap)
        waiting = account_pool_service_pb2.ListPooledAccountsRequest(parent=pool.name, page_size=most)
        for each in actors.ask(SALES, "pipeline.AccountPoolService.ListPooledAccounts", waiting).pooled_accounts:
            claim = account_pool_service_pb2.ClaimAccountRequest(name=each.account, request_id=f"demo-{each.account}")
            # Whom he let go himself he has to leave to others for a while.
            actors.tries(SALES, "pipeline.AccountPoolService.ClaimAccount", claim)
