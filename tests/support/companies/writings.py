"""The ways people write a firm, its people and their numbers down."""

from collections.abc import Callable, Mapping
from random import Random

from opencc import OpenCC
from pypinyin import lazy_pinyin

from tests.support.companies.firms import Firm, Person, homophone
from tests.support.companies.words import CITIES, FORMS, LATIN_FORMS, TRADES, Half, pinyin, usual_letters
from trade.names.person import COMPOUND_SURNAMES

_TRADITIONAL = OpenCC("s2t")
_FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
Writing = Callable[[Random, Firm, Half], str]


def registered(dice: Random, firm: Firm, half: Half) -> str:
    """As the register has it: 上海渠成科技有限公司."""
    place = firm.county or firm.place
    level = "市" if place in CITIES and dice.random() < 0.25 else ""
    return f"{place}{level}{firm.brand}{firm.trade}{firm.form}"


def _with_province(dice: Random, firm: Firm, half: Half) -> str:
    province = CITIES[firm.place][0]
    if firm.county:
        return registered(dice, firm, half)
    if province == firm.place:
        return f"{firm.place}市{registered(dice, firm, half).removeprefix(firm.place).removeprefix('市')}"
    return f"{province}省{registered(dice, firm, half)}"


def _with_district(dice: Random, firm: Firm, half: Half) -> str:
    if firm.county:
        return registered(dice, firm, half)
    return f"{firm.place}市{firm.district}{firm.brand}{firm.trade}{firm.form}"


def _bracketed(dice: Random, firm: Firm, half: Half) -> str:
    left, right = dice.choice(("（）", "()", "【】"))
    place = firm.county or firm.place
    if dice.random() < 0.6:
        return f"{firm.brand}{firm.trade}{left}{place}{right}{firm.form}"
    return f"{firm.brand}{left}{place}{right}{firm.trade}{firm.form}"


def _other_form(dice: Random, firm: Firm, half: Half) -> str:
    return registered(dice, firm, half).removesuffix(firm.form) + dice.choice((*FORMS, "公司", "集团", ""))


def _branch(dice: Random, firm: Firm, half: Half) -> str:
    where = dice.choice((*CITIES, firm.district.removesuffix("区"), "第一", "华东"))
    return registered(dice, firm, half) + where + dice.choice(("分公司", "分公司", "办事处", "营业部"))


def _traditional(dice: Random, firm: Firm, half: Half) -> str:
    return str(_TRADITIONAL.convert(registered(dice, firm, half)))


def _noisy(dice: Random, firm: Firm, half: Half) -> str:
    name = registered(dice, firm, half)
    place = dice.randrange(1, len(name))
    spaced = name[:place] + dice.choice((" ", "\u3000", "·", "-")) + name[place:]
    return dice.choice((spaced, f"{name}。", f" {name} ", f"{name}(老客户)", f"“{name}”"))


def _brand_and_trade(dice: Random, firm: Firm, half: Half) -> str:
    return firm.brand + firm.trade


def _placed_brand_and_trade(dice: Random, firm: Firm, half: Half) -> str:
    return (firm.county or firm.place) + firm.brand + firm.trade


def _placed_brand(dice: Random, firm: Firm, half: Half) -> str:
    return (firm.county or firm.place) + firm.brand


def _brand(dice: Random, firm: Firm, half: Half) -> str:
    return firm.brand + dice.choice(("", "", "公司", "集团"))


def _half_trade(dice: Random, firm: Firm, half: Half) -> str:
    return f"{firm.county or firm.place}{firm.brand}{firm.trade[:2]}{dice.choice(('', '公司', '有限公司'))}"


def _initials(dice: Random, firm: Firm, half: Half) -> str:
    """上汽, 渠科: the first characters of what stands in the name."""
    return dice.choice((firm.brand[0] + firm.trade[0], (firm.county or firm.place)[0] + firm.brand[:2], firm.brand[:2]))


def _homophone(dice: Random, firm: Firm, half: Half) -> str:
    return registered(dice, firm, half).replace(firm.brand, homophone(dice, firm.brand, half))


def _slip(dice: Random, firm: Firm, half: Half) -> str:
    """A wrong, a doubled or a lost character, somewhere before the legal form."""
    name = registered(dice, firm, half)
    place = dice.randrange(len(name) - len(firm.form))
    letter = dice.choice((dice.choice(usual_letters(half)), name[place] * 2, ""))
    return name[:place] + letter + name[place + 1 :]


def _english_trade(dice: Random, firm: Firm) -> str:
    return dice.choice(TRADES[firm.trade]) if firm.trade in TRADES else ""


