"""One of each kind of aggregate that no life of an opportunity has: rules, targets, templates, keys and so on."""

from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx

from tests.faults.lives import JSON, GivenUp, Life, Lives, day
from tests.support.waiting import eventually

TWINS = (("合肥合一仪表有限公司", "13905510001"), ("芜湖江畔包装厂", "13905530002"))
CSV = "公司名称,联系人,手机\n杭州名单科技有限公司,赵敏,13712340001\n".encode()
RULES = ("leadRuleSets", "pipelineRuleSets", "contractRuleSets")


async def one_of_each(lives: Lives) -> None:
    """Everything, whoever is killed meanwhile; what needs a life that has ended comes last."""
    await _of_directory(lives)
    await _of_leads(lives)
    await _as_it_stands(
        lives, "salesProcesses", "stages", displayNameZh="矿业流程", displayNameEn="Mining", industries=["mining"]
    )
    await _as_it_stands(lives, "contractTemplates", "language", "clauses", "paymentPlan", displayName="再版合同")
    for collection in RULES:
        await _rules_anew(lives, collection)
    await eventually(lambda: len(lives.ended) > 0, within=120, every=0.1)
    await _after_a_life(lives, lives.ended[0])


async def _after_a_life(lives: Lives, life: Life) -> None:
    """What is agreed and done besides, once the contract is in force; then the buyer asks to be forgotten."""
    with suppress(GivenUp):  # the calendar may have been quicker
        await lives.ask("activate", f"{life.named['contract']}:activate", {})
    await lives.ask("amendment", f"{life.named['contract']}/amendments", {"text": "增加二十套"})
    of_buyer = {"contact": life.named["contact"], "day": day(0)}
    agreed = {
        "account": life.named["account"],
        "title": "入职周年",
        "kind": "OCCASION_KIND_ANNIVERSARY",
        "yearly": True,
    }
    await lives.ask("occasion", "occasions", of_buyer | agreed)
    await lives.ask("account-pool", "accountPools", {"displayName": "华东公海", "dailyCap": 5})
    await lives.ask("care", "careRecords", of_buyer | {"kind": "CARE_KIND_CALL"})
    members = await lives.until("members", lambda seen: len(seen["members"]) > 1)
    helping = {"role": "ACCOUNT_COLLABORATOR_ROLE_READ", "endDate": day(30), "reason": "售前支持"}
    helping["member"] = members["members"][-1]["name"]
    await lives.ask("account-helper", f"{life.named['account']}/collaborators", helping)
    await lives.ask("erase", f"{life.named['lead']}:erasePerson", {"reason": "本人书面申请"})
    await lives.until(life.named["contact"], lambda seen: bool(seen["displayName"] == "***"))


async def _of_directory(lives: Lives) -> None:
    """A key of a program, and the memory of an address that somebody guessed at."""
    until = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    await lives.ask("key", "apiClients", {"displayName": "ERP", "scopes": ["leads.read"], "expireTime": until})
    with suppress(GivenUp):
        await lives.ask("guess", "sessions:signIn", {"email": "nobody@millrace.example", "password": "guessed-it"})


async def _of_leads(lives: Lives) -> None:
    """What is kept of leads: campaign, pool, view, programme, helper, merge, a list nobody imports, a target."""
    channel = await lives.ask("channel", "channels", {"displayName": "展会", "kind": "CHANNEL_KIND_EXHIBITION"})
    await lives.ask("campaign", "campaigns", {"displayName": "春季展", "channel": channel["name"]})
    await lives.ask("pool", "leadPools", {"displayName": "华东线索池", "dailyCap": 5})
    await lives.ask("view", "leadViews", {"displayName": "高意向", "filter": "grade = GRADE_A"})
    paper = {"subject": "白皮书", "text": "您好"}
    programme = {"displayName": "白皮书", "segment": "grade = GRADE_D", "steps": [paper]}
    await lives.ask("programme", "nurturingProgrammes", programme)
    members = await lives.until("members", lambda seen: len(seen["members"]) > 1)
    member = members["members"][-1]["name"]
    helping = {"member": member, "role": "LEAD_COLLABORATOR_ROLE_READ", "endDate": day(30), "reason": "售前支持"}
    await eventually(lambda: any("lead" in life.named for life in lives.lives), within=60, every=0.1)
    lead = next(life.named["lead"] for life in lives.lives if "lead" in life.named)
    await lives.ask("helper", f"{lead}/collaborators", helping)
    await _merge(lives)
    await _upload(lives)
    aim = {"year": day(0)["year"], "kpi": "KPI_LEADS", "subject": member, "count": "10"}
    await lives.ask("target", "targets", aim)


async def _merge(lives: Lives) -> None:
    """A customer who is followed up, and came twice under two names: he is one afterwards."""
    names = []
    for number, (company, phone) in enumerate(TWINS):
        told = {"companyName": company, "contactName": "孙", "phone": phone}
        names.append((await lives.ask(f"twin-{number}", "leads", told))["name"])
    called = {"kind": "LEAD_FOLLOW_UP_KIND_CALL", "outcome": "LEAD_FOLLOW_UP_OUTCOME_REACHED", "note": "已致电"}
    await lives.ask("follow-up", "leadFollowUps", {"lead": names[0]} | called)
    await lives.ask("merge", f"{names[0]}:merge", {"others": [{"lead": names[1]}]})


async def _upload(lives: Lives) -> None:
    headers = {"idempotency-key": "life-list", "content-type": "text/csv"}

    def send() -> Awaitable[httpx.Response]:
        return lives.seller.post(
            "/v1/leadImports:upload", params={"fileName": "名单.csv"}, content=CSV, headers=headers
        )

    await lives.repeat(send, "leadImports:upload")


async def _as_it_stands(lives: Lives, collection: str, *fields: str, **other: object) -> None:
    """Another one of what the product ships, with the same parts."""
    found = await lives.until(collection, lambda seen: bool(seen[collection]))
    shipped = found[collection][0]
    await lives.ask(collection, collection, {field: shipped[field] for field in fields} | other)


async def _rules_anew(lives: Lives, collection: str) -> None:
    """The first rules of a service, written by an administrator just as they are: from now on they are his."""
    found = await lives.until(collection, lambda seen: bool(_first(seen)))
    rules = _first(found)[0]
    body = {"body": rules["body"], "etag": rules["etag"]}
    headers = {"idempotency-key": f"life-{collection}"}

    def send() -> Awaitable[httpx.Response]:
        return lives.seller.patch(f"/v1/{rules['name']}", json=body, headers=headers)

    await lives.repeat(send, rules["name"])


def _first(listed: JSON) -> list[JSON]:
    """The items of a list, whatever they are called."""
    return next(value for value in listed.values() if isinstance(value, list))
