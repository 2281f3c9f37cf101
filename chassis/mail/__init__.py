"""Mail to customers (邮件): ordered in the transaction of the fact, handed over afterwards, at most once.

    MAILS, MAIL_CHOICES = mail_tables(METADATA)                       # storage/metadata.py
    order_mail(work, MAILS, lambda mail: MailOrder(…))                # a use case
    JobKind(SEND_MAIL, Postman(…).run, lease=LEASE)                   # work of its own: `deliveries`

Who may be mailed follows from what the address chose, whoever's record it stands in (`trade/mail_choices.py`); what is
promised of a mail whose sender dies is ADR 91.
"""

from chassis.mail.mail import Mail, MailCannotBeSentAgain, MailNotFound, MailOrder, MailState
from chassis.mail.settings import MailSettings
from chassis.mail.tables import mail_tables

__all__ = [
    "Mail",
    "MailCannotBeSentAgain",
    "MailNotFound",
    "MailOrder",
    "MailSettings",
    "MailState",
    "mail_tables",
]
