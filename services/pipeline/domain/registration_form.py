"""The form of a registration (报备表): each of the six fields with its norm, a good and a bad example."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.pipeline.domain.registration_facts import SIX_FIELDS
from trade.rule_body import RuleBody

LOCALES = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """What stands beside a field, in one language."""

    label: str
    norm: str
    good: str
    bad: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One of the six fields: the words by language."""

    field: str
    words: Mapping[str, FieldWords]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationForm:
    """The form in the order in which it is shown."""

    fields: tuple[FormField, ...]

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "RegistrationForm":
        """Read the form from its stored form: all six fields, once each; raises RuleBodyInvalid."""
        whole = RuleBody(body).only("fields")
        fields = tuple(_field(section) for section in whole.sections("fields"))
        if sorted(each.field for each in fields) != sorted(SIX_FIELDS):
            raise whole.wrong("fields", "six_fields", allowed=", ".join(SIX_FIELDS))
        return cls(fields=fields)


def _field(section: RuleBody) -> FormField:
    section.only("field", *LOCALES)
    return FormField(
        field=section.choice("field", SIX_FIELDS), words={each: _words(section.section(each)) for each in LOCALES}
    )


def _words(section: RuleBody) -> FieldWords:
    section.only("label", "norm", "good", "bad")
    return FieldWords(
        label=section.text("label"), norm=section.text("norm"), good=section.text("good"), bad=section.text("bad")
    )
