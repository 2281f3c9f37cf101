"""FigureService on the wire."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from millrace.analytics.v1 import figure_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.work import Store
from services.analytics.application.figures import (
    against,
    query_funnel,
    query_practices,
    query_ratios,
    query_sales,
    query_stage_times,
)
from services.analytics.domain.facts import Practice, Step
from services.analytics.domain.figures import NOT_KNOWN, Difference, Group, Tallies
from services.analytics.domain.funnel import Funnel, FunnelStep, Mode, Stage
from services.analytics.domain.practice_effects import PracticeEffect
from services.analytics.domain.questions import Dimension, RatioByMonth
from services.analytics.domain.ratios import Measured, Metric
from services.analytics.domain.stage_times import StageTime
from services.analytics.rpc.selections import (
    amounts_message,
    decimal_message,
    group_message,
    question_of,
    ratio_message,
    share_message,
)

_MODES: Mapping[int, Mode] = {contract.FUNNEL_MODE_WINDOW: Mode.WINDOW}
_STAGES: Mapping[Stage, Any] = {each: contract.FunnelStage.Value(f"FUNNEL_STAGE_{each.name}") for each in Stage}
_STEPS: Mapping[Step, Any] = {
    each: _STAGES[Stage.OPPORTUNITY if each is Step.PROSPECT else Stage(each.value)] for each in Step
}
_PRACTICES: Mapping[Practice, Any] = {each: contract.Practice.Value(f"PRACTICE_{each.name}") for each in Practice}
_METRICS: Mapping[Metric, Any] = {each: contract.MetricKind.Value(f"METRIC_KIND_{each.name}") for each in Metric}


class FigureServicer:
    """Figures (指标)."""

    def __init__(self, store: Store, texts: Texts, *, zone: tzinfo) -> None:
        """Reads only; `zone` tells which day it is."""
        self._store = store
        self._texts = texts
        self._zone = zone

    async def QueryFunnel(self, request: contract.QueryFunnelRequest, call: Call) -> contract.QueryFunnelResponse:
        """The funnel."""
        question, mode = question_of(request.selection), _MODES.get(request.mode, Mode.COHORT)
        report = await self._store.read(call, lambda read: query_funnel(read, question=question, mode=mode))
        differences = against(report, request.compare_to) if request.compare_to else {}
        return contract.QueryFunnelResponse(
            period=request.selection.period,
            mode=contract.FunnelMode.Value(f"FUNNEL_MODE_{mode.name}"),
            total=_funnel((), report.total),
            groups=[_funnel(group, each, differences.get(group, ())) for group, each in report.groups.items()],
        )

    async def QuerySales(self, request: contract.QuerySalesRequest, call: Call) -> contract.QuerySalesResponse:
        """What was signed and received."""
        question = question_of(request.selection)
        report = await self._store.read(call, lambda read: query_sales(read, question=question))
        return contract.QuerySalesResponse(
            period=request.selection.period,
            total=_sales((), report.total),
            groups=[_sales(group, each) for group, each in report.groups.items()],
        )

    async def QueryStageTimes(
        self, request: contract.QueryStageTimesRequest, call: Call
    ) -> contract.QueryStageTimesResponse:
        """How long stages take."""
        question = question_of(request.selection)
        found = await self._store.read(call, lambda read: query_stage_times(read, question=question))
        return contract.QueryStageTimesResponse(
            period=request.selection.period,
            stage_times=[_stage_time(group, each) for group, times in found.items() for each in times],
        )

    async def QueryPractices(
        self, request: contract.QueryPracticesRequest, call: Call
    ) -> contract.QueryPracticesResponse:
        """What the won ones did."""
        question, wording = question_of(request.selection), Wording(self._texts, call.locale)
        found = await self._store.read(call, lambda read: query_practices(read, question=question))
        return contract.QueryPracticesResponse(
            period=request.selection.period,
            practices=[_practice(group, each, wording) for group, effects in found.items() for each in effects],
        )

    async def QueryRatios(self, request: contract.QueryRatiosRequest, call: Call) -> contract.QueryRatiosResponse:
        """Every ratio. What is owned at the end of a period is no sum of months."""
        question = question_of(request.selection)
        if Dimension.MONTH in question.group_by:
            raise RatioByMonth(field="selection.group_by")
        today = call.now.astimezone(self._zone).date()
        found = await self._store.read(call, lambda read: query_ratios(read, question=question, today=today))
        return contract.QueryRatiosResponse(
            period=request.selection.period,
            metrics=[_metric(group, each) for group, metrics in found.items() for each in metrics],
        )


def _funnel(group: Group, funnel: Funnel, differences: Sequence[tuple[Stage, Difference]] = ()) -> contract.Funnel:
    return contract.Funnel(
        group=group_message(group),
        steps=[_step(each) for each in funnel.steps],
        bottleneck=_stage(funnel.bottleneck),
        worst_loss=_stage(funnel.worst_loss),
        loss_reasons=[contract.LossReason(reason=key, count=count) for key, count in funnel.loss_reasons.items()],
        win_reasons=[contract.WinReason(reason=key, count=count) for key, count in funnel.win_reasons.items()],
        differences=[_difference(stage, each) for stage, each in differences],
    )


def _stage(stage: Stage | None) -> Any:
    return contract.FUNNEL_STAGE_UNSPECIFIED if stage is None else _STAGES[stage]


def _step(step: FunnelStep) -> contract.FunnelStep:
    return contract.FunnelStep(
        stage=_STAGES[step.stage],
        count=step.count,
        moved_on=step.moved_on,
        lost=step.lost,
        open=step.still_open,
        rate=share_message(step.rate),
        amounts=amounts_message(step.amounts),
        lost_amounts=amounts_message(step.lost_amounts),
    )


def _difference(stage: Stage, told: Difference) -> contract.RateDifference:
    if told.points is None:
        text = NOT_KNOWN
    else:
        percent = NOT_KNOWN if told.percent is None else f"{told.percent:+}%"
        text = f"{told.points:+} / {percent}".replace("-", "−")
    return contract.RateDifference(
        stage=_STAGES[stage], points=decimal_message(told.points), percent=decimal_message(told.percent), text=text
    )


def _sales(group: Group, found: Tallies) -> contract.Sales:
    return contract.Sales(
        group=group_message(group),
        orders=found.count("orders"),
        signed=amounts_message(found.amounts("orders")),
        received=amounts_message(found.amounts("received")),
        due=amounts_message(found.amounts("due")),
        paid_of_due=amounts_message(found.amounts("paid_of_due")),
    )


def _stage_time(group: Group, time: StageTime) -> contract.StageTime:
    return contract.StageTime(
        group=group_message(group),
        stage=_STEPS[time.step],
        entered=time.entered,
        moved_on=time.moved_on,
        moved_back=time.moved_back,
        lost=time.lost,
        open=time.still_open,
        share=share_message(time.share),
        average_days=decimal_message(time.average),
        median_days=decimal_message(time.median),
    )


def _practice(group: Group, effect: PracticeEffect, wording: Wording) -> contract.PracticeEffect:
    silence = wording.reasons([effect.silence] if effect.silence else [])
    return contract.PracticeEffect(
        group=group_message(group),
        practice=_PRACTICES[effect.practice],
        won_with=effect.won_with,
        won_without=effect.won_without,
        lost_with=effect.lost_with,
        lost_without=effect.lost_without,
        rate_with=share_message(effect.rate_with),
        rate_without=share_message(effect.rate_without),
        points=decimal_message(effect.points),
        p_value=decimal_message(effect.chance),
        silence=silence[0] if silence else None,
    )


def _metric(group: Group, measured: Measured) -> contract.Metric:
    return contract.Metric(
        group=group_message(group),
        kind=_METRICS[measured.metric],
        ratio=ratio_message(measured.ratio, text=measured.text, value=measured.value),
    )
