"""What tells that two records speak of one customer, as digests (查重键): leads are found by the same scheme."""

from collections.abc import Mapping
from hashlib import blake2b
from uuid import UUID

from services.pipeline.domain.account import Account
from services.pipeline.domain.registration_facts import ContactMeans, Customer, RegistrationFacts
from trade.duplicates import DuplicateRules, Identity, blocking_keys
from trade.phones import Line, phone
from trade.text import folded

# Kinds of keys, by their first letter, and what they mean. Those that are one customer's alone protect him: a whole
# mobile number does, a switchboard or a 400 number that many share does not, and only hints at a conflict.
KEY_MEANINGS: Mapping[str, str] = {
    "a": "account",
    "u": "credit_code",
    "t": "phone",
    "l": "phone",
    "m": "email",
    "e": "company",
    "c": "company",
}
EXACT = frozenset("autme")
# Made of what is a person's own: erased with him.
PERSONAL = frozenset("tlm")
_RULES = DuplicateRules()


def customer_keys(facts: RegistrationFacts) -> frozenset[str]:
    """Every key of the customer that means something here."""
    customer, contact = facts.customer, facts.contact
    known = blocking_keys(
        Identity(
            company_name=customer.company_name,
            credit_code=customer.credit_code,
            emails=(contact.email,) if contact.email else (),
        ),
        _RULES,
    )
    keys = {key for key in known if key[0] in KEY_MEANINGS}
    name = "".join(filter(str.isalnum, folded(customer.company_name)))
    if name:
        keys.add(_digest("e", name))
    if contact.phone:
        keys |= phone_key(contact.phone)
    if customer.account is not None:
        keys.add(account_key(customer.account))
    return frozenset(keys)


def keys_of_account(account: Account) -> frozenset[str]:
    """Every key of the customer an account is."""
    known = account.facts
    customer = Customer(
        account=account.uuid, company_name="" if known.person else known.display_name, credit_code=known.credit_code
    )
    return customer_keys(
        RegistrationFacts(customer=customer, contact=ContactMeans(phone=known.phone, email=known.email))
    )


def phone_key(written: str) -> frozenset[str]:
    """The key of a whole number with its extension, never of its tail, which other places share."""
    read = phone(written)
    if not read.e164:
        return frozenset()
    kind = "t" if read.line is Line.MOBILE else "l"
    return frozenset({_digest(kind, f"{read.e164}|{read.extension}")})


def account_key(account: UUID) -> str:
    """The key of a known account."""
    return f"a{account}"


def protecting(keys: frozenset[str]) -> frozenset[str]:
    """Those that are one customer's alone."""
    return frozenset(key for key in keys if key[0] in EXACT)


def _digest(kind: str, value: str) -> str:
    return kind + blake2b(value.encode(), digest_size=8).hexdigest()
