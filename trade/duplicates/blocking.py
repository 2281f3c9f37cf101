"""The keys under which possible duplicates meet: only records that share one are ever compared."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice

from trade.duplicates.fingerprint import Fingerprint, Identity, fingerprint
from trade.duplicates.rules import DuplicateRules
from trade.names import CompanyName, spelt_opening, spelt_place
from trade.names.words import TRADES_IN_CHINESE

# To be counted up whenever a record gets other keys than before: whoever keeps keys makes them anew.
KEY_SCHEME = 2
MOST_KEYS = 18
_EXACT = frozenset("upmx")
_MOST_OF_A_KIND = 3
_MOST_TRADES = 2
_SHORTEST_ALONE = 8
_LATIN_ENDS = 8
_SHORTEST_FUZZY = 10


def blocking_keys(record: Identity | Fingerprint, rules: DuplicateRules) -> frozenset[str]:
    """At most eighteen digests of seventeen characters; the first letter tells the kind of key.

    A key must be rare in a large stock, so a name stands in one only together with something else. The strongest kinds
    come first when a record has too many. Keys come from personal values: erase them with the record.
    """
    prints = record if isinstance(record, Fingerprint) else fingerprint(record, rules)
    return frozenset(_digest(kind, value) for kind, value in islice(_in_order_of_strength(prints, rules), MOST_KEYS))


def is_exact(key: str) -> bool:
    """Whether a key is one customer's alone: by its credit code, number, mailbox or custom field."""
    return key[0] in _EXACT


def shared_exact_keys(prints: Fingerprint, others: Iterable[Fingerprint], rules: DuplicateRules) -> frozenset[str]:
    """The exact keys of a record that one of the others has as well; most have none, and nothing is digested."""
    own = set(_exact(prints, rules))
    shared = {each for other in others for each in _exact(other, rules) if each in own}
    return frozenset(_digest(kind, value) for kind, value in shared)


def _digest(kind: str, value: str) -> str:
    return kind + blake2b(value.encode(), digest_size=8).hexdigest()


def _exact(prints: Fingerprint, rules: DuplicateRules) -> Iterator[tuple[str, str]]:
    if prints.credit_code:
        yield "u", prints.credit_code
    for number in islice(prints.phones, _MOST_OF_A_KIND):
        yield "p", number[-8:]
    for mailbox in islice(prints.emails, _MOST_OF_A_KIND):
        yield "m", mailbox
    for name in (each.name for each in rules.custom_fields if each.name in prints.custom):
        yield "x", f"{name}|{prints.custom[name]}"


def _in_order_of_strength(prints: Fingerprint, rules: DuplicateRules) -> Iterator[tuple[str, str]]:
    yield from _exact(prints, rules)
    opening = spelt_opening(prints.company.spelling)
    if prints.company.core:
        yield from _of_company(prints, opening)
    yield from _of_person(prints, opening)
    for domain in sorted(prints.domains)[:1]:
        yield "d", domain
    if not prints.company.core:  # firms share houses; they are found by their names
        yield from _of_house(prints)


def _of_company(prints: Fingerprint, opening: str) -> Iterator[tuple[str, str]]:
    company = prints.company
    yield "c", company.core
    city = prints.address.city
    for place in sorted(prints.seat | {spelt_place(city)} if city else prints.seat)[:_MOST_OF_A_KIND]:
        yield "y", f"{opening}|{place}"
    for trade in sorted(_trades(company))[:_MOST_TRADES]:
        yield "w", f"{opening}|{trade}"
    alone = opening if len(opening) == len(company.spelling) else spelt_opening(company.spelling, syllables=3)
    if len(alone) > len(opening) or len(alone) >= _SHORTEST_ALONE:
        yield "z", alone
    if not company.chinese:
        joined = company.core.replace(" ", "")
        if len(joined) >= _SHORTEST_FUZZY:
            yield "f", joined[:_LATIN_ENDS]
            yield "g", joined[-_LATIN_ENDS:]


def _trades(company: CompanyName) -> Iterable[str]:
    """The trades in Chinese, so that 渠成科技 and "Qucheng Technology" meet."""
    if company.chinese:
        return company.trades
    return [TRADES_IN_CHINESE[word][0] for word in company.trades if word in TRADES_IN_CHINESE]


def _of_person(prints: Fingerprint, opening: str) -> Iterator[tuple[str, str]]:
    name, place = prints.person_letters, prints.address
    if not name:
        return
    if opening:
        yield "n", f"{name}|{opening}"
    for domain in sorted(prints.domains)[:1]:
        yield "n", f"{name}|{domain}"
    if place.postal_code:
        yield "n", f"{name}|{place.postal_code}"
    if place.street:
        yield "n", f"{name}|{place.street}"
    elif place.district:
        yield "n", f"{name}|{place.district}"
    for town in sorted({spelt_place(place.city)} if place.city else prints.seat)[:1]:
        yield "n", f"{name}|{town}"


def _of_house(prints: Fingerprint) -> Iterator[tuple[str, str]]:
    place = prints.address
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
