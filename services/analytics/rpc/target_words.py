"""Why a target is missed and what could be done, in plain words of the caller's language; no amount is told in them."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from services.analytics.domain.figures import Ratio
from services.analytics.domain.gaps import Cause, Reason
from services.analytics.domain.proposals import Advice, Proposal

E = TypeVar("E", bound=Enum)
_CAUSES: Mapping[str, Mapping[Cause, str]] = {
    "zh": {
        Cause.LEADS: "线索量为计划的 {share}",
        Cause.CONVERSION: "转化为计划的 {share}",
        Cause.AMOUNT: "平均每单金额为计划的 {share}",
        Cause.COLLECTION: "回款占签约额的比例为计划的 {share}",
        Cause.RETENTION: "留存率为计划的 {share}",
    },
    "en": {
        Cause.LEADS: "Leads are at {share} of plan",
        Cause.CONVERSION: "Conversion is at {share} of plan",
        Cause.AMOUNT: "The amount of an order is at {share} of plan",
        Cause.COLLECTION: "What is received of what is signed is at {share} of plan",
        Cause.RETENTION: "Retention is at {share} of plan",
    },
}
_ADVICE: Mapping[str, Mapping[Advice, str]] = {
    "zh": {Advice.ADD_SENIOR_SALES: "建议增派资深销售：成单率 {own}，其他大区合计 {others}"},
    "en": {Advice.ADD_SENIOR_SALES: "Add senior sales people: the order rate is {own}, that of all others {others}"},
}


def reason_text(reason: Reason, locale: str) -> str:
    """A reason in words, as a share of its plan."""
    share = reason.actual / reason.planned if reason.planned else None
    told = Ratio(share.numerator, share.denominator) if share is not None else Ratio(0, 0)
    return _words(_CAUSES, locale)[reason.cause].format(share=told.percent())


def proposal_text(proposal: Proposal, locale: str) -> str:
    """A proposal in words, with the rates it follows from."""
    words = _words(_ADVICE, locale)[proposal.advice]
    return words.format(own=proposal.ratio.percent(), others=proposal.others.percent())


def _words(words: Mapping[str, Mapping[E, str]], locale: str) -> Mapping[E, str]:
    return words.get(locale, words["zh"])
