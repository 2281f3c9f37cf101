"""Names of firms and people, in Chinese and in Latin letters."""

from trade.names.company import CompanyName, company_name, places_before, spelt_place
from trade.names.person import PersonName, person_name
from trade.names.readings import is_pinyin, spelt_opening
from trade.names.search import PinyinKey, bigrams, pinyin_key

__all__ = [
    "CompanyName",
    "PersonName",
    "PinyinKey",
    "bigrams",
    "company_name",
    "is_pinyin",
    "person_name",
    "pinyin_key",
    "places_before",
    "spelt_opening",
    "spelt_place",
]
