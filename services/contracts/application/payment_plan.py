"""The payment plan of a contract (回款计划): made at the signature, changed only where nothing was paid yet."""

from zoneinfo import ZoneInfo

from chassis.rule_sets import Rulebook
from chassis.work import UnitOfWork
from kernel.money import Money
from services.contracts.application.rule_kinds import PAYMENT_PLANS
from services.contracts.domain.contract import Contract
from services.contracts.domain.instalment import Instalment, plan_instalment
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.domain.payment_plan import PlannedInstalment
from services.contracts.storage.instalments import INSTALMENT_RECORD
from services.contracts.storage.ledger import post


async def plan_payments(work: UnitOfWork, *, contract: Contract, rulebook: Rulebook, zone: ZoneInfo) -> None:
    """A signed contract is owed in the instalments of its plan, equal to its amount to the cent, from the same moment.

    They are written with the signature or not at all. Raises PaymentPlanUnknown.
    """
    plans = (await rulebook.current(work, PAYMENT_PLANS)).rules
    signed_on = (contract.sign_time or work.now).astimezone(zone).date()
    planned = plans.plan(contract.payment_template).instalments(contract.amount, signed_on=signed_on)
    for each in planned:
        enter(work, contract, each)


async def check_plan(work: UnitOfWork, *, key: str, rulebook: Rulebook) -> None:
    """Raise PaymentPlanUnknown for a key no plan has: told while the contract is written, not at its signature."""
    (await rulebook.current(work, PAYMENT_PLANS)).rules.plan(key)


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
