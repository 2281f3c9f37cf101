"""The score of a pair: the evidence for and against, summed, as a probability, with its reasons."""

from dataclasses import dataclass
from enum import StrEnum

from trade.duplicates import evidence
from trade.duplicates.companies import of_company
from trade.duplicates.evidence import CONFLICTS, Evidence
from trade.duplicates.fingerprint import Fingerprint
from trade.duplicates.rules import DuplicateRules
from trade.reasons import Reason

_MOST_BITS = 60.0
# The order in which evidence is summed may change the last digits of the sum.
_MARGIN = 1e-6


class Band(StrEnum):
    """How sure the system is that two records are one customer."""

    SAME = "same"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Match:
    """How alike two records are: a score from 0 to 1, its band (None: not worth a word), and the evidence in bits."""

    score: float
    band: Band | None
    evidence: tuple[Evidence, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The evidence as reasons, strongest first; they hold no personal value."""
        ordered = sorted(self.evidence, key=lambda each: -abs(each[1]))
        return tuple(_reason(name, bits) for name, bits in ordered)


def score(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Match:
    """Sum the evidence of a pair; the same for both orders.

    The score is 1 / (1 + 2^(prior - bits)). Records of two legal entities (sister firms, different names or credit
    codes) are never more than possible, whatever they share.
    """
    return _judged(_of_people_and_firms(a, b, rules), a, b, rules)


def resembling(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Match | None:
    """The score of a pair that has a band; None for the others, most of them before their addresses are compared."""
    found = _of_people_and_firms(a, b, rules)
    most = sum(each[1] for each in found) + _most_of_the_rest(a, b, rules)
    if _likelihood(most + _MARGIN, rules) < rules.limits["possible"]:
        return None
    match = _judged(found, a, b, rules)
    return match if match.band is not None else None


def _most_of_the_rest(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> float:
    """No address and no custom fields say more than this."""
    fields = sum(max(0.0, each.agreement, each.close, each.disagreement) for each in rules.custom_fields)
    return rules.limits[_address_limit(a, b)] + fields


def _of_people_and_firms(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> list[Evidence]:
    weights = rules.weights
    found: list[Evidence] = []
    company = of_company(a, b, rules)
    if company:
        found.append((company, weights[company]))
    code = evidence.of_credit_code(a, b)
    if code:
        found.append((code, weights[code]))
    person = evidence.of_person(a, b, rules)
    if person:
        found.append(_as_colleague(person, company, rules))
    found += [(name, weights[name]) for name in evidence.of_contact(a, b)]
    if not company and evidence.domain_spells_brand(a, b):
        found.append(("domain_spells_brand", weights["domain_spells_brand"]))
    return found


def _judged(found: list[Evidence], a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Match:
    """The match by what people and firms say, and by what addresses and custom fields add."""
    found += _address(a, b, rules)
    for rule in rules.custom_fields:
        bits = evidence.of_custom_field(a, b, rule)
        if bits:
            found.append((f"custom_field:{rule.name}", bits))
    likelihood = _likelihood(sum(each[1] for each in found), rules)
    names = {name for name, _ in found}
    if "credit_code_same" not in names and not names.isdisjoint(CONFLICTS):
        # Halfway between the bands, so that no rounding lifts it over the border.
        likelihood = min(likelihood, (rules.limits["possible"] + rules.limits["likely"]) / 2)
    return Match(likelihood, _band(likelihood, rules), tuple(found))


def _likelihood(summed: float, rules: DuplicateRules) -> float:
    bits = summed - rules.limits["prior"]
    against: float = 2.0 ** -max(-_MOST_BITS, min(_MOST_BITS, bits))
    return 1.0 / (1.0 + against)


def _as_colleague(person: Evidence, company: str, rules: DuplicateRules) -> Evidence:
    """Two people of one firm are no sign against the firm being one."""
    colleague = rules.weights["colleague"]
    if company and company not in CONFLICTS and person[1] < colleague:
        return "colleague", colleague
    return person


def _address(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> list[Evidence]:
    found = [(name, rules.weights[name]) for name in evidence.of_address(a, b, rules)]
    bits = sum(each[1] for each in found)
    most = rules.limits[_address_limit(a, b)]
    return [*found, ("address_shared", most - bits)] if bits > most else found


def _address_limit(a: Fingerprint, b: Fingerprint) -> str:
    return "address_of_firms" if a.company.core and b.company.core else "address"


def _band(likelihood: float, rules: DuplicateRules) -> Band | None:
    for band in Band:
        if likelihood >= rules.limits[band.value]:
            return band
    return None


def _reason(name: str, bits: float) -> Reason:
    kind, _, custom = name.partition(":")
    parameters = {"bits": f"{bits:+.1f}"}
    return Reason(f"DUPLICATE_{kind.upper()}", {**parameters, "field": custom} if custom else parameters)
