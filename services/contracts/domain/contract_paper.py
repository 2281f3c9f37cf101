"""What a contract and a quote look like on paper."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from kernel.money import Money, split
from services.contracts.domain.clauses import Clause, filled
from services.contracts.domain.contract import Contract
from services.contracts.domain.offer import Offer, OfferLine
from services.contracts.domain.paper import Lines, Paper, Section
from services.contracts.domain.payment_plan import PlanPart
from services.contracts.domain.quote_lines import in_zhe
from services.contracts.domain.signature import Signature
from trade.amounts import in_capitals, in_english

Labels = Mapping[str, str]
_NUMERALS = "一二三四五六七八九十"
_TEN = 10


def contract_values(contract: Contract, *, company: str, labels: Labels) -> dict[str, str]:
    """The values of the variables the service fills in, over those the contract brings with it."""
    return {
        "seller": company,
        **contract.terms.variables,
        "number": contract.number,
        "buyer": contract.terms.buyer,
        "amount": shown(contract.amount),
        "amount_in_words": in_words(contract.amount, contract.terms.language),
        "currency": contract.amount.currency,
        "term": _term(contract, labels),
    }


def contract_clauses(contract: Contract, *, company: str, labels: Labels) -> tuple[Clause, ...]:
    """The clauses as they are signed. Raises VariablesMissing."""
    return filled(contract.terms.clauses, contract_values(contract, company=company, labels=labels))


def contract_paper(
    contract: Contract,
    offer: Offer,
    *,
    company: str,
    labels: Labels,
) -> Paper:
    """The contract on paper. Raises VariablesMissing."""
    language = contract.terms.language
    clauses = contract_clauses(contract, company=company, labels=labels)
    sections = [
        Section(heading=f"{_ordinal(place, language)}{clause.heading}", paragraphs=tuple(clause.text.splitlines()))
        for place, clause in enumerate(clauses, start=1)
    ]
    if contract.payment_parts:
        sections.append(payment_section(contract, labels=labels))
    return Paper(
        language=language,
        title=labels["contract"],
        number=contract.number,
        author=contract.terms.variables.get("seller") or company,
        time=contract.create_time,
        sections=tuple(sections),
        table=_lines(offer, language, labels),
        totals=_totals(offer, language, labels),
        signers=(
            (labels["buyer_signs"], contract.terms.buyer, labels["date"]),
            (labels["seller_signs"], contract.terms.variables.get("seller") or company, labels["date"]),
        ),
    )


def record_paper(contract: Contract, signature: Signature, *, company: str, labels: Labels, zone: ZoneInfo) -> Paper:
    """The record of the electronic signature, which is put behind what was signed."""
    return Paper(
        language=contract.terms.language,
        title=labels["evidence"],
        number=contract.number,
        author=company,
        time=signature.sign_time or contract.create_time,
        sections=(_record(signature, labels=labels, zone=zone),),
    )


def quote_paper(offer: Offer, *, buyer: str, company: str, language: str, labels: Labels, zone: ZoneInfo) -> Paper:
    """The quote on paper: which version of which day it is, for each has its own prices."""
    number, made = f"{offer.number} V{offer.revision}", offer.create_time.astimezone(zone).date()
    facts = [
        (labels["number"], number),
        (labels["made_on"], made.isoformat()),
        (labels["buyer"], buyer),
        (labels["seller"], company),
    ]
    if offer.valid_until is not None:
        facts.append((labels["valid_until"], offer.valid_until.isoformat()))
    return Paper(
        language=language,
        title=labels["quote"],
        number=number,
        author=company,
        time=offer.create_time,
        facts=tuple(fact for fact in facts if fact[1]),
        table=_lines(offer, language, labels),
        totals=_totals(offer, language, labels),
    )


def shown(money: Money) -> str:
    """The amount for readers: CNY 12,345.67."""
    return f"{money.currency} {money.decimal():,}"


def in_words(money: Money, language: str) -> str:
    """The amount in words: Chinese capitals (大写) or English."""
    return in_capitals(money) if language == "zh" else in_english(money)


def payment_section(contract: Contract, *, labels: Labels) -> Section:
    """The plan that is agreed upon: each part with its amount, and when it is due after the signature."""
    chinese, parts = contract.terms.language == "zh", contract.payment_parts
    amounts = split(contract.amount, [part.share for part in parts])
    told = [
        labels["plan_part"].format(
            number=number,
            name=part.display_name_zh if chinese else part.display_name_en,
            amount=shown(amount),
            due=_due(part, labels),
        )
        for number, (part, amount) in enumerate(zip(parts, amounts, strict=True), start=1)
    ]
    return Section(heading=labels["plan"], paragraphs=tuple(told))


def _due(part: PlanPart, labels: Labels) -> str:
    if part.months and part.days:
        return labels["due_months_days"].format(months=part.months, days=part.days)
    if part.months:
        return labels["due_months"].format(months=part.months)
    return labels["due_days"].format(days=part.days)


def _term(contract: Contract, labels: Labels) -> str:
    start, end = contract.start_date, contract.end_date
    if start and end:
        return labels["term_between"].format(start=start.isoformat(), end=end.isoformat())
    return labels["term_from"].format(start=start.isoformat()) if start else labels["term_open"]


def _ordinal(place: int, language: str) -> str:
    if language != "zh":
        return f"{place}. "
    return f"{_NUMERALS[place - 1]}、" if place <= _TEN else f"{place}、"


def _lines(offer: Offer, language: str, labels: Labels) -> Lines | None:
    if not offer.lines:
        return None
    header = ("product", "unit", "quantity", "unit_price", "discount", "net")
    return Lines(
        heading=labels["lines"],
        header=tuple(labels[name] for name in header),
        rows=tuple(_line(line, language) for line in offer.lines),
        widths=(6, 2, 2, 4, 2, 4),
        numeric=(False, False, True, True, True, True),
    )


def _line(line: OfferLine, language: str) -> tuple[str, ...]:
    return (
        line.product,
        line.unit,
        f"{line.quantity.normalize():f}",
        f"{line.unit_price:,f}",
        _discount(line.discount, language),
        f"{line.net.decimal():,}",
    )


def _discount(discount: Decimal, language: str) -> str:
    """15 % is 85折 to a Chinese reader; without a discount there is nothing to tell him."""
    if language == "zh":
        return in_zhe(Fraction(discount)) or "—"
    return f"{(discount * Decimal(100)).normalize():f}%"


def _totals(offer: Offer, language: str, labels: Labels) -> tuple[tuple[str, str], ...]:
    return (
        (labels["net_total"], shown(offer.net_total)),
        (labels["tax_total"], shown(offer.tax_total)),
        (labels["gross_total"], shown(offer.gross_total)),
        (labels["in_words"], in_words(offer.gross_total, language)),
    )


def _record(signature: Signature, *, labels: Labels, zone: ZoneInfo) -> Section:
    evidence = signature.evidence
    time = signature.sign_time.astimezone(zone).isoformat(timespec="seconds") if signature.sign_time else ""
    told = (
        ("signed_by", evidence.signer_name),
        ("signed_at", time),
        ("signed_from", evidence.address),
        ("intent", evidence.intent),
        ("document", signature.document_hash.hex()),
    )
    return Section(
        heading=labels["evidence"], paragraphs=tuple(f"{labels[name]}: {value}" for name, value in told if value)
    )
