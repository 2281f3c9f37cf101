"""What two fingerprints say for and against being one customer, each observation by the name of its weight."""

from collections.abc import Iterator, Mapping

from rapidfuzz.distance import OSA

from trade.duplicates.fingerprint import Fingerprint, Number
from trade.duplicates.rules import CustomField, DuplicateRules
from trade.names import PersonName
from trade.names.person import surname_size
from trade.names.readings import syllables
from trade.phones import Line

Evidence = tuple[str, float]
# Observations that two legal entities are at hand, whatever people, phones and houses they share.
CONFLICTS = frozenset({"company_sister", "company_different", "credit_code_different"})

_SHORT_CHINESE_NAME = 2
_LETTERS_PER_SLIP = 8
_SURE_SPELLING = 5
_osa = OSA.normalized_similarity
_slips = OSA.distance


def of_credit_code(a: Fingerprint, b: Fingerprint) -> str:
    """The observation on the credit codes; a branch has one of its own, which says nothing about the house."""
    if not a.credit_code or not b.credit_code:
        return ""
    if a.credit_code == b.credit_code:
        return "credit_code_same"
    if _slips(a.credit_code, b.credit_code, score_cutoff=1) <= 1:
        return "credit_code_similar"  # its check digit keeps two firms' codes further apart
    return "" if a.company.branch or b.company.branch else "credit_code_different"


def of_person(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Evidence | None:
    """The observation on the people's names, whichever way round they are written."""
    if not a.person_key or not b.person_key:
        return None
    if a.person.chinese is not b.person.chinese:
        name = _across_scripts(a, b) if a.person.chinese else _across_scripts(b, a)
        return name, rules.weights[name]
    return _chinese_people(a, b, rules) if a.person.chinese else _western_people(a, b, rules)


def _chinese_people(a: Fingerprint, b: Fingerprint, rules: DuplicateRules) -> Evidence:
    one, other = a.person_key, b.person_key
    if a.person.only_surname or b.person.only_surname:
        agree = one.startswith(other) or other.startswith(one)
        name = "chinese_surname_same" if agree else "chinese_name_different"
    elif one != other:
        name = "name_spelt_same" if a.person_letters == b.person_letters else "chinese_name_different"
    else:
        name = "chinese_name_short_same" if len(one) <= _SHORT_CHINESE_NAME else "chinese_name_same"
    return name, rules.weights[name]


def _across_scripts(chinese: Fingerprint, latin: Fingerprint) -> str:
    """张伟明 and "Weiming Zhang" are one name; "Anna Zhang" may be his colleague."""
    if chinese.person_letters and chinese.person_letters == latin.person_letters:
        return "name_spelt_same"
    return "chinese_surname_same" if _surname(chinese.person) in latin.person.words else "chinese_name_different"


def _surname(person: PersonName) -> str:
    name = person.words[0]
    return "".join(syllables(name[: surname_size(name)]))


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
        if a.phones.keys().isdisjoint(b.phones) and _mobile_slip(a.phones, b.phones):
            yield "mobile_one_slip"
    if a.emails and b.emails:
        shared = a.emails.keys() & b.emails.keys()
        for mailbox in shared:
            yield "role_email_same" if a.emails[mailbox] else "email_same"
        if not shared and not a.domains.isdisjoint(b.domains):
            yield "email_domain_same"


def domain_spells_brand(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether the mail domain of one is the brand of the other in pinyin: shixiangfang.net and 食香坊."""
    return _spells(a, b) or _spells(b, a)


def _spells(mail: Fingerprint, named: Fingerprint) -> bool:
    brand = named.company.spelling
    return len(brand) >= _SURE_SPELLING and any(domain.startswith(brand) for domain in mail.domains)


def _mobile_slip(one: Mapping[str, Number], other: Mapping[str, Number]) -> bool:
    """Whether a mobile number of one is that of the other with one wrong digit, or with two exchanged."""
    return any(
        _slips(number, each, score_cutoff=1) == 1
        for number, told in one.items()
        if told.line is Line.MOBILE
        for each, known in other.items()
        if known.line is Line.MOBILE
    )


def _line(one: Number, other: Number) -> str:
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
