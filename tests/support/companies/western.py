"""Firms that are named in English alone, their people, and how they are written down."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from zlib import crc32

from tests.support.companies.firms import Firm, Neighbour, Person, firm, same_agent, same_park, sister
from tests.support.companies.words import CITIES, LATIN_FORMS, TRADES, Half, pinyin
from trade.text import listed

_STARTS = listed("Al Bar Cal Dor El Far Gar Hal In Jor Kel Lin Mar Nor Or Pal Quin Ros Sal Tor Ul Ver Wes Yor Zan")
_MIDDLES = listed("a e i o u an er in on ar is el o ten mer vin ter den lo ri")
_ENDS = listed("a ex ia ic in is ix o on or os us well ton field wood ford mann berg sen tech dale ley")
_GIVEN = listed("James Mary Robert Linda Michael Susan David Karen Daniel Nancy Mark Laura Peter Julia Simon Emma")
_SURNAMES = listed("Smith Miller Brown Wilson Moore Taylor Clark Lewis Walker Young Wright Baker Meyer Weber Rossi")
_LETTERS = "abcdefghiklmnoprstuvwy"
_SHORT_TRADES = {"Technology": "Tech", "International": "Intl", "Engineering": "Eng", "Manufacturing": "Mfg"}


def western_firm(dice: Random, half: Half) -> Firm:
    """A firm whose brand is an English word that nobody else has."""
    brand = _brand(dice, half)
    home = firm(dice, half)
    return replace(
        home,
        western=True,
        county="",
        brand=brand,
        trade=dice.choice(tuple(TRADES.values()))[0],
        form=dice.choice(LATIN_FORMS),
        domain=f"{brand.lower()}.com" if home.domain else "",
        people=tuple(_western_person(dice, each) for each in home.people),
    )


def _brand(dice: Random, half: Half) -> str:
    while True:
        word = dice.choice(_STARTS) + dice.choice(_MIDDLES) + dice.choice(_ENDS)
        if crc32(word.encode()) % 2 == half.value:
            return word if dice.random() < 0.8 else f"{word} {dice.choice(_STARTS)}{dice.choice(_ENDS)}"


def _western_person(dice: Random, other: Person) -> Person:
    name = f"{dice.choice(_GIVEN)} {dice.choice(_SURNAMES)}"
    box = name.lower().replace(" ", dice.choice((".", "", "_"))) + str(dice.randint(1, 99))
    return replace(other, name=name, private_mail=f"{box}@{other.private_mail.partition('@')[2]}")


def registered(dice: Random, firm: Firm, half: Half) -> str:
    """Shanghai Marvex Trading Co., Ltd."""
    return f"{pinyin(firm.place).capitalize()} {firm.brand} {firm.trade} {firm.form}"


def _unplaced(dice: Random, firm: Firm, half: Half) -> str:
    return f"{firm.brand} {firm.trade} {firm.form}"


def _bracketed(dice: Random, firm: Firm, half: Half) -> str:
    return f"{firm.brand} {firm.trade} ({pinyin(firm.place).capitalize()}) {firm.form}"


def _other_form(dice: Random, firm: Firm, half: Half) -> str:
    place = pinyin(firm.place).capitalize()
    return f"{place} {firm.brand} {firm.trade} {dice.choice((*LATIN_FORMS, '', 'GmbH', 'PLC'))}".strip()


def _upper(dice: Random, firm: Firm, half: Half) -> str:
    return registered(dice, firm, half).upper()


def _brand_and_trade(dice: Random, firm: Firm, half: Half) -> str:
    return f"{firm.brand} {firm.trade}"


def _short_trade(dice: Random, firm: Firm, half: Half) -> str:
    words = [_SHORT_TRADES.get(word, word) for word in firm.trade.split()]
    return f"{firm.brand} {' '.join(words)} {dice.choice(('Ltd', 'Inc', ''))}".strip()


def _brand_only(dice: Random, firm: Firm, half: Half) -> str:
    return dice.choice((firm.brand, f"{firm.brand} Group", f"The {firm.brand} Company"))


def _slip(dice: Random, firm: Firm, half: Half) -> str:
    name = registered(dice, firm, half)
    start = len(pinyin(firm.place)) + 2
    place = start + dice.randrange(len(firm.brand) + len(firm.trade) - 2)
    middle = dice.choice((dice.choice(_LETTERS), name[place] * 2, "", name[place + 1] + name[place]))
    swapped = len(middle) == len("xy") and middle[0] != middle[1]
    return name[:place] + middle + name[place + 1 + swapped :]


def _branch(dice: Random, firm: Firm, half: Half) -> str:
    return registered(dice, firm, half) + f", {pinyin(dice.choice(tuple(CITIES))).capitalize()} Branch"


def _dashed(dice: Random, firm: Firm, half: Half) -> str:
    return f"{firm.brand}-{firm.trade}, {firm.form.replace(',', '')}"


WESTERN_WRITINGS: Mapping[str, tuple[Callable[[Random, Firm, Half], str], float]] = {
    "registered": (registered, 8),
    "w unplaced": (_unplaced, 3),
    "w bracketed": (_bracketed, 2),
    "w other form": (_other_form, 3),
    "w upper": (_upper, 2),
    "w brand and trade": (_brand_and_trade, 2),
    "w short trade": (_short_trade, 1.5),
    "w brand": (_brand_only, 1.5),
    "w slip": (_slip, 1.5),
    "w branch": (_branch, 1),
    "w dashed": (_dashed, 1),
}


def western_contact(dice: Random, somebody: Person) -> str:
    """James Smith, Smith, James or Mr. Smith; a letter may be wrong."""
    given, surname = somebody.name.split()
    shown = dice.choice(
        (somebody.name, somebody.name, f"{surname}, {given}", f"Mr. {surname}", f"{given[0]}. {surname}", "")
    )
    if shown and dice.random() < 0.05:
        place = dice.randrange(len(shown))
        return shown[:place] + dice.choice(_LETTERS) + shown[place + 1 :]
    return shown


def _sister_elsewhere(dice: Random, one: Firm, _: Half) -> Firm:
    return sister(dice, replace(one, place=dice.choice([each for each in CITIES if each != one.place])))


def _sister_of_another_trade(dice: Random, one: Firm, _: Half) -> Firm:
    mine = set(one.trade.split())
    trade = dice.choice([each[0] for each in TRADES.values() if mine.isdisjoint(each[0].split())])
    return sister(dice, replace(one, trade=trade))


def _brand_one_letter_apart(dice: Random, one: Firm, half: Half) -> Firm:
    place = dice.randrange(1, len(one.brand))
    letter = dice.choice(_LETTERS.replace(one.brand[place].lower(), ""))
    brand = one.brand[:place] + letter + one.brand[place + 1 :]
    other = western_firm(dice, half)
    return replace(other, brand=brand, trade=one.trade, domain=f"{brand.lower().replace(' ', '')}.com")


def _same_people(dice: Random, one: Firm, half: Half) -> Firm:
    other = western_firm(dice, half)
    named = tuple(replace(_western_person(dice, each), name=one.people[0].name) for each in other.people[:1])
    return replace(other, people=named, place=one.place)


WESTERN_MISLEADING: Mapping[str, Neighbour] = {
    "w sister elsewhere": _sister_elsewhere,
    "w sister of another trade": _sister_of_another_trade,
    "w brand one letter apart": _brand_one_letter_apart,
    "w same people": _same_people,
    "w same agent": lambda dice, one, half: same_agent(dice, one, western_firm(dice, half)),
    "w same park": lambda dice, one, half: same_park(dice, one, western_firm(dice, half)),
}
