"""The payment plan of a contract (回款计划): made at the signature, changed only where nothing was paid yet."""

from zoneinfo import ZoneInfo

from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from kernel.money import Money
from services.contracts.application.rule_kinds import PAYMENT_PLANS
from services.contracts.application.settlement import Held, settle
from services.contracts.domain.contract import Contract
from services.contracts.domain.instalment import Instalment, plan_instalment
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.domain.payment_plan import PaymentPlans, PlannedInstalment, PlanPart, instalments_of
from services.contracts.storage.instalments import INSTALMENT_RECORD
from services.contracts.storage.ledger import post


async def plan_payments(work: UnitOfWork, *, contract: Contract, rulebook: Rulebook, zone: ZoneInfo) -> Contract:
    """A signed contract is owed in the instalments of its plan, equal to its amount to the cent, from the same moment.

    They are those that were approved and signed, whatever the rules say by now; a contract of before plans were kept
    asks the rules. One that costs nothing is settled with its signature. Raises PaymentPlanUnknown.
    """
    parts = contract.payment_parts or await agreed_parts(work, key=contract.payment_template, rulebook=rulebook)
    signed_on = (contract.sign_time or work.now).astimezone(zone).date()
    planned = [enter(work, contract, each) for each in instalments_of(parts, contract.amount, signed_on=signed_on)]
    (after,) = settle(work, Held((contract,), {each.uuid: each for each in planned}))
    return after


async def agreed_parts(read: Read, *, key: str, rulebook: Rulebook) -> tuple[PlanPart, ...]:
    """The parts of a plan as the rules have it today; a contract keeps them from its draft on.

    Raises PaymentPlanUnknown.
    """
    plans: PaymentPlans = (await rulebook.current(read, PAYMENT_PLANS)).rules
    return plans.plan(key).parts


def enter(work: UnitOfWork, contract: Contract, planned: PlannedInstalment) -> Instalment:
    """Save an instalment of the contract and what it makes the customer owe."""
    change = plan_instalment(_instalment(work, contract, planned))
    owed = Concerning(contract=contract.uuid, instalment=change.aggregate.uuid)
    if planned.amount.minor:
        actor = work.principal.subject
        post(work, move(Movement.PLAN, planned.amount, uuid=work.new_id(), about=owed, actor=actor, now=work.now))
    return work.save(INSTALMENT_RECORD, change)


def _instalment(work: UnitOfWork, contract: Contract, planned: PlannedInstalment) -> Instalment:
    nothing = Money(minor=0, currency=planned.amount.currency)
    return Instalment(
        uuid=work.new_id(),
        contract=contract.uuid,
        opportunity=contract.opportunity,
        account=contract.account,
        owner=contract.owner,
        team=contract.team,
        region=contract.region,
        sequence=planned.sequence,
        part=planned.part.key,
        display_name_zh=planned.part.display_name_zh,
        display_name_en=planned.part.display_name_en,
        due_date=planned.due_date,
        amount=planned.amount,
        paid=nothing,
        written_off=nothing,
        create_time=work.now,
        update_time=work.now,
    )
