"""Made-up firms with their people, alone and in the constellations that mislead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from tests.support.companies.words import (
    CITIES,
    FANTASY,
    FANTASY_ENDS,
    FORMS,
    STREETS,
    TRADES,
    Half,
    brands,
    counties,
    person,
    pinyin,
    rare_trades,
    sounding_alike,
    usual_letters,
)
from trade.credit_code import check_digit
from trade.text import listed

_FREE_MAIL = ("qq.com", "163.com", "126.com", "gmail.com", "outlook.com", "sina.com", "foxmail.com")
_PREFIXES = listed("130 131 133 135 136 137 138 139 150 151 156 158 159 177 180 186 187 188 189 199")
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of a firm with his mobile and his mailboxes."""

    name: str
    mobile: str
    private_mail: str
    english: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What is true of a firm, before anybody writes it down."""

    place: str
    brand: str
    trade: str
    form: str
    county: str = ""
    english: str = ""
    code: str
    domain: str
    switchboard: str
    street: str
    number: str
    district: str
    people: tuple[Person, ...]
    western: bool = False


Neighbour = Callable[[Random, Firm, Half], Firm]


def firm(dice: Random, half: Half) -> Firm:
    """Any firm; one in four of a trade that no list knows, one in ten named after a county."""
    brand = dice.choice(brands(half))
    place = dice.choice(tuple(CITIES))
    trade = dice.choice(rare_trades()) if dice.random() < 0.25 else dice.choice(tuple(TRADES))
    spelt = pinyin(brand)
    domain = dice.choice((spelt, spelt, f"{spelt}-{pinyin(trade)[:4]}", f"{spelt}group", f"{spelt}{pinyin(place)[:2]}"))
    english = dice.choice(FANTASY) + dice.choice(FANTASY_ENDS)
    if dice.random() < 0.3:
        domain = english.lower()
    return Firm(
        place=place,
        county=dice.choice(counties()) if dice.random() < 0.1 else "",
        brand=brand,
        trade=trade,
        form=dice.choices(FORMS, weights=(12, 2, 2, 1, 1, 1))[0],
        english=english,
        code=credit_code(dice),
        domain=domain + dice.choice((".com", ".cn", ".com.cn", ".net")) if dice.random() < 0.7 else "",
        switchboard=landline(dice, place),
        street=dice.choice(STREETS),
        number=str(dice.randint(1, 999)),
        district=dice.choice(CITIES[place][2]),
        people=tuple(somebody(dice) for _ in range(dice.randint(1, 4))),
    )


def somebody(dice: Random) -> Person:
    """A person with a private mailbox that may be made of his name, of his number, or of nothing."""
    name = person(dice)
    mobile = dice.choice(_PREFIXES) + f"{dice.randrange(10**8):08}"
    box = dice.choice((f"{pinyin(name)}{dice.randint(0, 999)}", mobile, str(dice.randrange(10**7, 10**10))))
    english = (
        dice.choice(("Anna", "Tom", "Lily", "Kevin", "Jack", "Amy", "Leo", "Grace")) if dice.random() < 0.3 else ""
    )
    return Person(name=name, mobile=mobile, private_mail=f"{box}@{dice.choice(_FREE_MAIL)}", english=english)


def landline(dice: Random, place: str) -> str:
    """A number of the place's exchange; the area code behind a hyphen."""
    area = CITIES[place][1]
    digits = 8 if len(area) == len("021") or area in {"0755", "0571", "0512", "0371"} else 7
    return f"{area}-{dice.choice('568')}{dice.randrange(10 ** (digits - 1)):0{digits - 1}}"


def credit_code(dice: Random) -> str:
    """A code that holds by GB 32100."""
    first = "91" + f"{dice.randrange(10**6):06}" + "".join(dice.choices(_CODE, k=9))
    return first + check_digit(first)


def _sister_elsewhere(dice: Random, one: Firm, _: Half) -> Firm:
    place = dice.choice([each for each in CITIES if each != one.place])
    return sister(dice, replace(one, place=place, county=""))


