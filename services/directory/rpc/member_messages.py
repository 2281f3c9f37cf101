"""Members between the wire and the domain."""

from millrace.directory.v1 import member_pb2

from chassis.wire import named, reference
from services.directory.domain.member import Member, MemberDetails, Seniority, WorkingState
from services.directory.rpc.editing import Fields, read_all
from trade.industries import industry_codes

SENIORITIES = {
    Seniority.JUNIOR: member_pb2.SENIORITY_JUNIOR,
    Seniority.REGULAR: member_pb2.SENIORITY_REGULAR,
    Seniority.SENIOR: member_pb2.SENIORITY_SENIOR,
}
WORKING_STATES = {
    WorkingState.WORKING: member_pb2.WORKING_STATE_WORKING,
    WorkingState.ON_LEAVE: member_pb2.WORKING_STATE_ON_LEAVE,
}
_SENIORITY_OF = {number: seniority for seniority, number in SENIORITIES.items()}
_WORKING_STATE_OF = {number: state for state, number in WORKING_STATES.items()}

FIELDS: Fields = {
    "display_name": lambda member: member.display_name.strip(),
    "pinyin": lambda member: member.pinyin.strip(),
    "email": lambda member: member.email.strip().lower(),
    "roles": lambda member: tuple(member.roles),
    "team": lambda member: reference(member.team, field="member.team"),
    "region": lambda member: reference(member.region, field="member.region"),
    "seniority": lambda member: _SENIORITY_OF.get(member.seniority, Seniority.REGULAR),
    "capacity": lambda member: member.capacity,
    "skills": lambda member: industry_codes(member.skills),
    "working_state": lambda member: _WORKING_STATE_OF.get(member.working_state, WorkingState.WORKING),
}


def details_of(member: member_pb2.Member) -> MemberDetails:
    """What the message says of a new member."""
    return MemberDetails(**read_all(member, FIELDS))


def to_message(member: Member) -> member_pb2.Member:
    """The member on the wire."""
    details = member.details
    message = member_pb2.Member(
        name=member.name,
        display_name=details.display_name,
        pinyin=details.pinyin,
        email=details.email,
        roles=details.roles,
        team=named("teams", details.team),
        region=named("regions", details.region),
        seniority=SENIORITIES[details.seniority],
        capacity=details.capacity,
        skills=details.skills,
        working_state=WORKING_STATES[details.working_state],
        active=member.active,
        etag=str(member.version),
    )
    message.create_time.FromDatetime(member.created_at)
    message.update_time.FromDatetime(member.updated_at)
    return message
