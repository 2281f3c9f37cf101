"""LeadMailService on the wire: what the links in mails do."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from google.api.httpbody_pb2 import HttpBody
from millrace.leads.v1 import lead_mail_service_pb2 as contract

from chassis.jobs import carry_out
from chassis.mail.tokens import LinkKind, MailLink, link_of_token
from chassis.principal import Principal, Scope
from chassis.rpc.call import Call
from chassis.rpc.pages import NOT_FOUND, page, redirect, shown
from chassis.rpc.validation import validate
from chassis.texts import Texts
from chassis.work import Store, UnitOfWork
from services.leads.application.capture import WRITE
from services.leads.application.intake import IntakeDesk
from services.leads.application.nurturing.answering import follow_link, open_mail, unsubscribe_by_mail
from services.leads.rpc.pixel import PICTURE

_SENDER = Principal(subject="mail", grants={WRITE: Scope.ALL})
T = TypeVar("T")


class LeadMailServicer:
    """The links in mails (邮件链接), for whoever got one."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, *, mail_key: bytes) -> None:
        """`mail_key` seals the tokens of links."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._key = mail_key

    async def ShowUnsubscription(
        self, request: contract.ShowUnsubscriptionRequest, call: Call
    ) -> AsyncIterator[HttpBody]:
        """Ask whether to unsubscribe."""
        link = self._link(request.token, LinkKind.UNSUBSCRIBE)
        yield self._page("MAIL_PAGE_UNSUBSCRIBE", call, button=True) if link else self._unknown(call)

    async def Unsubscribe(self, requests: AsyncIterator[contract.UnsubscribeRequest], call: Call) -> HttpBody:
        """Unsubscribe the address."""
        token = ""
        async for request in requests:
            if not token:
                validate(request)
                token = request.token
        link = self._link(token, LinkKind.UNSUBSCRIBE)
        if link is None:
            return self._unknown(call)
        mail: UUID = link.mail
        await self._carry_out(call, lambda work: unsubscribe_by_mail(work, mail=mail))
        return self._page("MAIL_PAGE_UNSUBSCRIBED", call)

    async def FollowMailLink(self, request: contract.FollowMailLinkRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Lead to the content."""
        link, url = self._link(request.token, LinkKind.CONTENT), ""
        if link is not None:
            followed: MailLink = link
            url = await self._carry_out(call, lambda work: follow_link(work, link=followed, desk=self._desk))
        yield redirect(url) if url else self._unknown(call)

    async def ShowMailPixel(self, request: contract.ShowMailPixelRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Show the picture that counts."""
        link = self._link(request.token, LinkKind.PICTURE)
        if link is not None:
            mail: UUID = link.mail
            await self._carry_out(call, lambda work: open_mail(work, mail=mail, desk=self._desk))
        yield shown(HttpBody(content_type="image/gif", data=PICTURE))

    def _link(self, token: str, kind: LinkKind) -> MailLink | None:
        link = link_of_token(self._key, token)
        return link if link is not None and link.kind is kind else None

    async def _carry_out(self, call: Call, use_case: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await carry_out(self._store, _SENDER, action=call.method, use_case=use_case)

    def _unknown(self, call: Call) -> HttpBody:
        return self._page("MAIL_PAGE_LINK_UNKNOWN", call, status=NOT_FOUND)

    def _page(self, reason: str, call: Call, *, button: bool = False, status: int = 200) -> HttpBody:
        def say(part: str) -> str:
            return self._texts.render(f"{reason}{part}", {}, call.locale)

        words = say("_BUTTON") if button else ""
        return page(title=say("_TITLE"), text=say(""), button=words, locale=call.locale, status=status)
