"""How the demo company judges its leads: some are not worth selling to, for a reason; of others the need is clear."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from millrace.leads.v1.lead_view_pb2 import LEAD_VIEW_SHARING_ALL, SavedLeadView

from deploy.local.demo.business.cases import is_sold_on

SEED = 20260131
# Of the leads that nobody takes up further.
HOPELESS, PROMISING = 0.02, 0.1
REASONS = {
    "NO_NEED": ("今年没有采购计划", "已有系统，暂不更换"),
    "NO_BUDGET": ("预算已取消",),
    "UNREACHABLE": ("三次未接通", "号码已停用"),
    "CHOSE_COMPETITOR": ("上月已签其他供应商",),
}
NEED, DECIDES = "NEED_KNOWN", "DECIDES"
# What everybody finds kept beside the list.
VIEWS = (
    SavedLeadView(
        display_name="待首次响应",
        filter="response_state = LEAD_RESPONSE_STATE_OVERDUE OR response_state = LEAD_RESPONSE_STATE_WAITING",
        order_by="response_due_time",
        fields=["company_name", "grade", "owner", "response_state", "response_due_time"],
        sharing=LEAD_VIEW_SHARING_ALL,
    ),
    SavedLeadView(
        display_name="已判为无效",
        filter="state = LEAD_STATE_DISQUALIFIED",
        order_by="update_time desc",
        fields=["company_name", "owner", "channel", "update_time"],
        sharing=LEAD_VIEW_SHARING_ALL,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoJudgement:
    """What is found of a lead: why it is not worth selling to, or nothing where it is; and the words for it."""

    number: int
    lead: str
    reason: str
    note: str


def demo_judgements(leads: Sequence[str], *, first: int, taken: Collection[str]) -> Iterator[DemoJudgement]:
    """How the week's leads are judged; the first has number `first`, one refused has no name.

    Those that somebody takes up, or has taken up, are judged by what becomes of them. By a chance of its own, so that
    leads and sales stay as they are.
    """
    sold = {lead for number, lead in enumerate(leads, start=first) if is_sold_on(number)} | set(taken)
    judged: set[str] = set()
    for number, lead in enumerate(leads, start=first):
        chance = Random(f"{SEED}/{number}")
        luck, reason = chance.random(), chance.choice(sorted(REASONS))
        if not lead or lead in sold or lead in judged or luck >= HOPELESS + PROMISING:
            continue
        judged.add(lead)
        if luck < HOPELESS:
            yield DemoJudgement(number=number, lead=lead, reason=reason, note=chance.choice(REASONS[reason]))
        else:
            yield DemoJudgement(number=number, lead=lead, reason="", note="需求与决策人已确认")
