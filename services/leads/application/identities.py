"""From a lead's facts to what it is found and compared by; the rules of comparing are the trade's."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from services.leads.domain.facts import Address as WrittenAddress
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import FindingKeys, Lead
from services.leads.domain.resemblance import Band, Resemblance
from trade.address import Address
from trade.duplicates import DuplicateRules, Fingerprint, Identity, blocking_keys, fingerprint, score
from trade.names import pinyin_key

# Fingerprints of the stock kept in memory: enough for a customer who writes several times within minutes. More would
# take 5 KB each, and the collector would look through all of them.
_KEPT = 2_000


def fingerprint_of(facts: LeadFacts, rules: DuplicateRules) -> Fingerprint:
    """The comparable form of the part of the facts by which customers are told apart."""
    return fingerprint(
        Identity(
            company_name=facts.company_name,
            contact_name=facts.contact_name,
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


def finding_keys(facts: LeadFacts, prints: Fingerprint, match: frozenset[str]) -> FindingKeys:
    """What a lead is looked up, sorted and called by."""
    return FindingKeys(
        match=match,
        sort=pinyin_key(facts.company_name or facts.contact_name).full,
        phone=next(iter(prints.phones), ""),
        email=next(iter(prints.emails), ""),
    )


def rekeyed(lead: Lead, rules: DuplicateRules) -> FindingKeys:
    """What a known lead is to be found by under these rules; names sort the same under any."""
    prints = fingerprint_of(lead.facts, rules)
    return replace(
        lead.keys,
        match=match_keys(prints, rules),
        phone=next(iter(prints.phones), ""),
        email=next(iter(prints.emails), ""),
    )


def compare(prints: Fingerprint, known: Sequence[Lead], rules: DuplicateRules) -> list[Resemblance]:
    """What the newcomer has in common with known leads; those that have too little are left out."""
    found = []
    for lead in known:
        match = score(prints, _fingerprint(_Known(lead), rules), rules)
        if match.band is not None:
            band, reasons = Band(match.band.value), match.reasons
            found.append(Resemblance(lead=lead.uuid, score=round(match.score, 4), band=band, reasons=reasons))
    return found


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


class _Known:
    """A known lead as a key of the memory: the same version of the same lead has the same fingerprint."""

    __slots__ = ("key", "lead")

    def __init__(self, lead: Lead) -> None:
        self.lead = lead
        self.key: tuple[UUID, int] = (lead.uuid, lead.version)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.key == self.key


@lru_cache(maxsize=_KEPT)
def _fingerprint(known: _Known, rules: DuplicateRules) -> Fingerprint:
    return fingerprint_of(known.lead.facts, rules)
