"""What two fingerprints say for and against being one customer, each observation by the name of its weight."""

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from trade.duplicates.fingerprint import Fingerprint
from trade.duplicates.rules import CustomField, DuplicateRules
from trade.names import CompanyName
from trade.phones import Line, Phone

Evidence = tuple[str, float]
# Observations that two legal entities are at hand, whatever people, phones and houses they share.
CONFLICTS = frozenset({"company_sister", "company_different", "credit_code_different"})

_SHORT_CHINESE_NAME = 2
_LONG_NAME = 6
_LETTERS_PER_SLIP = 8
_osa = OSA.normalized_similarity
_slips = OSA.distance


def of_company(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> str:
    """The observation on the firms' names; empty when they cannot be compared."""
    one, other = a.company, b.company
    if not one.core or not other.core or one.chinese is not other.chinese:
        return ""
    apart = bool(one.places) and bool(other.places) and one.places.isdisjoint(other.places)
    if one.brand == other.brand:
        return _same_brand(one, other, apart=apart)
    if len(one.core) >= _LONG_NAME and not apart and _is_misspelt(one, other, rules):
        return "company_similar"
    # 海尔 and 海尔智家 may be one house or two: no observation.
    return "" if one.brand in other.core or other.brand in one.core else "company_different"


def _same_brand(one: CompanyName, other: CompanyName, *, apart: bool) -> str:
    if apart:
        return "company_sister"
    if one.core == other.core:
        return "company_same" if bool(one.places) is bool(other.places) else "company_same_place_open"
    if one.trades and other.trades:
        return "company_sister" if one.trades.isdisjoint(other.trades) else "company_similar"
    return "company_same_brand"


def _is_misspelt(one: CompanyName, other: CompanyName, rules: DuplicateRules) -> bool:
    # One character makes another brand in Chinese (华信, 华新); only long ones are misspelt.
    if one.chinese and min(len(one.brand), len(other.brand)) < _LONG_NAME:
        return False
    if one.trades and other.trades and one.trades.isdisjoint(other.trades):
        return False
    if one.chinese:
        return bool(_osa(one.brand, other.brand) >= rules.limits["company_similarity"])
    # The whole name, because a misspelt trade is read as part of the brand; the first word carries the brand.
    first, first_other = one.core.partition(" ")[0], other.core.partition(" ")[0]
    return bool(
        _osa(one.core, other.core) >= rules.limits["company_similarity"]
        and _osa(first, first_other) >= rules.limits["name_similarity"]
    )


def of_person(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Evidence | None:
    """The observation on the people's names, whichever way round they are written."""
    if not a.person_key or not b.person_key or a.person.chinese is not b.person.chinese:
        return None
    return _chinese_people(a, b, rules) if a.person.chinese else _western_people(a, b, rules)


def _chinese_people(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Evidence:
    one, other = a.person_key, b.person_key
    if a.person.only_surname or b.person.only_surname:
        agree = one.startswith(other) or other.startswith(one)
        name = "chinese_surname_same" if agree else "chinese_name_different"
    elif one != other:
        name = "chinese_name_different"
    else:
        name = "chinese_name_short_same" if len(one) <= _SHORT_CHINESE_NAME else "chinese_name_same"
    return name, rules.weights[name]


def _western_people(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Evidence:
    weights = rules.weights
    short, long = sorted((a.person.words, b.person.words), key=len)
    # More than two words of a name agree together.
    counted = min(len(short), 2)
    if a.person_key == b.person_key or a.person_joined == b.person_joined:
        return "name_word_same", counted * weights["name_word_same"]
    if _osa(a.person_joined, b.person_joined) >= rules.limits["name_similarity"]:
        return "name_word_similar", counted * weights["name_word_similar"]
    total = sum(max(_words(word, each, rules) for each in long) for word in short) * counted / len(short)
    return ("name_word_similar" if total > 0 else "name_word_different"), total


def _words(one: str, other: str, rules: DuplicateRules) -> float:
    if one == other:
        return rules.weights["name_word_same"]
    if _osa(one, other) >= rules.limits["name_similarity"]:
        return rules.weights["name_word_similar"]
    if one[0] == other[0] and (len(one) == 1 or len(other) == 1):
        return rules.weights["name_word_initial"]
    return rules.weights["name_word_different"]


def of_contact(a: Fingerprint, b: Fingerprint) -> Iterator[str]:
    """The shared phones and mailboxes; different ones say nothing, because people have several."""
    if a.phones and b.phones:
        for number in a.phones.keys() & b.phones.keys():
            yield _line(a.phones[number], b.phones[number])
    if a.emails and b.emails:
        shared = a.emails.keys() & b.emails.keys()
        for mailbox in shared:
            yield "role_email_same" if a.emails[mailbox].is_role else "email_same"
        if not shared and not a.domains.isdisjoint(b.domains):
            yield "email_domain_same"


def _line(one: Phone, other: Phone) -> str:
    if one.line is Line.TOLL_FREE:
        return "toll_free_same"
    if one.line is Line.LANDLINE:
        return "extension_same" if one.extension and one.extension == other.extension else "landline_same"
    return "mobile_same"


def of_address(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Iterator[str]:
    """The observations on the parts of the address that both records have."""
    one, other = a.address, b.address
    alike = rules.limits["text_similarity"]
    yield from _lines(a, b, alike)
    if one.number and other.number:
        yield "number_same" if one.number == other.number else "number_different"
    for name, left, right in (
        ("district", one.district, other.district),
        ("city", one.city, other.city),
        ("province", one.province, other.province),
        ("postal_code", one.postal_code, other.postal_code),
    ):
        if left and right:
            yield f"{name}_{_likeness(left, right, alike)}"


def _lines(a: Fingerprint, b: Fingerprint, alike: float) -> Iterator[str]:
    one, other = a.address, b.address
    street = _likeness(one.street, other.street, alike) if one.street and other.street else ""
    # The two lines of an address are often written the other way round.
    crossed = (one.street and one.street == other.second) or (other.street and other.street == one.second)
    if crossed and street != "same":
        yield "street_similar"
        return
    if street:
        yield f"street_{street}"
    if one.second and other.second:
        yield f"second_line_{_likeness(one.second, other.second, alike)}"


def _likeness(one: str, other: str, alike: float) -> str:
    if one == other:
        return "same"
    return "similar" if _osa(one, other) >= alike else "different"


def of_custom_field(a: Fingerprint, b: Fingerprint, rule: CustomField) -> float:
    """The bits of one custom field; 0 when a record lacks it."""
    one, other = a.custom.get(rule.name), b.custom.get(rule.name)
    if not one or not other:
        return 0.0
    if one == other:
        return rule.agreement
    slips = max(1, len(one) // _LETTERS_PER_SLIP)
    return rule.close if rule.similar and _slips(one, other, score_cutoff=slips) <= slips else rule.disagreement
