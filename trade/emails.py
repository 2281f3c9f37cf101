"""Mail addresses in the form that tells whether two are one mailbox."""

import re
from dataclasses import dataclass

from trade.reasons import Reason
from trade.text import listed, tidy

# Mailboxes anybody can have: their domain says nothing about the firm.
FREE_MAIL_DOMAINS = frozenset(
    listed(
        """
        qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net 188.com sina.com sina.cn
        vip.sina.com sohu.com 139.com 189.cn wo.cn 21cn.com tom.com aliyun.com 263.net gmail.com
        outlook.com hotmail.com live.com live.cn msn.com yahoo.com yahoo.com.cn yahoo.cn yahoo.co.jp
        yahoo.co.uk ymail.com icloud.com me.com mac.com aol.com proton.me protonmail.com gmx.com gmx.de
        gmx.net web.de mail.ru yandex.ru yandex.com mail.com naver.com hanmail.net
        """
    )
)
_SAME_DOMAIN = {"googlemail.com": "gmail.com", "pm.me": "proton.me", "protonmail.com": "proton.me"}
_TAGGED_DOMAINS = frozenset({"gmail.com", "outlook.com", "hotmail.com", "live.com", "icloud.com", "proton.me"})
# Mailboxes of an office rather than of a person.
_ROLE_MAILBOXES = frozenset(
    listed(
        """
        admin administration account accounting caiwu contact contacts enquiry enquiries finance hello
        help hr info inquiry invoice jobs kefu mail marketing noreply office order orders postmaster pr
        procurement purchase purchasing reception sale sales service services shichang support webmaster
        xiaoshou zhaopin
        """
    )
)
_MAILBOX = re.compile(r"(?!\.)(?!.*\.\.)[a-z0-9!#$%&'*+/=?^_`{|}~.\-]{1,64}(?<!\.)")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A mail address as written, its canonical form, or the reason why it has none."""

    text: str
    canonical: str = ""
    domain: str = ""
    problem: Reason | None = None

    @property
    def company_domain(self) -> str:
        """The domain when it belongs to a firm, empty for free mail."""
        return "" if self.domain in FREE_MAIL_DOMAINS else self.domain

    @property
    def is_role(self) -> bool:
        """Whether an office reads it (info@, sales@), not one person."""
        return self.canonical.partition("@")[0] in _ROLE_MAILBOXES


def email(text: str) -> Email:
    """Read one mail address; what cannot be one stays as text with a reason.

    The canonical form is lower case; where the provider delivers `name+tag` and Gmail's dots to one mailbox,
    they are dropped.
    """
    tidied = tidy(text).strip("<>;,. ").lower().removeprefix("mailto:")
    mailbox, _, domain = tidied.rpartition("@")
    domain = _ascii_domain(domain)
    if not (_MAILBOX.fullmatch(mailbox) and _DOMAIN.fullmatch(domain)):
        return Email(text=tidied, problem=Reason("EMAIL_INVALID"))
    domain = _SAME_DOMAIN.get(domain, domain)
    if domain in _TAGGED_DOMAINS:
        mailbox = mailbox.partition("+")[0] or mailbox
    if domain == "gmail.com":
        mailbox = mailbox.replace(".", "")
    return Email(text=tidied, canonical=f"{mailbox}@{domain}", domain=domain)


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
