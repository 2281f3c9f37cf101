"""What the directory publishes of sign-in: each event of the domain, its subject and its message."""

from millrace.directory.v1 import api_client_pb2, key_set_service_pb2, session_events_pb2, session_pb2

from chassis.key_sets import json_web_key
from chassis.publication import Publication, Publications
from chassis.wire import instant
from services.directory.domain import api_clients, credentials, sessions, signing_keys

_METHODS = {
    sessions.SignInMethod.PASSWORD: session_pb2.SIGN_IN_METHOD_PASSWORD,
    sessions.SignInMethod.OPENID: session_pb2.SIGN_IN_METHOD_OPENID,
}
_ENDS = {
    None: session_pb2.SESSION_END_UNSPECIFIED,
    sessions.SessionEnd.SIGNED_OUT: session_pb2.SESSION_END_SIGNED_OUT,
    sessions.SessionEnd.REVOKED: session_pb2.SESSION_END_REVOKED,
    sessions.SessionEnd.REUSED: session_pb2.SESSION_END_REUSED,
    sessions.SessionEnd.PASSWORD_CHANGED: session_pb2.SESSION_END_PASSWORD_CHANGED,
    sessions.SessionEnd.MEMBER_LEFT: session_pb2.SESSION_END_MEMBER_LEFT,
}


def _session(session: sessions.Session) -> session_events_pb2.SessionSnapshot:
    return session_events_pb2.SessionSnapshot(
        name=f"sessions/{session.uuid}",
        member=f"members/{session.member}",
        method=_METHODS[session.method],
        end=_ENDS[session.end],
        expire_time=instant(session.expires_at),
    )


def _client(client: api_clients.ApiClient) -> api_client_pb2.ApiClientSnapshot:
    return api_client_pb2.ApiClientSnapshot(
        name=f"apiClients/{client.uuid}",
        display_name=client.display_name,
        scopes=client.scopes,
        expire_time=instant(client.expires_at),
        revoke_time=instant(client.revoked_at),
    )


def _whose(guard: credentials.SignInGuard) -> str:
    return f"members/{guard.member}" if guard.member else ""


SIGN_IN: Publications = {
    sessions.SessionStarted: Publication(
        "session.started", lambda _, after: session_events_pb2.SessionStarted(session=_session(after))
    ),
    sessions.SessionRenewed: Publication(
        "session.refreshed", lambda _, after: session_events_pb2.SessionRefreshed(session=_session(after))
    ),
    sessions.SessionRevoked: Publication(
        "session.revoked", lambda _, after: session_events_pb2.SessionRevoked(session=_session(after))
    ),
    credentials.PasswordSet: Publication(
        "credential.changed", lambda _, after: session_events_pb2.PasswordChanged(member=f"members/{after.uuid}")
    ),
    credentials.SignInFailureCounted: Publication(
        "sign_in.failed",
        lambda event, after: session_events_pb2.SignInFailed(member=_whose(after), failures=event.failures),
    ),
    credentials.SignInLockBegan: Publication(
        "sign_in.locked",
        lambda event, after: session_events_pb2.SignInLocked(member=_whose(after), lock_end_time=instant(event.until)),
    ),
    credentials.SignInFailuresCleared: Publication(
        "sign_in.cleared", lambda _, after: session_events_pb2.SignInCleared(member=_whose(after))
    ),
    signing_keys.SigningKeyCreated: Publication(
        "signing_key.created",
        lambda _, after: key_set_service_pb2.SigningKeyCreated(
            key=json_web_key(key_id=str(after.uuid), public=after.public),
            sign_from_time=instant(after.sign_from),
            sign_until_time=instant(after.sign_until),
        ),
    ),
    signing_keys.SigningKeyEnded: Publication(
        "signing_key.ended",
        lambda _, after: key_set_service_pb2.SigningKeyEnded(
            key=json_web_key(key_id=str(after.uuid), public=after.public), end_time=instant(after.ended_at)
        ),
    ),
    api_clients.ApiClientCreated: Publication(
        "api_client.created", lambda _, after: api_client_pb2.ApiClientCreated(api_client=_client(after))
    ),
    api_clients.ApiClientRevoked: Publication(
        "api_client.revoked", lambda _, after: api_client_pb2.ApiClientRevoked(api_client=_client(after))
    ),
}
