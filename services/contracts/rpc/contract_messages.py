"""Contracts between messages and the domain."""

from collections.abc import Iterable

from google.type import decimal_pb2
from millrace.contracts.v1 import contract_events_pb2, contract_pb2, contract_service_pb2

from chassis.wire import date_message, date_of, instant, money_message, named, reference
from services.contracts.application.contract_drafting import DraftWish
from services.contracts.domain.clauses import Clause, ClauseDifference
from services.contracts.domain.contract import Contract
from services.contracts.domain.payment_plan import PlanPart


def to_message(contract: Contract) -> contract_pb2.Contract:
    """The contract on the wire."""
    terms = contract.terms
    return contract_pb2.Contract(
        name=contract.resource,
        number=contract.number,
        state=contract_events_pb2.ContractState.Value(f"CONTRACT_STATE_{contract.state.name}"),
        quote=named("quotes", contract.quote),
        opportunity=named("opportunities", contract.opportunity),
        account=named("accounts", contract.account),
        owner=named("members", contract.owner),
        team=named("teams", contract.team),
        region=named("regions", contract.region),
        amount=money_message(contract.amount),
        paid=money_message(contract.paid),
        contract_template=named("contractTemplates", terms.template),
        template_version=terms.template_version,
        language=terms.language,
        clauses=[clause_message(clause) for clause in terms.clauses],
        buyer=terms.buyer,
        variables=terms.variables,
        payment_plan=contract.payment_template,
        start_date=date_message(contract.start_date),
        end_date=date_message(contract.end_date),
        approval=named("contractApprovals", contract.approval),
        comment=contract.comment,
        sign_time=instant(contract.sign_time),
        settle_time=instant(contract.settle_time),
        create_time=instant(contract.create_time),
        update_time=instant(contract.update_time),
        etag=str(contract.version),
        renews=named("contracts", contract.renews),
        effective_date=date_message(contract.effective_date),
        instalments=[part_message(part) for part in contract.payment_parts],
    )


def part_message(part: PlanPart) -> contract_pb2.PlannedPart:
    """A part of the plan on the wire."""
    return contract_pb2.PlannedPart(
        key=part.key,
        display_name_zh=part.display_name_zh,
        display_name_en=part.display_name_en,
        share=decimal_pb2.Decimal(value=str(part.share)),
        months=part.months,
        days=part.days,
    )


def clause_message(clause: Clause) -> contract_pb2.Clause:
    """A clause on the wire."""
    return contract_pb2.Clause(key=clause.key, heading=clause.heading, text=clause.text)


def clauses_of(messages: Iterable[contract_pb2.Clause]) -> tuple[Clause, ...]:
    """The clauses of a message."""
    return tuple(Clause(key=each.key, heading=each.heading, text=each.text) for each in messages)


def wish_of(message: contract_pb2.Contract) -> DraftWish:
    """What a message says of a draft."""
    return DraftWish(
        template=reference(message.contract_template, field="contract.contract_template"),
        language=message.language,
        clauses=clauses_of(message.clauses),
        buyer=message.buyer.strip(),
        variables=dict(message.variables),
        payment_plan=message.payment_plan,
        renews=reference(message.renews, field="contract.renews"),
        start=date_of(message.start_date, field="contract.start_date") if message.HasField("start_date") else None,
        end=date_of(message.end_date, field="contract.end_date") if message.HasField("end_date") else None,
    )


def difference_message(difference: ClauseDifference) -> contract_service_pb2.ClauseDifference:
    """What differs in a clause, on the wire."""
    return contract_service_pb2.ClauseDifference(
        key=difference.key,
        heading=difference.heading,
        pieces=[
            contract_service_pb2.ClausePiece(
                change=contract_service_pb2.ClauseChange.Value(f"CLAUSE_CHANGE_{piece.kept.name}"), text=piece.text
            )
            for piece in difference.pieces
        ],
    )
