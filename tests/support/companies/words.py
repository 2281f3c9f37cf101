"""The words made-up firms and their people are named with.

Brands (字号), places and rarer trades are the real ones of `companynameparser`, read where it is installed. A brand
belongs to one half for good: rules are tuned on one, judged on the other.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from zlib import crc32

from pypinyin import lazy_pinyin

# What firms of a trade are called in Chinese and in English; the first word is the usual one.
TRADES: Mapping[str, tuple[str, ...]] = {
    "科技": ("Technology", "Technologies", "Tech", "Sci & Tech"),
    "信息技术": ("Information Technology", "IT"),
    "网络科技": ("Network Technology", "Internet Technology"),
    "软件": ("Software",),
    "电子": ("Electronics", "Electronic"),
    "电气": ("Electric", "Electrical"),
    "自动化设备": ("Automation Equipment", "Automation"),
    "智能科技": ("Intelligent Technology", "Smart Technology"),
    "贸易": ("Trading", "Trade"),
    "商贸": ("Trading", "Commerce & Trade"),
    "国际贸易": ("International Trading", "Intl Trade"),
    "进出口": ("Import & Export", "Imp. & Exp."),
    "实业": ("Industrial", "Industry"),
    "机械": ("Machinery",),
    "精密机械": ("Precision Machinery",),
    "机电设备": ("Electromechanical Equipment", "M&E Equipment"),
    "物流": ("Logistics",),
    "国际货运代理": ("International Freight Forwarding", "Freight"),
    "供应链管理": ("Supply Chain Management", "Supply Chain"),
    "食品": ("Food", "Foods"),
    "餐饮管理": ("Catering Management", "Catering"),
    "建筑工程": ("Construction Engineering", "Construction"),
    "装饰工程": ("Decoration Engineering", "Decoration"),
    "建材": ("Building Materials",),
    "新材料": ("New Materials", "New Material"),
    "新能源": ("New Energy", "Energy"),
    "环保科技": ("Environmental Technology", "Environmental Protection"),
    "生物科技": ("Biotechnology", "Biotech"),
    "医药": ("Pharmaceutical", "Pharma"),
    "医疗器械": ("Medical Instruments", "Medical Devices"),
    "化工": ("Chemical", "Chemicals"),
    "塑料制品": ("Plastic Products", "Plastics"),
    "包装": ("Packaging", "Packing"),
    "纺织": ("Textile", "Textiles"),
    "服饰": ("Garments", "Apparel"),
    "家具": ("Furniture",),
    "汽车零部件": ("Auto Parts", "Automotive Components"),
    "文化传媒": ("Culture Media", "Media"),
    "广告": ("Advertising", "Ads"),
    "教育咨询": ("Education Consulting", "Education"),
    "企业管理咨询": ("Management Consulting", "Consulting"),
    "投资": ("Investment",),
}
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "（集团）有限公司", "控股有限公司")
LATIN_FORMS = ("Co., Ltd.", "Co.,Ltd", "Ltd.", "Limited", "Company Limited", "Inc.", "Corp.", "Group Co., Ltd.", "LLC")
# English names firms give themselves beside the Chinese one, which no dictionary connects.
FANTASY = ("Nova", "Bright", "Apex", "Zenith", "Sun", "Golden", "Blue", "Star", "Metro", "Delta", "Orion", "Vertex")
FANTASY_ENDS = ("wave", "line", "field", "link", "tech", "source", "land", "bridge", "point", "gate", "path", "stone")
CITIES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "上海": ("上海", "021", ("浦东新区", "徐汇区", "松江区", "嘉定区")),
    "北京": ("北京", "010", ("朝阳区", "海淀区", "大兴区", "通州区")),
    "天津": ("天津", "022", ("武清区", "西青区")),
    "重庆": ("重庆", "023", ("渝北区", "江北区")),
    "深圳": ("广东", "0755", ("南山区", "宝安区", "龙岗区")),
    "广州": ("广东", "020", ("天河区", "白云区", "番禺区")),
    "东莞": ("广东", "0769", ("长安镇", "虎门镇")),
    "佛山": ("广东", "0757", ("顺德区", "南海区")),
    "杭州": ("浙江", "0571", ("滨江区", "余杭区", "萧山区")),
    "宁波": ("浙江", "0574", ("鄞州区", "北仑区")),
    "温州": ("浙江", "0577", ("鹿城区", "瓯海区")),
    "苏州": ("江苏", "0512", ("吴中区", "工业园区")),
    "南京": ("江苏", "025", ("江宁区", "建邺区")),
    "无锡": ("江苏", "0510", ("新吴区", "滨湖区")),
    "成都": ("四川", "028", ("武侯区", "高新区")),
    "武汉": ("湖北", "027", ("洪山区", "江汉区")),
    "西安": ("陕西", "029", ("雁塔区", "未央区")),
    "青岛": ("山东", "0532", ("崂山区", "黄岛区")),
    "济南": ("山东", "0531", ("历下区", "槐荫区")),
    "厦门": ("福建", "0592", ("湖里区", "集美区")),
    "长沙": ("湖南", "0731", ("岳麓区", "雨花区")),
    "郑州": ("河南", "0371", ("金水区", "中原区")),
    "合肥": ("安徽", "0551", ("蜀山区", "包河区")),
    "沈阳": ("辽宁", "024", ("铁西区", "浑南区")),
}
STREETS = ("人民路", "中山路", "解放大道", "建设路", "科技园路", "创业路", "工业大道", "长江路", "新华路", "和平街")
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
    "丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志红梅文斌海燕晓东宇浩欣"
    "怡子轩梓涵雨泽思远佳俊凯博雅琳婷雪峰鹏飞立新春生德胜振荣庆林世昌永康瑞祥"
)
_SHORTEST, _LONGEST = 2, 4
_USUAL = 12


class Half(Enum):
    """Which brands a stock is made of."""

    TUNING = 0
    JUDGING = 1


@cache
def _lines(name: str) -> tuple[str, ...]:
    found = find_spec("companynameparser")
    if found is None or not found.submodule_search_locations:
        raise LookupError("companynameparser")
    text = (Path(found.submodule_search_locations[0]) / "data" / name).read_text(encoding="utf-8")
    words = (line.split()[0] for line in text.splitlines() if line.strip())
    return tuple(word for word in words if all("\u4e00" <= letter <= "\u9fff" for letter in word))


@cache
def brands(half: Half) -> tuple[str, ...]:
    """The brands of two to four characters of one half."""
    return tuple(
        word
        for word in _lines("brand.txt")
        if _SHORTEST <= len(word) <= _LONGEST and crc32(word.encode()) % 2 == half.value
    )


@cache
def rare_trades() -> tuple[str, ...]:
    """Trades beyond the usual ones, most of which no list of ours knows."""
    return tuple(word for word in _lines("trade.txt") if _SHORTEST <= len(word) <= _LONGEST)


@cache
def counties() -> tuple[str, ...]:
    """Counties and towns with their level: 桐乡市, 安吉县."""
    return tuple(word for word in _lines("china_place.txt") if len(word) == len("桐乡市") and word[-1] in "市县")


@cache
def usual_letters(half: Half) -> tuple[str, ...]:
    """The characters brands are usually made of."""
    counted: dict[str, int] = {}
    for word in brands(half):
        for letter in word:
            counted[letter] = counted.get(letter, 0) + 1
    return tuple(sorted(letter for letter, count in counted.items() if count >= _USUAL))


@cache
def sounding_alike(half: Half) -> Mapping[str, Sequence[str]]:
    """The usual characters by their syllable."""
    by_syllable: dict[str, list[str]] = {}
    for letter in usual_letters(half):
        by_syllable.setdefault(pinyin(letter), []).append(letter)
    return by_syllable


def pinyin(text: str) -> str:
    """The syllables joined: 渠成 is `qucheng`."""
    return "".join(lazy_pinyin(text))


def person(dice: Random) -> str:
    """A name of two or three characters, as usual as in life: some are many people's."""
    given = "".join(dice.choices(_GIVEN, k=1 if dice.random() < 0.22 else 2))
    return dice.choice(_SURNAMES[:40] if dice.random() < 0.8 else _SURNAMES) + given
