"""A stock of leads: who wrote, how, and which of them are one customer."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from random import Random

from tests.support.companies.firms import MISLEADING, Firm, Person, firm
from tests.support.companies.western import WESTERN_MISLEADING, WESTERN_WRITINGS, western_contact, western_firm
from tests.support.companies.words import CITIES, Half, pinyin
from tests.support.companies.writings import WRITINGS, contact, mobile, switchboard
from trade.address import Address
from trade.duplicates import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How a stock is mixed, each from 0 to 1; every seed has rates of its own."""

    again: float
    """Firms of which there is more than one record."""
    odd: float
    """How much more usual odd writings are than the register's."""
    misleading: float
    """For each way to mislead, firms beside which another one looks alike."""
    other_person: float
    """Further records that name somebody else of the firm."""
    slip: float
    """Mobile numbers with a slip."""
    has_phone: float
    has_landline: float
    has_mail: float
    private_mail: float
    has_code: float
    has_city: float
    has_street: float
    western: float
    """Firms that are named in English alone."""


@dataclass(frozen=True, slots=True)
class Record:
    """One lead with what is true of it: the firm's number, how it was written, how the firm misleads."""

    identity: Identity
    firm: int
    writing: str
    misleads: str


@dataclass(frozen=True, slots=True)
class Stock:
    """The records, and the pairs of their places that are one customer."""

    records: tuple[Record, ...]
    pairs: frozenset[tuple[int, int]]


def rates(dice: Random, *, wild: bool) -> Rates:
    """Rates such as stocks may have; in a wild one many records say too little to be told from a sister firm's."""
    return Rates(
        again=dice.uniform(0.2, 0.5),
        odd=dice.uniform(0.8, 1.5) if wild else dice.uniform(0.4, 1.0),
        misleading=dice.uniform(0.06, 0.12) if wild else dice.uniform(0.02, 0.06),
        other_person=dice.uniform(0.3, 0.5) if wild else dice.uniform(0.1, 0.3),
        slip=dice.uniform(0.02, 0.12),
        has_phone=dice.uniform(0.8, 0.97),
        has_landline=dice.uniform(0.1, 0.4),
        has_mail=dice.uniform(0.4, 0.8),
        private_mail=dice.uniform(0.2, 0.5),
        has_code=dice.uniform(0.05, 0.3),
        has_city=dice.uniform(0.5, 0.9),
        has_street=dice.uniform(0.1, 0.4),
        western=dice.uniform(0.1, 0.3),
    )


def stock(seed: int, half: Half, *, firms: int, wild: bool = False) -> Stock:
    """The stock of a seed: at least so many firms, those that look like them, and what was written of them all."""
    dice = Random(seed)
    mix = rates(dice, wild=wild)
    known: list[tuple[str, Firm]] = []
    while len(known) < firms:
        one = western_firm(dice, half) if dice.random() < mix.western else firm(dice, half)
        known += [("", one), *_neighbours(dice, one, half, mix)]
    records = [
        record
        for number, (misleads, each) in enumerate(known)
        for record in _of(dice, each, half, mix, number, misleads)
    ]
    dice.shuffle(records)
    places: dict[int, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        places[record.firm].append(place)
    pairs = frozenset(pair for each in places.values() for pair in combinations(each, 2))
    return Stock(tuple(records), pairs)


def _neighbours(dice: Random, one: Firm, half: Half, mix: Rates) -> Iterator[tuple[str, Firm]]:
    """Other firms that look like this one, each with why it misleads."""
    for name, make in (WESTERN_MISLEADING if one.western else MISLEADING).items():
        if dice.random() < mix.misleading:
            other = make(dice, one, half)
            if (other.brand, other.trade, other.place) != (one.brand, one.trade, one.place):
                yield name, other


def _of(dice: Random, each: Firm, half: Half, mix: Rates, number: int, misleads: str) -> list[Record]:
    count = 1 + (dice.random() < mix.again) + (dice.random() < mix.again / 3) * dice.randint(1, 2)
    first = dice.choice(each.people)
    records = []
    for _ in range(count):
        somebody = dice.choice(each.people) if dice.random() < mix.other_person else first
        records.append(_record(dice, each, somebody, half, mix, number, misleads))
    return records


def _record(dice: Random, each: Firm, somebody: Person, half: Half, mix: Rates, number: int, misleads: str) -> Record:
    writings = WESTERN_WRITINGS if each.western else WRITINGS
    weights = [weight * (1 if name == "registered" else mix.odd) for name, (_, weight) in writings.items()]
    writing = dice.choices(tuple(writings), weights=weights)[0]
    identity = Identity(
        company_name=writings[writing][0](dice, each, half),
        credit_code=each.code if dice.random() < mix.has_code else "",
        contact_name=(western_contact if " " in somebody.name else contact)(dice, somebody),
        phones=_phones(dice, each, somebody, mix),
        emails=_emails(dice, each, somebody, mix),
        address=_address(dice, each, mix),
    )
    return Record(identity, number, writing, misleads)


def _phones(dice: Random, each: Firm, somebody: Person, mix: Rates) -> tuple[str, ...]:
    found = []
    if dice.random() < mix.has_phone:
        found.append(mobile(dice, somebody.mobile, slip=dice.random() < mix.slip))
    if dice.random() < mix.has_landline:
        found.append(switchboard(dice, each.switchboard))
    return tuple(found)


def _emails(dice: Random, each: Firm, somebody: Person, mix: Rates) -> tuple[str, ...]:
    if dice.random() >= mix.has_mail:
        return ()
    if not each.domain or dice.random() < mix.private_mail:
        return (somebody.private_mail,)
    own = pinyin(somebody.name).lower().replace(" ", ".")
    box = dice.choice((own, own, "info", "sales"))
    return (f"{box}@{each.domain}",)


def _address(dice: Random, each: Firm, mix: Rates) -> Address:
    if dice.random() >= mix.has_city:
        return Address()
    city = each.place + dice.choice(("", "市"))
    province = CITIES[each.place][0] if dice.random() < 0.6 else ""
    if dice.random() >= mix.has_street:
        return Address(city=city, province=province)
    return Address(city=city, province=province, district=each.district, line_1=each.street, street_number=each.number)
