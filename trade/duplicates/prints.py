"""Fingerprints as short texts, to be kept beside the record: reading one back takes a twentieth of making it anew."""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from trade.address import AddressKeys
from trade.duplicates.fingerprint import Fingerprint
from trade.duplicates.rules import DuplicateRules
from trade.emails import Email
from trade.names import CompanyName, PersonName
from trade.names.company import EMPTY as NO_COMPANY
from trade.phones import Line, Phone

# To be counted up whenever a record gets another fingerprint than before, or is written otherwise.
PRINT_SCHEME = 1
_CHINESE, _BRANCH, _PLACED_BY_BRANCH, _CHINESE_PERSON, _ONLY_SURNAME = 1, 2, 4, 8, 16
_LINES = {line.value: line for line in Line}


@lru_cache(maxsize=64)
def prints_mark(rules: DuplicateRules) -> str:
    """What fingerprints depend on beside the record: how they are made, and the fields and values the rules name.

    Weights and limits are no part of it: they judge what fingerprints say.
    """
    named = orjson.dumps([[each.name for each in rules.custom_fields], sorted(rules.ignored_values)])
    return f"{PRINT_SCHEME}.{blake2b(named, digest_size=4).hexdigest()}"


def to_text(prints: Fingerprint, mark: str) -> str:
    """The fingerprint as JSON, with the mark of what it was made by. It tells who the person is: erase it with him."""
    company, person, address = prints.company, prints.person, prints.address
    flags = company.chinese * _CHINESE | company.branch * _BRANCH | company.placed_by_branch * _PLACED_BY_BRANCH
    flags |= person.chinese * _CHINESE_PERSON | person.only_surname * _ONLY_SURNAME
    where = [
        address.number,
        address.street,
        address.second,
        address.district,
        address.city,
        address.province,
        address.postal_code,
    ]
    values: list[object] = [
        mark,
        flags,
        [company.core, company.brand, company.spelling, company.sounds] if company.core else 0,
        sorted(company.trades),
        sorted(company.places),
        sorted(prints.seat),
        prints.credit_code,
        person.words,
        prints.person_letters,
        [[number, phone.line.value, phone.extension] for number, phone in prints.phones.items()],
        list(prints.emails),
        sorted(prints.domains),
        where,
        dict(prints.custom),
    ]
    return orjson.dumps(values).decode()


def from_text(text: str, mark: str) -> Fingerprint | None:
    """The fingerprint that was written; None when it was made otherwise than fingerprints of this mark.

    What nobody compares is not written: how numbers and mailboxes looked.
    """
    if not text.startswith(mark, 2):
        return None
    _, flags, named, trades, places, seat, code, words, letters, phones, mails, domains, where, custom = orjson.loads(
        text
    )
    person = PersonName(tuple(words), chinese=bool(flags & _CHINESE_PERSON), only_surname=bool(flags & _ONLY_SURNAME))
    return Fingerprint(
        company=_company(named, trades, places, flags) if named else NO_COMPANY,
        credit_code=code,
        person=person,
        person_key=person.key,
        person_joined="".join(words),
        phones={e164: Phone(text="", e164=e164, extension=more, line=_LINES[line]) for e164, line, more in phones},
        emails=_mailboxes(mails),
        domains=frozenset(domains),
        address=AddressKeys(*where),
        custom=custom,
        seat=frozenset(seat),
        person_letters=letters,
    )


def _company(named: list[Any], trades: list[str], places: list[str], flags: int) -> CompanyName:
    core, brand, spelling, sounds = named
    return CompanyName(
        core=core,
        brand=brand,
        trades=frozenset(trades),
        places=frozenset(places),
        chinese=bool(flags & _CHINESE),
        branch=bool(flags & _BRANCH),
        placed_by_branch=bool(flags & _PLACED_BY_BRANCH),
        spelling=spelling,
        sounds=tuple(sounds),
    )


def _mailboxes(canonical: list[str]) -> Mapping[str, Email]:
    return {each: Email(text="", canonical=each, domain=each.rpartition("@")[2]) for each in canonical}
