"""Whether a customer is known already (查重): what an account has in common with known ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.pipeline.domain.account import Account, AccountFacts, FindingKeys
from trade.duplicates import Band, DuplicateRules, Fingerprint, Identity, blocking_keys, fingerprint, score
from trade.duplicates.meaning import is_meant, is_same
from trade.names import bigrams, pinyin_key
from trade.reasons import Reason

RULES = DuplicateRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccount:
    """An account of the stock with the numbers and mailboxes of its people that brought it up."""

    account: Account
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResemblance:
    """A known account that may be the same customer: the score from 0 to 1, whether it is, and why.

    `is_meant` where somebody who asks for the customer means it.
    """

    account: Account
    score: float
    band: Band
    same: bool
    is_meant: bool
    reasons: tuple[Reason, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A customer as he is looked for: what is compared, and the keys under which the stock is searched."""

    prints: Fingerprint
    keys: frozenset[str]

    @property
    def phones(self) -> tuple[str, ...]:
        """The numbers in E.164."""
        return tuple(self.prints.phones)

    @property
    def emails(self) -> tuple[str, ...]:
        """The mailboxes in canonical form."""
        return tuple(self.prints.emails)

    @property
    def locks(self) -> tuple[str, ...]:
        """What two customers have in common that are created at the same moment and are one, in a fixed order."""
        company = self.prints.company.core
        exact = {self.prints.credit_code, company, *self.phones, *self.emails}
        return tuple(sorted(exact - {""}))


def sought(identity: Identity) -> Sought:
    """Bring what is known of a customer into comparable form."""
    prints = fingerprint(identity, RULES)
    return Sought(prints=prints, keys=blocking_keys(prints, RULES))


def identity_of(facts: AccountFacts, *, phones: Sequence[str] = (), emails: Sequence[str] = ()) -> Identity:
    """The part of the facts by which customers are told apart, with what more is known."""
    return Identity(
        company_name="" if facts.person else facts.display_name,
        contact_name=facts.display_name if facts.person else "",
        credit_code=facts.credit_code,
        phones=tuple(text for text in (facts.phone, *phones) if text),
        emails=tuple(text for text in (facts.email, *emails) if text),
    )


def finding_keys(facts: AccountFacts) -> FindingKeys:
    """What an account is found, searched and sorted by."""
    pinyin = pinyin_key(facts.display_name)
    return FindingKeys(
        match=blocking_keys(identity_of(facts), RULES),
        search=bigrams(facts.display_name) | bigrams(pinyin.initials),
        sort=pinyin.full,
    )


def resemblances(wanted: Sought, known: Sequence[KnownAccount]) -> list[AccountResemblance]:
    """What the customer has in common with known accounts: the same ones first, then the likeliest, then the oldest."""
    found = [each for each in (_compare(wanted, one) for one in known) if each is not None]
    return sorted(found, key=lambda each: (not each.same, -each.score, each.account.uuid))


def without(found: Sequence[AccountResemblance], account: UUID) -> list[AccountResemblance]:
    """The same without the account itself."""
    return [each for each in found if each.account.uuid != account]


def _compare(wanted: Sought, known: KnownAccount) -> AccountResemblance | None:
    identity = identity_of(known.account.facts, phones=known.phones, emails=known.emails)
    match = score(wanted.prints, fingerprint(identity, RULES), RULES)
    same = is_same(match)
    if match.band is None and not same:
        return None
    band = Band.SAME if same else min(match.band or Band.POSSIBLE, Band.LIKELY, key=_sureness)
    return AccountResemblance(
        account=known.account,
        score=round(match.score, 4),
        band=band,
        same=same,
        is_meant=is_meant(match),
        reasons=match.reasons,
    )


def _sureness(band: Band) -> int:
    return (Band.POSSIBLE, Band.LIKELY, Band.SAME).index(band)
