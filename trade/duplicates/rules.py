"""The rules duplicates are judged by (查重规则): every number in them can be edited."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from trade.rule_body import RuleBody

# Bits of evidence, the logarithm to base 2 of how much more often an observation is made on one customer's records
# than on two strangers' (Fellegi and Sunter, "A Theory for Record Linkage", 1969).
DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "credit_code_same": 25.0,
        "credit_code_similar": 14.0,
        "credit_code_different": -15.0,
        "company_same": 13.0,
        "company_same_place_open": 10.0,
        "company_same_elsewhere": 5.0,
        "company_spelt": 9.7,
        "company_spelt_short": 7.5,
        "company_spelt_brand": 5.0,
        "company_similar": 7.0,
        "company_homophone": 8.0,
        "company_homophone_short": 6.0,
        "company_one_slip": 6.0,
        "company_short_form": 2.0,
        "company_same_brand": 5.0,
        "company_same_brand_and_place": 8.0,
        "company_same_brand_elsewhere": 2.0,
        "company_sister": -10.0,
        "company_different": -8.0,
        "mobile_same": 12.0,
        "mobile_one_slip": 6.0,
        "extension_same": 8.0,
        "landline_same": 5.0,
        "toll_free_same": 2.0,
        "email_same": 12.0,
        "role_email_same": 7.0,
        "email_domain_same": 7.0,
        "domain_spells_brand": 4.0,
        "name_word_same": 4.5,
        "name_word_similar": 3.0,
        "name_word_initial": 1.0,
        "name_word_different": -2.0,
        "chinese_name_same": 6.0,
        "chinese_name_short_same": 4.0,
        "name_spelt_same": 5.5,
        "chinese_surname_same": 1.0,
        "chinese_name_different": -4.0,
        "colleague": -1.5,
        "street_same": 5.0,
        "street_similar": 4.0,
        "street_different": -2.0,
        "number_same": 2.0,
        "number_different": -1.0,
        "second_line_same": 4.0,
        "second_line_similar": 3.0,
        "second_line_different": -1.0,
        "district_same": 3.0,
        "district_similar": 2.5,
        "district_different": -1.5,
        "city_same": 1.5,
        "city_similar": 1.0,
        "city_different": -1.5,
        "province_same": 1.0,
        "province_similar": 0.0,
        "province_different": -1.0,
        "postal_code_same": 3.5,
        "postal_code_similar": 2.0,
        "postal_code_different": -1.5,
    }
)
DEFAULT_LIMITS: Mapping[str, float] = MappingProxyType(
    {
        # What two strangers need in evidence before they are as likely one customer as not.
        "prior": 8.0,
        # The parts of an address agree together: the house says most of it. Firms share houses.
        "address": 12.0,
        "address_of_firms": 4.0,
        "name_similarity": 0.8,
        "company_similarity": 0.88,
        "text_similarity": 0.75,
        "possible": 0.5,
        "likely": 0.9,
        "same": 0.999,
    }
)
_RANGES: Mapping[str, tuple[int, int]] = {"prior": (0, 40), "address": (0, 40), "address_of_firms": (0, 40)}
_SHARE = (0, 1)
_WEIGHT = (-40, 40)
# Numbers and words people write when they have nothing to write.
DEFAULT_IGNORED = frozenset(
    {"+8613800138000", "+8613888888888", "+8613800000000", "无", "未知", "不详", "测试", "test", "na"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A custom field that tells customers apart; `similar` lets one typing slip count for `close` bits."""

    name: str
    similar: bool = False
    agreement: float = 9.0
    close: float = 5.0
    disagreement: float = -4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRules:
    """Weights in bits, limits, the custom fields compared, and values that are no evidence."""

    weights: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS, hash=False)
    limits: Mapping[str, float] = field(default_factory=lambda: DEFAULT_LIMITS, hash=False)
    custom_fields: tuple[CustomField, ...] = ()
    ignored_values: frozenset[str] = DEFAULT_IGNORED

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to another process as plain data: mappings nobody may write into cannot."""
        return DuplicateRules.from_mapping, (self.to_mapping(),)

    def to_mapping(self) -> dict[str, object]:
        """The rules as plain data, for a JSON column and for a form."""
        return {
            "weights": dict(self.weights),
            "limits": dict(self.limits),
            "custom_fields": [
                {
                    "name": each.name,
                    "similar": each.similar,
                    "agreement": each.agreement,
                    "close": each.close,
                    "disagreement": each.disagreement,
                }
                for each in self.custom_fields
            ],
            "ignored_values": sorted(self.ignored_values),
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> "DuplicateRules":
        """Read rules from plain data; what is absent keeps its default. Raises RuleBodyInvalid that names the place."""
        whole = RuleBody(mapping).only("weights", "limits", "custom_fields", "ignored_values")
        limits = _numbers(whole, "limits", DEFAULT_LIMITS)
        if not limits["possible"] <= limits["likely"] <= limits["same"]:
            raise whole.wrong("limits.likely", "order", allowed="possible <= likely <= same")
        ignored = whole.listed("ignored_values", absent=sorted(DEFAULT_IGNORED))
        return cls(
            weights=_numbers(whole, "weights", DEFAULT_WEIGHTS),
            limits=limits,
            custom_fields=tuple(_custom_field(each) for each in whole.sections("custom_fields")),
            ignored_values=frozenset(str(each) for each in ignored),
        )


def _numbers(whole: RuleBody, group: str, defaults: Mapping[str, float]) -> Mapping[str, float]:
    if group not in whole.content:
        return MappingProxyType(dict(defaults))
    told = whole.section(group).only(*defaults)
    read = {}
    for name, default in defaults.items():
        least, most = _WEIGHT if group == "weights" else _RANGES.get(name, _SHARE)
        read[name] = told.number(name, least=least, most=most, absent=default)
    return MappingProxyType(read)


def _custom_field(told: RuleBody) -> CustomField:
    least, most = _WEIGHT
    told.only(*CustomField.__slots__)
    bits = {
        name: told.number(name, least=least, most=most)
        for name in ("agreement", "close", "disagreement")
        if name in told.content
    }
    return CustomField(name=told.text("name"), similar=told.truth("similar", absent=False), **bits)