def _spelt(dice: Random, firm: Firm, half: Half) -> str:
    """Shanghai Qucheng Technology Co., Ltd."""
    syllables = lazy_pinyin(firm.brand)
    brand = dice.choice(("".join(syllables).capitalize(), " ".join(map(str.capitalize, syllables))))
    place = pinyin((firm.county or firm.place).rstrip("市县")).capitalize()
    words = [brand, _english_trade(dice, firm) or pinyin(firm.trade).capitalize(), dice.choice(LATIN_FORMS)]
    where = dice.random()
    if where < 0.6:
        words.insert(0, place)
    elif where < 0.75:
        words.insert(2, f"({place})")
    name = " ".join(words)
    return name.upper() if dice.random() < 0.15 else name


def _all_pinyin(dice: Random, firm: Firm, half: Half) -> str:
    parts = (
        (firm.county or firm.place).rstrip("市县"),
        firm.brand,
        firm.trade,
        dice.choice(("有限公司", "有限责任公司", "")),
    )
    if dice.random() < 0.4:
        return " ".join(syllable.capitalize() for part in parts for syllable in lazy_pinyin(part))
    return " ".join(pinyin(part).capitalize() for part in parts).strip()


def _fantasy(dice: Random, firm: Firm, half: Half) -> str:
    place = pinyin((firm.county or firm.place).rstrip("市县")).capitalize() if dice.random() < 0.6 else ""
    return f"{place} {firm.english} {_english_trade(dice, firm)} {dice.choice(LATIN_FORMS)}".strip()


def _mixed(dice: Random, firm: Firm, half: Half) -> str:
    return f"{firm.brand}{firm.trade} {pinyin(firm.brand).capitalize()} {dice.choice(LATIN_FORMS)}"


def _nameless(dice: Random, firm: Firm, half: Half) -> str:
    return ""


WRITINGS: Mapping[str, tuple[Writing, float]] = {
    "registered": (registered, 10),
    "with province": (_with_province, 1.5),
    "with district": (_with_district, 1),
    "bracketed": (_bracketed, 3),
    "other form": (_other_form, 3),
    "branch": (_branch, 2),
    "traditional": (_traditional, 2),
    "noisy": (_noisy, 2),
    "brand and trade": (_brand_and_trade, 2.5),
    "place, brand, trade": (_placed_brand_and_trade, 2.5),
    "place and brand": (_placed_brand, 1.5),
    "brand": (_brand, 1.5),
    "half of the trade": (_half_trade, 1),
    "initials": (_initials, 0.3),
    "homophone": (_homophone, 2),
    "slip": (_slip, 0.8),
    "spelt": (_spelt, 3),
    "all pinyin": (_all_pinyin, 0.7),
    "fantasy": (_fantasy, 0.5),
    "mixed": (_mixed, 0.4),
    "nameless": (_nameless, 0.3),
}


def contact(dice: Random, somebody: Person) -> str:
    """The name in full, with a title, only the surname with one, in pinyin, or not at all."""
    name = somebody.name
    size = 2 if name[:2] in COMPOUND_SURNAMES else 1
    surname, given = pinyin(name[:size]).capitalize(), pinyin(name[size:]).capitalize()
    way = dice.choices(range(7), weights=(60, 8, 8, 6, 3, 3, 8))[0]
    return (
        name,
        name + dice.choice(("先生", "女士", "经理", "总监")),
        name[:size] + dice.choice(("总", "经理", "先生", "工")),
        dice.choice((f"{surname} {given}", f"{given} {surname}", f"{surname.upper()}, {given}")),
        f"{somebody.english or 'Mr.'} {surname}",
        str(_TRADITIONAL.convert(name)),
        "",
    )[way]


def mobile(dice: Random, number: str, *, slip: bool) -> str:
    """A mobile number in one of its forms, with a wrong or two exchanged digits if asked."""
    if slip:
        place = dice.randrange(3, len(number) - 1)
        if dice.random() < 0.6:
            number = number[:place] + str((int(number[place]) + dice.randint(1, 9)) % 10) + number[place + 1 :]
        else:
            number = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    return dice.choice((number, number, number, f"+86 {spaced}", f"0086{number}", spaced, spaced.replace(" ", "-")))


def switchboard(dice: Random, number: str) -> str:
    """A landline in one of its forms, often with an extension."""
    shown = dice.choice((number, number.replace("-", ""), f"+86 {number.lstrip('0')}", number.replace("-", " ")))
    return shown + dice.choice(("", "", f"-{dice.randint(100, 999)}", f"转{dice.randint(100, 999)}"))