def _sister_of_another_trade(dice: Random, one: Firm, _: Half) -> Firm:
    stem = one.trade[:2]
    trade = dice.choice([each for each in TRADES if not set(each) & set(one.trade) and each[:2] != stem])
    return sister(dice, replace(one, trade=trade, english=one.english + " II"))


def _brand_one_letter_apart(dice: Random, one: Firm, half: Half) -> Firm:
    place = dice.randrange(len(one.brand))
    letter = dice.choice([each for each in usual_letters(half) if pinyin(each) != pinyin(one.brand[place])])
    return _stranger(dice, one, one.brand[:place] + letter + one.brand[place + 1 :], half)


def _brand_that_sounds_alike(dice: Random, one: Firm, half: Half) -> Firm:
    return _stranger(dice, one, homophone(dice, one.brand, half), half)


def _brand_with_more(dice: Random, one: Firm, half: Half) -> Firm:
    letter = dice.choice(usual_letters(half))
    brand = one.brand + letter if dice.random() < 0.5 else letter + one.brand
    return _stranger(dice, one, brand, half)


def _same_names_elsewhere(dice: Random, one: Firm, half: Half) -> Firm:
    """华信科技 of Shanghai and of Wuhan: nothing but an ordinary brand in common."""
    other = firm(dice, half)
    place = other.place if other.place != one.place else next(each for each in CITIES if each != one.place)
    return replace(other, brand=one.brand, trade=one.trade, place=place, county="")


def _same_people(dice: Random, one: Firm, half: Half) -> Firm:
    """Another firm with people of the same names, in the same town."""
    other = firm(dice, half)
    namesakes = tuple(replace(somebody(dice), name=each.name) for each in one.people)
    return replace(other, people=namesakes, place=one.place)


def same_agent(dice: Random, one: Firm, other: Firm) -> Firm:
    """An agent (代理记账) registers firms under his own name, number and mailbox."""
    return replace(other, people=one.people[:1], place=one.place)


def same_park(dice: Random, one: Firm, other: Firm) -> Firm:
    """Firms of one business park (园区) share its switchboard and its house."""
    shared = replace(other, place=one.place, switchboard=one.switchboard, district=one.district)
    return replace(shared, street=one.street, number=one.number) if dice.random() < 0.7 else shared


def sister(dice: Random, planned: Firm) -> Firm:
    """A sister firm (关联公司) is a legal entity of its own; domain, switchboard and people are often shared."""
    return replace(
        planned,
        code=credit_code(dice),
        switchboard=planned.switchboard if dice.random() < 0.5 else landline(dice, planned.place),
        domain=planned.domain if dice.random() < 0.5 else "",
        people=planned.people if dice.random() < 0.3 else tuple(somebody(dice) for _ in planned.people),
        district=dice.choice(CITIES[planned.place][2]),
        number=str(dice.randint(1, 999)),
    )


def _stranger(dice: Random, one: Firm, brand: str, half: Half) -> Firm:
    other = firm(dice, half)
    domain = f"{pinyin(brand)}{dice.randint(1, 99)}.com" if other.domain else ""
    place = one.place if dice.random() < 0.7 else other.place
    return replace(other, brand=brand, place=place, trade=one.trade, domain=domain, county="")


def homophone(dice: Random, text: str, half: Half) -> str:
    """One character replaced by another of the same syllable, if there is one."""
    alike = sounding_alike(half)
    places = [place for place, letter in enumerate(text) if set(alike.get(pinyin(letter), ())) - {letter}]
    if not places:
        return text
    place = dice.choice(places)
    letter = dice.choice([each for each in alike[pinyin(text[place])] if each != text[place]])
    return text[:place] + letter + text[place + 1 :]


MISLEADING: Mapping[str, Neighbour] = {
    "sister elsewhere": _sister_elsewhere,
    "sister of another trade": _sister_of_another_trade,
    "brand one letter apart": _brand_one_letter_apart,
    "brand that sounds alike": _brand_that_sounds_alike,
    "brand with more": _brand_with_more,
    "same names elsewhere": _same_names_elsewhere,
    "same people": _same_people,
    "same agent": lambda dice, one, half: same_agent(dice, one, firm(dice, half)),
    "same park": lambda dice, one, half: same_park(dice, one, firm(dice, half)),
}
