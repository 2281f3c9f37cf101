"""What of a record is compared, brought into comparable form once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct

from trade.address import Address, AddressKeys, address_keys
from trade.duplicates.rules import DuplicateRules
from trade.emails import email
from trade.names import CompanyName, PersonName, company_name, person_name, places_before, spelt_place
from trade.names.company import EMPTY as NO_COMPANY
from trade.names.readings import syllables
from trade.phones import Line, phones
from trade.text import folded, tidy

_NOBODY = PersonName((), chinese=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a record says about who the customer is, as it was written; absent values are empty."""

    company_name: str = ""
    credit_code: str = ""
    contact_name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: Address = field(default_factory=Address)
    custom: Mapping[str, str] = field(default_factory=dict)


class Number(Struct, frozen=True, array_like=True, gc=False):
    """What is compared of a phone beside its number: kind of line, extension (分机)."""

    line: Line
    extension: str


class Fingerprint(Struct, frozen=True, array_like=True, gc=False):
    """The comparable form of an identity; build it once for each record (特征).

    `phones` by E.164; `emails` by canonical form, with whether an office reads them and not one person.
    """

    company: CompanyName
    credit_code: str
    person: PersonName
    person_key: str
    person_joined: str
    phones: dict[str, Number]
    emails: dict[str, bool]
    domains: frozenset[str]
    address: AddressKeys
    custom: dict[str, str]
    seat: frozenset[str] = frozenset()
    """Where the firm is at home, in Latin letters: by its name, or else by its address."""
    person_letters: str = ""
    """The letters of the person's name in the order of the alphabet: 张伟明 and "Weiming Zhang" have the same."""


def fingerprint(identity: Identity, rules: DuplicateRules) -> Fingerprint:
    """Normalize everything the rules compare; values the rules ignore count as absent."""
    ignored = rules.ignored_values
    company = company_name(identity.company_name) if identity.company_name else NO_COMPANY
    person = person_name(identity.contact_name) if identity.contact_name else _NOBODY
    key = person.key
    address = address_keys(identity.address)
    mails = {each.canonical: each for each in map(email, identity.emails) if each.canonical}
    return Fingerprint(
        company=NO_COMPANY if company.core in ignored else company,
        credit_code=tidy(identity.credit_code).upper(),
        person=_NOBODY if key in ignored else person,
        person_key="" if key in ignored else key,
        person_joined="" if key in ignored else "".join(person.words),
        phones=_numbers(identity.phones, ignored),
        emails={each: mail.is_role for each, mail in mails.items() if each not in ignored},
        domains=frozenset(mail.company_domain for mail in mails.values()) - {""},
        address=address,
        custom=_custom_values(identity.custom, rules),
        seat=_seat(company, address) if company.core else frozenset(),
        person_letters="" if key in ignored else _letters(person),
    )


def _seat(company: CompanyName, address: AddressKeys) -> frozenset[str]:
    if company.places and not company.placed_by_branch:
        return frozenset(map(spelt_place, company.places))
    if address.city:
        return frozenset({spelt_place(address.city)})
    # Many write the whole address into one line.
    return frozenset(map(spelt_place, places_before(address.street)[-1:]))


def _letters(person: PersonName) -> str:
    if person.only_surname:
        return ""
    return "".join(sorted("".join(syllables(person.words[0]) if person.chinese and person.words else person.words)))


def _numbers(written: tuple[str, ...], ignored: frozenset[str]) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for text in written:
        for phone in phones(text):
            if phone.e164 and phone.e164 not in ignored:
                found[phone.e164] = Number(phone.line, phone.extension)
    return found


def _custom_values(custom: Mapping[str, str], rules: DuplicateRules) -> dict[str, str]:
    values: dict[str, str] = {}
    for each in rules.custom_fields:
        written = custom.get(each.name)
        if written:
            value = "".join(filter(str.isalnum, folded(written)))
            if value and value not in rules.ignored_values:
                values[each.name] = value
    return values
