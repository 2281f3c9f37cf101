"""TargetService on the wire."""

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from millrace.analytics.v1 import target_pb2
from millrace.analytics.v1 import target_service_pb2 as contract

from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import MaskPathUnfit, instant, money_message, money_of, named, required_version, uuid_of
from chassis.work import Store
from kernel.errors import FieldMissing
from kernel.money import Money
from services.analytics.application.progress import Progress, target_progress
from services.analytics.application.targets import (
    create_target,
    get_target,
    list_targets,
    subject_of,
    update_target,
)
from services.analytics.domain.figures import rounded
from services.analytics.domain.gaps import Cause, Reason
from services.analytics.domain.proposals import Advice, Proposal
from services.analytics.domain.targets import MILLION, MONEY, RATES, Kpi, Target, TargetValueWrong, Value
from services.analytics.rpc.selections import amounts_message, share_message
from services.analytics.rpc.target_words import proposal_text, reason_text

_KPIS: Mapping[int, Kpi] = {target_pb2.Kpi.Value(f"KPI_{kpi.name}"): kpi for kpi in Kpi}
_NUMBERS: Mapping[Kpi, Any] = {kpi: number for number, kpi in _KPIS.items()}
_CAUSES: Mapping[Cause, Any] = {each: contract.GapCause.Value(f"GAP_CAUSE_{each.name}") for each in Cause}
_ADVICE: Mapping[Advice, Any] = {each: contract.ProposalKind.Value(f"PROPOSAL_KIND_{each.name}") for each in Advice}
_VALUES = frozenset({"count", "amount", "rate", "weight"})
_SEASONS = "month_percents"


