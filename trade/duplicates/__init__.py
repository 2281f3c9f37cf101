"""Whether two records are one customer (查重): what is compared, how candidates are found, how a pair is scored."""

from trade.duplicates.blocking import KEY_SCHEME, blocking_keys
from trade.duplicates.fingerprint import Fingerprint, Identity, fingerprint
from trade.duplicates.rules import CustomField, DuplicateRules, DuplicateRulesInvalid
from trade.duplicates.scoring import Band, Match, score

__all__ = [
    "KEY_SCHEME",
    "Band",
    "CustomField",
    "DuplicateRules",
    "DuplicateRulesInvalid",
    "Fingerprint",
    "Identity",
    "Match",
    "blocking_keys",
    "fingerprint",
    "score",
]
