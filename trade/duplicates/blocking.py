"""The keys under which possible duplicates meet: only records that share one are ever compared."""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice

from trade.duplicates.fingerprint import Fingerprint, Identity, fingerprint
from trade.duplicates.rules import DuplicateRules

MOST_KEYS = 14
_MOST_OF_A_KIND = 3
_LATIN_ENDS = 8
_SHORTEST_FUZZY = 10


def blocking_keys(record: Identity | Fingerprint, rules: DuplicateRules) -> frozenset[str]:
    """At most fourteen digests of seventeen characters; the first letter tells the kind of key.

    A key must be rare in a large stock, so a name stands in one only together with something else. The strongest kinds
    come first when a record has too many. Keys come from personal values: erase them with the record.
    """
    prints = record if isinstance(record, Fingerprint) else fingerprint(record, rules)
    return frozenset(_digest(kind, value) for kind, value in islice(_in_order_of_strength(prints, rules), MOST_KEYS))


def _digest(kind: str, value: str) -> str:
    return kind + blake2b(value.encode(), digest_size=8).hexdigest()


def _in_order_of_strength(prints: Fingerprint, rules: DuplicateRules) -> Iterator[tuple[str, str]]:
    if prints.credit_code:
        yield "u", prints.credit_code
    for number in islice(prints.phones, _MOST_OF_A_KIND):
        yield "p", number[-8:]
    for mailbox in islice(prints.emails, _MOST_OF_A_KIND):
        yield "m", mailbox
    for each in rules.custom_fields:
        if each.name in prints.custom:
            yield "x", f"{each.name}|{prints.custom[each.name]}"
    yield from _of_company(prints)
    yield from _of_person(prints)
    yield from _of_house(prints)


def _of_company(prints: Fingerprint) -> Iterator[tuple[str, str]]:
    company = prints.company
    if not company.core:
        return
    yield "c", company.core
    if company.brand != company.core:
        for place in sorted(company.places)[:1]:
            yield "b", f"{company.brand}|{place}"
    if not company.chinese:
        joined = company.core.replace(" ", "")
        if len(joined) >= _SHORTEST_FUZZY:
            yield "f", joined[:_LATIN_ENDS]
            yield "g", joined[-_LATIN_ENDS:]


def _of_person(prints: Fingerprint) -> Iterator[tuple[str, str]]:
    if not prints.person_key or prints.person.only_surname:
        return
    if prints.company.brand:
        yield "n", f"{prints.person_key}|{prints.company.brand}"
    for domain in sorted(prints.domains)[:1]:
        yield "n", f"{prints.person_key}|{domain}"
    place = prints.address
    if place.postal_code:
        yield "n", f"{prints.person_key}|{place.postal_code}"
    if place.street:
        yield "n", f"{prints.person_key}|{place.street}"
    elif place.district:
        yield "n", f"{prints.person_key}|{place.district}"


def _of_house(prints: Fingerprint) -> Iterator[tuple[str, str]]:
    place = prints.address
    # Firms share houses; they are found by their names.
    if prints.company.core:
        return
    if place.street and place.number:
        yield "h", f"{place.number}|{place.street}"
    if not place.postal_code:
        return
    for line in (place.street, place.second):
        if line:
            yield "h", f"{line}|{place.postal_code}"
    if place.district:
        yield from _of_quarter(prints, f"{place.district}|{place.postal_code}")


def _of_quarter(prints: Fingerprint, quarter: str) -> Iterator[tuple[str, str]]:
    """A quarter has few houses of one number and few people of one given name or surname."""
    if prints.address.number:
        yield "q", f"{prints.address.number}|{quarter}"
    if not prints.person.only_surname:
        for word in prints.person.words[:2]:
            yield "q", f"{word}|{quarter}"
