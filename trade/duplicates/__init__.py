"""Whether two records are one customer (查重): what is compared, how candidates are found, how a pair is scored."""

from trade.duplicates.blocking import KEY_SCHEME, MOST_KEYS, blocking_keys, is_exact, shared_exact_keys
from trade.duplicates.fingerprint import Fingerprint, Identity, fingerprint
from trade.duplicates.prints import PRINT_SCHEME, from_text, prints_mark, to_text
from trade.duplicates.rules import CustomField, DuplicateRules
from trade.duplicates.scoring import Band, Match, resembling, score

__all__ = [
    "KEY_SCHEME",
    "MOST_KEYS",
    "PRINT_SCHEME",
    "Band",
    "CustomField",
    "DuplicateRules",
    "Fingerprint",
    "Identity",
    "Match",
    "blocking_keys",
    "fingerprint",
    "from_text",
    "is_exact",
    "prints_mark",
    "resembling",
    "score",
    "shared_exact_keys",
    "to_text",
]
