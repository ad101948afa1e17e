"""Build the message of an email's row, and give it to a mail server."""

from email.utils import parseaddr
from smtplib import SMTP
from typing import cast

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends import smtp
from django.utils.encoding import punycode

from bursar.columns.address import sendable
from bursar.notices.failure import AddressNotSupported
from bursar.notices.models import Email, PersonalEmail
from bursar.notices.secret import fill_secret


def message(email: Email | PersonalEmail) -> EmailMultiAlternatives:
    """Return the message that is sent for an email's row. Errors: BadAddress.

    The Message-ID is made from the row's id: if an answer is lost and the email sent again, readers see one email.
    """
    headers = {}
    if settings.HEADERS_WITH_ID is not None:
        host = punycode(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2])
        headers = {"Message-ID": f"<{email.pk}@{host}>", **settings.HEADERS_WITH_ID}
    text, html = (fill_secret(part, email.secret) for part in (email.text, email.html))
    message = EmailMultiAlternatives(email.subject, text, to=[sendable(email.address)], headers=headers)
    message.attach_alternative(html, "text/html")
    return message


class EmailBackend(smtp.EmailBackend):
    """Django's mail server, written to as RFC 6531 says where an address has letters beyond ASCII before the @."""

    def _send(self, email_message: EmailMessage) -> bool:
        [address] = email_message.recipients()
        if address.isascii():
            return bool(super()._send(email_message))  # type: ignore[misc]
        server = cast(SMTP, self.connection)
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("smtputf8"):
            raise AddressNotSupported(
                "this mail server takes no address with letters beyond ASCII before the @ (SMTPUTF8)"
            )
        # Django's messages take the line end as a parameter; the types of the standard library do not know it.
        content = email_message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        sender = parseaddr(email_message.from_email)[1]
        server.sendmail(sender, [address], content, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
        return True
