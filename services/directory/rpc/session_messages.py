"""Sessions as messages."""

from millrace.directory.v1 import session_pb2

from chassis.wire import instant
from services.directory.application.sign_in import SignedIn
from services.directory.domain.sessions import Session, SignInMethod
from services.directory.rpc.token_issuer import IssuedToken

_METHODS = {
    SignInMethod.PASSWORD: session_pb2.SIGN_IN_METHOD_PASSWORD,
    SignInMethod.OPENID: session_pb2.SIGN_IN_METHOD_OPENID,
}


def to_message(session: Session, *, display_name: str = "") -> session_pb2.Session:
    """A session without its tokens."""
    return session_pb2.Session(
        name=f"sessions/{session.uuid}",
        member=f"members/{session.member}",
        member_display_name=display_name,
        method=_METHODS[session.method],
        device=session.device,
        create_time=instant(session.created_at),
        refresh_time=instant(session.refreshed_at),
        expire_time=instant(session.expires_at),
    )


def with_tokens(signed_in: SignedIn, *, access: IssuedToken, refresh_token: str) -> session_pb2.Session:
    """A session for the one who just proved who he is."""
    message = to_message(signed_in.session, display_name=signed_in.member.details.display_name)
    message.access_token = access.token
    message.access_token_expire_time.FromDatetime(access.expire_time)
    message.refresh_token = refresh_token
    return message
