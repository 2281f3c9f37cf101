"""What the demo company's salespeople do about its leads in the week they get them: most customers are answered."""

from collections.abc import Iterator, Sequence
from random import Random

from millrace.leads.v1 import lead_follow_up_pb2 as contract

from deploy.local.demo.business.cases import is_sold_on

SEED = 20260119
# Of the leads that nobody takes up further; the others were answered, or nothing would have come of them.
ANSWERED, TRIED = 0.45, 0.15
KINDS = {
    contract.LEAD_FOLLOW_UP_KIND_CALL: 6,
    contract.LEAD_FOLLOW_UP_KIND_WECHAT: 3,
    contract.LEAD_FOLLOW_UP_KIND_EMAIL: 2,
    contract.LEAD_FOLLOW_UP_KIND_VISIT: 1,
}
REACHED, TRIED_IN_VAIN = contract.LEAD_FOLLOW_UP_OUTCOME_REACHED, contract.LEAD_FOLLOW_UP_OUTCOME_NOT_REACHED
NOTES = {
    REACHED: ("已沟通需求，客户愿意看演示", "客户在比较几家供应商", "需求明确，等预算批复", "先发资料，下周再联系"),
    TRIED_IN_VAIN: ("无人接听", "对方在开会，稍后再打"),
}


def demo_follow_ups(leads: Sequence[str], *, first: int) -> Iterator[tuple[int, contract.LeadFollowUp]]:
    """What is done about the week's leads, with their numbers; the first has number `first`, one refused has no name.

    By a chance of its own, so that leads and sales stay as they are.
    """
    for number, lead in enumerate(leads, start=first):
        chance = Random(f"{SEED}/{number}")
        kind, luck = chance.choices(list(KINDS), list(KINDS.values()))[0], chance.random()
        if lead and (is_sold_on(number) or luck < ANSWERED + TRIED):
            outcome = REACHED if is_sold_on(number) or luck < ANSWERED else TRIED_IN_VAIN
            note = chance.choice(NOTES[outcome])
            yield number, contract.LeadFollowUp(lead=lead, kind=kind, outcome=outcome, note=note)
