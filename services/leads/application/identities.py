"""From a lead's facts to what it is found and compared by; the rules of comparing are the trade's."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from services.leads.domain.facts import Address as WrittenAddress
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import FindingKeys
from services.leads.domain.resemblance import Band, Candidate, Resemblance
from trade.address import Address
from trade.duplicates import (
    DuplicateRules,
    Fingerprint,
    Identity,
    blocking_keys,
    fingerprint,
    prints_mark,
    resembling,
    to_text,
)
from trade.names import pinyin_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a customer is found and compared by, worked out beforehand under the rules of a mark (`prints_mark`).

    `prints` is the fingerprint as a text, `match` what the stock is searched by.
    """

    mark: str
    prints: str
    match: frozenset[str]
    keys: FindingKeys


def traits_of(facts: LeadFacts, rules: DuplicateRules) -> Traits:
    """All of it at once, without the database."""
    prints, mark = fingerprint_of(facts, rules), prints_mark(rules)
    return Traits(
        mark=mark, prints=to_text(prints, mark), match=match_keys(prints, rules), keys=finding_keys(facts, prints)
    )


def fingerprint_of(facts: LeadFacts, rules: DuplicateRules) -> Fingerprint:
    """The comparable form of the part of the facts by which customers are told apart."""
    return fingerprint(
        Identity(
            company_name=facts.company_name,
            contact_name=facts.contact_name,
            credit_code=facts.credit_code,
            phones=(facts.phone,) if facts.phone else (),
            emails=(facts.email,) if facts.email else (),
            address=_address(facts.address),
            custom=facts.custom,
        ),
        rules,
    )


def match_keys(prints: Fingerprint, rules: DuplicateRules) -> frozenset[str]:
    """What the stock is searched by."""
    return blocking_keys(prints, rules)


def finding_keys(facts: LeadFacts, prints: Fingerprint) -> FindingKeys:
    """What a lead is looked up, sorted and called by."""
    return FindingKeys(
        sort=pinyin_key(facts.company_name or facts.contact_name).full,
        phone=next(iter(prints.phones), ""),
        email=next(iter(prints.emails), ""),
    )


def compare(prints: Fingerprint, known: Iterable[Candidate], rules: DuplicateRules) -> list[Resemblance]:
    """What the newcomer has in common with known leads; those that have too little are left out.

    A lead into which others were merged is known by several fingerprints: the one that has most in common counts.
    """
    found: dict[UUID, Resemblance] = {}
    for each in known:
        match = resembling(prints, each.prints, rules)
        if match is None or match.band is None:
            continue
        score = round(match.score, 4)
        if each.lead not in found or found[each.lead].score < score:
            band, reasons = Band(match.band.value), match.reasons
            found[each.lead] = Resemblance(lead=each.lead, score=score, band=band, reasons=reasons)
    return list(found.values())


# Most leads say no more than province and city, and the pairs of them are few.
@lru_cache(maxsize=4096)
def _address(written: WrittenAddress) -> Address:
    return Address(
        street_number=written.street_number,
        line_1=written.line_1,
        line_2=written.line_2,
        district=written.district,
        city=written.city,
        province=written.province,
        postal_code=written.postal_code,
    )
