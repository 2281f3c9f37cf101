"""Names of firms and people, in Chinese and in Latin letters."""

from trade.names.company import CompanyName, company_name
from trade.names.person import PersonName, person_name
from trade.names.search import PinyinKey, bigrams, pinyin_key

__all__ = ["CompanyName", "PersonName", "PinyinKey", "bigrams", "company_name", "person_name", "pinyin_key"]
