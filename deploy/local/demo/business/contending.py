"""Whom two members claim in the demo company (撞单): one case the rules decided, and one whose loser appealed."""

import grpc
from google.api.httpbody_pb2 import HttpBody
from millrace.directory.v1 import member_service_pb2
from millrace.pipeline.v1 import (
    collision_case_pb2,
    collision_case_service_pb2,
    evidence_pb2,
    evidence_service_pb2,
    opportunity_service_pb2,
    registration_pb2,
    registration_service_pb2,
)

from deploy.local.demo.business.actors import SELLER, Actors
from deploy.local.demo.business.selling import REFUSED
from deploy.local.demo.business.trading import PAPER

REP = "sales"
WHY = "客户去年起由我对接，附本人与客户确认的需求文档"
AGAIN = "客户采购负责人书面说明由我继续对接，请再次裁决"
LOOKED_AT = 50  # registrations, the newest first: they protect their customers still


def contend(actors: Actors) -> None:
    """A manager opens a case for each of two reps; the one with an account appeals, and his waits for a manager."""
    held = _held(actors)
    for number, reps in enumerate(_reps(actors)):
        rep, worked = next(((rep, name) for rep in reps if (name := _worked(actors, rep))), ("", ""))
        contested = next((each for each in held[number:] if each.owner != rep), None)
        if not worked or contested is None:
            continue
        case = _open(actors, contested.account, rep, _evidence(actors, worked, number), number)
        if case is not None and number:
            _appeal(actors, case, number)


def _reps(actors: Actors) -> tuple[list[str], list[str]]:
    """The reps nobody signs in as, and the one with an account."""
    everybody = member_service_pb2.ListMembersRequest(
        page_size=200, order_by="display_name", filter=f"active = true AND roles:{REP}"
    )
    members = actors.ask(SELLER, "directory.MemberService.ListMembers", everybody).members
    known = [each.name for each in members if actors.knows(each.email)]
    others = [each.name for each in members if not actors.knows(each.email)]
    return others, known


def _held(actors: Actors) -> list[registration_pb2.Registration]:
    """The registrations that protect a customer now, each of another account."""
    wanted = registration_service_pb2.ListRegistrationsRequest(
        page_size=LOOKED_AT, filter="state = REGISTRATION_STATE_APPROVED", order_by="create_time desc"
    )
    found = actors.ask(SELLER, "pipeline.RegistrationService.ListRegistrations", wanted).registrations
    return list({each.account: each for each in found if each.account}.values())


def _worked(actors: Actors, rep: str) -> str:
    """An opportunity the rep works; empty where there is none."""
    mine = opportunity_service_pb2.ListOpportunitiesRequest(
        page_size=1, filter=f"owner = {rep} AND state = OPPORTUNITY_STATE_OPEN", order_by="create_time"
    )
    worked = actors.ask(SELLER, "pipeline.OpportunityService.ListOpportunities", mine).opportunities
    return str(worked[0].name) if worked else ""


def _evidence(actors: Actors, worked: str, number: int) -> str:
    """The document of a requirement that a rep has of a customer of his."""
    upload = evidence_service_pb2.UploadEvidenceRequest(
        parent=worked,
        kind=evidence_pb2.EVIDENCE_KIND_REQUIREMENT_DOCUMENT,
        file_name="客户需求确认.pdf",
        file=HttpBody(content_type="application/pdf", data=PAPER),
        request_id=f"demo-contend-proof-{number}",
    )
    return str(actors.send(SELLER, "pipeline.EvidenceService.UploadEvidence", [upload]).name)


def _open(
    actors: Actors, account: str, rep: str, evidence: str, number: int
) -> collision_case_pb2.CollisionCase | None:
    request = collision_case_service_pb2.OpenCollisionCaseRequest(
        account=account, claimant=rep, statement=WHY, evidence=[evidence], request_id=f"demo-contend-{number}"
    )
    try:
        case: collision_case_pb2.CollisionCase = actors.ask(
            SELLER, "pipeline.CollisionCaseService.OpenCollisionCase", request
        )
    except grpc.RpcError as error:
        if error.code() not in REFUSED:
            raise
        return None
    return case


def _appeal(actors: Actors, case: collision_case_pb2.CollisionCase, number: int) -> None:
    request = collision_case_service_pb2.AppealCollisionCaseRequest(
        name=case.name, statement=AGAIN, request_id=f"demo-contend-appeal-{number}"
    )
    actors.ask(REP, "pipeline.CollisionCaseService.AppealCollisionCase", request)