class TargetServicer:
    """Targets (目标)."""

    def __init__(self, store: Store, organization: Organization, *, zone: tzinfo, page_key: bytes) -> None:
        """`zone` tells which day it is; `page_key` seals page tokens."""
        self._store = store
        self._organization = organization
        self._zone = zone
        self._page_key = page_key

    async def CreateTarget(self, request: contract.CreateTargetRequest, call: Call) -> target_pb2.Target:
        """Set one."""
        told = request.target
        kpi = _KPIS.get(told.kpi)
        if kpi is None:
            raise FieldMissing(field="target.kpi")
        subject, value = subject_of(told.subject, await self._organization.current()), _value(told, kpi)
        percents = tuple(told.month_percents)
        answer: target_pb2.Target = await self._store.write(
            call,
            request,
            lambda work: create_target(
                work, year=told.year, kpi=kpi, subject=subject, value=value, month_percents=percents
            ),
            answer=to_message,
        )
        return answer

    async def GetTarget(self, request: contract.GetTargetRequest, call: Call) -> target_pb2.Target:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_target(read, uuid=uuid)))

    async def ListTargets(self, request: contract.ListTargetsRequest, call: Call) -> contract.ListTargetsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_targets(read, wanted=wanted))
        return contract.ListTargetsResponse(
            targets=[to_message(target) for target in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateTarget(self, request: contract.UpdateTargetRequest, call: Call) -> target_pb2.Target:
        """Set one anew: what the mask names, and nothing else."""
        told, paths = request.target, set(request.update_mask.paths)
        uuid = uuid_of(told.name, field="target.name")
        seen = required_version(told.etag, field="target.etag")
        if not paths:
            raise FieldMissing(field="update_mask")
        for path in sorted(paths - {*_VALUES, _SEASONS}):
            raise MaskPathUnfit(path=path)
        percents = tuple(told.month_percents) if _SEASONS in paths else None
        answer: target_pb2.Target = await self._store.write(
            call,
            request,
            lambda work: update_target(
                work,
                uuid=uuid,
                seen=seen,
                value=lambda stands: _value(_merged(stands, told, paths & _VALUES), stands.kpi),
                month_percents=percents,
            ),
            answer=to_message,
        )
        return answer

    async def QueryTargetProgress(
        self, request: contract.QueryTargetProgressRequest, call: Call
    ) -> contract.QueryTargetProgressResponse:
        """How far they have come."""
        kpi, organization = _KPIS[request.kpi], await self._organization.current()
        found = await self._store.read(
            call,
            lambda read: target_progress(read, year=request.year, kpi=kpi, organization=organization, zone=self._zone),
        )
        return contract.QueryTargetProgressResponse(progress=[_progress(each, call.locale) for each in found])


def to_message(target: Target) -> target_pb2.Target:
    """The target on the wire."""
    told = _told(target.kpi, target.value)
    return target_pb2.Target(
        name=named("targets", target.uuid),
        year=target.year,
        kpi=_NUMBERS[target.kpi],
        subject=target.subject.name,
        count=told.count,
        amount=told.amount if told.HasField("amount") else None,
        rate=told.rate if told.HasField("rate") else None,
        weight=target.value.weight,
        month_percents=target.month_percents,
        create_time=instant(target.create_time),
        update_time=instant(target.update_time),
        etag=str(target.version),
    )


def _merged(stands: Target, told: target_pb2.Target, paths: set[str]) -> target_pb2.Target:
    """The target as it stands, with the fields that are named as they are told."""
    merged = to_message(stands)
    for path in paths:
        if path in {"count", "weight"}:
            setattr(merged, path, getattr(told, path))
            continue
        merged.ClearField(path)  # type: ignore[arg-type]  # one of two names
        if told.HasField(path):  # type: ignore[arg-type]  # one of two names
            getattr(merged, path).CopyFrom(getattr(told, path))
    return merged


def _value(told: target_pb2.Target, kpi: Kpi) -> Value:
    """The value that fits what the target is set for; raises TargetValueWrong and InvalidField."""
    if told.HasField("amount") != (kpi in MONEY):
        raise TargetValueWrong(field="target.amount")
    if told.HasField("rate") != (kpi in RATES):
        raise TargetValueWrong(field="target.rate")
    if kpi in MONEY:
        money = money_of(told.amount, field="target.amount")
        return Value(number=money.minor, currency=money.currency, weight=told.weight)
    return Value(number=_millionths(told.rate.value) if kpi in RATES else told.count, weight=told.weight)


def _millionths(text: str) -> int:
    try:
        number = Decimal(text) * MILLION
        if number != number.to_integral_value() or not 0 <= number <= MILLION:
            raise TargetValueWrong(field="target.rate")
    except InvalidOperation:
        raise TargetValueWrong(field="target.rate") from None
    return int(number)


def _told(kpi: Kpi, value: Value) -> contract.TargetValue:
    told = contract.TargetValue()
    if kpi in MONEY:
        told.amount.CopyFrom(money_message(Money(minor=value.number, currency=value.currency)))
    elif kpi in RATES:
        told.rate.value = f"{value.rate.normalize():f}"
    else:
        told.count = value.number
    return told


def _change(kpi: Kpi, number: int, currency: str) -> contract.TargetValue:
    """A difference in the unit of the target; it may lie below nothing."""
    told = contract.TargetValue()
    if kpi in MONEY:
        told.amount.CopyFrom(next(iter(amounts_message({currency: number}))))
    elif kpi in RATES:
        told.rate.value = f"{Decimal(number) / MILLION:f}"
    else:
        told.count = number
    return told


def _reason(progress: Progress, reason: Reason, locale: str) -> contract.GapReason:
    target = progress.target
    return contract.GapReason(
        cause=_CAUSES[reason.cause],
        part=_change(target.kpi, reason.part, target.value.currency),
        text=reason_text(reason, locale),
    )


def _proposal(proposal: Proposal, locale: str) -> contract.TargetProposal:
    own, others = (share_message(each) for each in (proposal.ratio, proposal.others))
    text = proposal_text(proposal, locale)
    return contract.TargetProposal(kind=_ADVICE[proposal.advice], ratio=own, others=others, text=text)


def _progress(progress: Progress, locale: str) -> contract.TargetProgress:
    kpi, ratio = progress.target.kpi, progress.ratio
    return contract.TargetProgress(
        target=to_message(progress.target),
        parent=named("targets", progress.parent),
        actual=None if progress.actual is None else _told(kpi, progress.actual),
        ratio=None if ratio is None else share_message(ratio),
        attained=progress.attained.percent(),
        expected=f"{rounded(progress.expected * 100, 1)}%",
        below=None if progress.below is None else _told(kpi, progress.below),
        gap=None if progress.gap is None else _change(kpi, progress.gap.number, progress.gap.currency),
        reasons=[_reason(progress, each, locale) for each in progress.reasons],
        proposals=[_proposal(each, locale) for each in progress.proposals],
    )
