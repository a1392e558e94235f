"""Mail by SMTP. The same message sent twice has one Message-ID, so that a mail program shows it once."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from webapp.notifications.adapters.message import Mail, Message
from webapp.notifications.adapters.robot import spoken
from webapp.notifications.rules import Outcome

SECONDS = 10


def send(message: Message) -> Outcome:
    mail = message.house.mail
    if mail is None:
        return Outcome("refused", "mail_not_set")
    try:
        with _connected(mail) as server:
            refused = server.send_message(letter(message, mail))
    except smtplib.SMTPAuthenticationError as error:
        return Outcome("refused", "mail_sign_in", _said(error))
    except smtplib.SMTPRecipientsRefused as error:
        return _recipients(error)
    except smtplib.SMTPResponseException as error:
        again = 400 <= error.smtp_code < 500
        return Outcome("again" if again else "refused", "mail_later" if again else "channel_refused", _said(error))
    except TimeoutError:
        return Outcome("again", "channel_timeout")
    except smtplib.SMTPNotSupportedError:
        return Outcome("refused", "mail_no_tls")
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("again", "channel_unreachable", type(error).__name__)
    return Outcome("sent", None, ", ".join(f"{who}: {code}" for who, (code, _) in refused.items()))


def letter(message: Message, mail: Mail) -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = f"Onsite: {message.text.partition(chr(10))[0]}"[:150]
    made["From"] = mail.sender
    made["To"] = ", ".join(recipients(message.target))
    made["Date"] = format_datetime(message.at)
    made["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@onsite>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(spoken(message.text, message.link) + "\n")
    return made


def recipients(target: str) -> list[str]:
    return [part for part in target.replace(";", " ").replace(",", " ").split() if part]


def _connected(mail: Mail) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if mail.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    try:
        if mail.security == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def _recipients(error: smtplib.SMTPRecipientsRefused) -> Outcome:
    """For now (greylisting, a full box), or for good."""
    codes = [code for code, _ in error.recipients.values()]
    again = all(400 <= code < 500 for code in codes)
    said = ", ".join(f"{who}: {code}" for who, (code, _) in error.recipients.items())
    return Outcome("again" if again else "refused", "mail_later" if again else "mail_nobody", said)


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
