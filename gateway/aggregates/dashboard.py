"""The dashboard (驾驶舱): the figures of a period, and what waits for the caller."""

from datetime import datetime
from typing import Any

from millrace.analytics.v1 import figure_pb2, figure_service_pb2
from millrace.approvals.v1 import approval_requests_pb2
from millrace.contracts.v1 import instalment_service_pb2
from millrace.gateway.v1.dashboard_service_pb2 import Dashboard
from millrace.pipeline.v1 import opportunity_service_pb2

from chassis.marks import STALE
from gateway.aggregates.gathering import Neighbours, Part, gather
from gateway.backends import Answered, Metadata

_MOST_APPROVALS, _MOST_OVERDUE = 20, 20
_FIGURES = "millrace.analytics.v1.FigureService"


async def dashboard(neighbours: Neighbours, request: Any, metadata: Metadata, until: float) -> Answered:
    """Funnel, sales, ratios, board, approvals and what is overdue, asked for at the same time."""
    board = Dashboard()
    today = datetime.now(neighbours.zone).date()
    parts = [*_figures(board, request), *_work(board, str(today))]
    missing, stale = await gather(neighbours, parts, metadata, until)
    board.missing.extend(missing)
    return board, ((STALE, "true"),) if stale else ()


def _figures(board: Dashboard, request: Any) -> list[Part]:
    selection = figure_pb2.Selection(period=request.period)
    by_team = figure_pb2.Selection(period=request.period, group_by=[figure_pb2.DIMENSION_TEAM])
    return [
        Part(
            "funnel",
            f"{_FIGURES}.QueryFunnel",
            figure_service_pb2.QueryFunnelRequest(selection=selection),
            board.funnel.CopyFrom,
            apart=True,
        ),
        Part(
            "sales",
            f"{_FIGURES}.QuerySales",
            figure_service_pb2.QuerySalesRequest(selection=by_team),
            board.sales.CopyFrom,
            apart=True,
        ),
        Part(
            "ratios",
            f"{_FIGURES}.QueryRatios",
            figure_service_pb2.QueryRatiosRequest(selection=selection),
            board.ratios.CopyFrom,
            apart=True,
        ),
    ]


def _work(board: Dashboard, today: str) -> list[Part]:
    awaiting = approval_requests_pb2.ListApprovalsRequest(awaiting_me=True, page_size=_MOST_APPROVALS)
    overdue = instalment_service_pb2.ListInstalmentsRequest(
        filter=f'open = true AND due_date < "{today}"', page_size=_MOST_OVERDUE
    )

    def put_overdue(answer: Any) -> None:
        board.overdue.extend(answer.instalments)
        board.overdue_count = answer.total_size

    return [
        Part(
            "board",
            "millrace.pipeline.v1.OpportunityService.SummarizeOpportunities",
            opportunity_service_pb2.SummarizeOpportunitiesRequest(),
            board.board.CopyFrom,
        ),
        Part(
            "pipeline_approvals",
            "millrace.pipeline.v1.ApprovalService.ListApprovals",
            awaiting,
            lambda answer: board.pipeline_approvals.extend(answer.approvals),
        ),
        Part(
            "contract_approvals",
            "millrace.contracts.v1.ApprovalService.ListApprovals",
            awaiting,
            lambda answer: board.contract_approvals.extend(answer.approvals),
        ),
        Part("overdue", "millrace.contracts.v1.InstalmentService.ListInstalments", overdue, put_overdue),
    ]
