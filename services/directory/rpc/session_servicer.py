"""SessionService on the wire."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from millrace.directory.v1 import session_pb2, session_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.tokens import TokenVerifier
from chassis.wire import uuid_of
from chassis.work import Store, UnitOfWork
from services.directory.application.openid import OpenIdProvider
from services.directory.application.sessions import list_sessions, refresh_session, revoke_session, sign_out
from services.directory.application.sign_in import NewSession, SignedIn, sign_in, sign_in_with_identity
from services.directory.domain.api_clients import digest_of
from services.directory.domain.credentials import LockOutPolicy
from services.directory.domain.identities import OpenIdNotConfigured
from services.directory.domain.sessions import SessionLimits
from services.directory.rpc.outcomes import committed
from services.directory.rpc.password_checking import PasswordChecking
from services.directory.rpc.session_messages import to_message, with_tokens
from services.directory.rpc.token_issuer import TokenIssuer
from services.directory.storage.sealing import Sealing, new_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInParts:
    """What the servicers of sign-in share."""

    store: Store
    checking: PasswordChecking
    issuer: TokenIssuer
    verifier: TokenVerifier
    sealing: Sealing
    policy: LockOutPolicy
    limits: SessionLimits
    openid: OpenIdProvider | None
    page_key: bytes


class SessionServicer:
    """Sign-in of members (登录)."""

    def __init__(self, parts: SignInParts) -> None:
        self._parts = parts

    async def GetSignInOptions(
        self, _request: session_service_pb2.GetSignInOptionsRequest, _call: Call
    ) -> session_service_pb2.SignInOptions:
        """Tell how members may sign in."""
        return session_service_pb2.SignInOptions(openid=self._parts.openid is not None)

    async def SignIn(self, request: session_service_pb2.SignInRequest, call: Call) -> session_pb2.Session:
        """Sign in by password."""
        parts = self._parts
        check = await parts.checking.check(call, email=request.email, password=request.password)
        token = new_secret()
        new = self._new(token, request.device)
        signed_in = await committed(
            parts.store, call, request, lambda work: sign_in(work, check=check, policy=parts.policy, new=new)
        )
        return await self._answer(signed_in, token)

    async def RefreshSession(
        self, request: session_service_pb2.RefreshSessionRequest, call: Call
    ) -> session_pb2.Session:
        """Renew a session."""
        parts = self._parts
        successor = parts.sealing.successor(request.refresh_token)
        signed_in = await committed(
            parts.store,
            call,
            request,
            lambda work: refresh_session(
                work,
                token_digest=digest_of(request.refresh_token),
                successor_digest=digest_of(successor),
                limits=parts.limits,
            ),
        )
        return await self._answer(signed_in, successor)

    async def SignOut(
        self, request: session_service_pb2.SignOutRequest, call: Call
    ) -> session_service_pb2.SignOutResponse:
        """End the calling session; programs have none."""
        session = await self._calling_session(call)

        async def run(work: UnitOfWork) -> None:
            if session is not None:
                await sign_out(work, session=session)

        answer: session_service_pb2.SignOutResponse = await self._parts.store.write(
            call, request, run, answer=lambda _: session_service_pb2.SignOutResponse()
        )
        return answer

    async def ListSessions(
        self, request: session_service_pb2.ListSessionsRequest, call: Call
    ) -> session_service_pb2.ListSessionsResponse:
        """List the caller's sessions."""
        wanted = page_request(request, call, key=self._parts.page_key)
        page = await self._parts.store.read(call, lambda read: list_sessions(read, wanted=wanted))
        return session_service_pb2.ListSessionsResponse(
            sessions=[to_message(session, display_name=call.principal.display_name) for session in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def RevokeSession(self, request: session_service_pb2.RevokeSessionRequest, call: Call) -> session_pb2.Session:
        """End a session."""
        session = uuid_of(request.name)
        answer: session_pb2.Session = await self._parts.store.write(
            call, request, lambda work: revoke_session(work, session=session), answer=to_message
        )
        return answer

    async def StartOpenIdSignIn(
        self, request: session_service_pb2.StartOpenIdSignInRequest, call: Call
    ) -> session_service_pb2.StartOpenIdSignInResponse:
        """Send somebody to the provider."""
        state, verifier, nonce = new_secret(), secrets.token_urlsafe(48), new_secret()
        url = await self._openid().prepare_start(
            redirect_uri=request.redirect_uri, state=state, verifier=verifier, nonce=nonce, now=call.now
        )
        return session_service_pb2.StartOpenIdSignInResponse(
            authorization_url=url, state=state, code_verifier=verifier, nonce=nonce
        )

    async def FinishOpenIdSignIn(
        self, request: session_service_pb2.FinishOpenIdSignInRequest, call: Call
    ) -> session_pb2.Session:
        """Take somebody back from the provider."""
        identity = await self._openid().prepare_finish(
            code=request.code,
            redirect_uri=request.redirect_uri,
            verifier=request.code_verifier,
            nonce=request.nonce,
            now=call.now,
        )
        token = new_secret()
        new = self._new(token, request.device)
        signed_in = await committed(
            self._parts.store, call, request, lambda work: sign_in_with_identity(work, identity=identity, new=new)
        )
        return await self._answer(signed_in, token)

    def _openid(self) -> OpenIdProvider:
        if self._parts.openid is None:
            raise OpenIdNotConfigured
        return self._parts.openid

    def _new(self, token: str, device: str) -> NewSession:
        return NewSession(token_digest=digest_of(token), device=device, limits=self._parts.limits)

    async def _answer(self, signed_in: SignedIn, refresh_token: str) -> session_pb2.Session:
        member, session = signed_in.member, signed_in.session
        access = await self._parts.issuer.issue(subject=member.name, session=session.uuid, roles=member.details.roles)
        return with_tokens(signed_in, access=access, refresh_token=refresh_token)

    async def _calling_session(self, call: Call) -> UUID | None:
        claims = await self._parts.verifier.verify(call.token, call.now)
        return claims.session if claims.subject.startswith("members/") else None
