"""Mails of our own making, shaped as programs and servers really send them; what each says when it is read.

Each is (bytes, what must be so): `text`, `subject`, `sender`, `name`, `auto`, `files`, `has` (in the text), `hasnt`,
`thread`, `bounce` (message id, recipient, a part of the words), or `reason` where it cannot be read.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from quopri import encodestring
from typing import Any

Made = tuple[bytes, Mapping[str, Any]]

GREETING = "您好，我们收到的货破损严重，请尽快处理。谢谢！"


def heads(
    subject: str = "Broken seal", sender: str = "Lena Vogt <lena@vogt.example>", id: str = "", **more: str
) -> str:
    found = {
        "Return-Path": "<lena@vogt.example>",
        "Received": "from mx.vogt.example (mx.vogt.example [192.0.2.7])\r\n\tby mail.yun.example; Mon, 23 Nov 2026 08:00:01 +0800",
        "From": sender,
        "To": "service@yun.example",
        "Subject": subject,
        "Date": "Mon, 23 Nov 2026 08:00:00 +0800",
        "Message-ID": f"<{id or 'x'}@vogt.example>",
        "MIME-Version": "1.0",
    }
    found |= {name.replace("_", "-"): value for name, value in more.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in found.items() if value)


def plain(
    text: str, code: str = "utf-8", how: str = "8bit", *, label: str | None = None, errors: str = "strict", **more: str
) -> bytes:
    """One part; `label` is the code it says it is in, where that is not the one it is in."""
    data = text.replace("\n", "\r\n").encode(code, errors)
    data = b64encode(data) if how == "base64" else encodestring(data) if how == "quoted-printable" else data
    said = code if label is None else label
    kind = f"Content-Type: text/plain{f'; charset={said}' if said else ''}\r\nContent-Transfer-Encoding: {how}\r\n\r\n"
    return (heads(**more) + kind).encode("utf-8", "surrogateescape") + data + b"\r\n"


def word(text: str, code: str = "utf-8", at: int | None = None) -> str:
    """An encoded word; cut in two at that byte, be it within a character."""
    data = text.encode(code)
    pieces = [data] if at is None else [data[:at], data[at:]]
    return "\r\n ".join(f"=?{code}?B?{b64encode(piece).decode()}?=" for piece in pieces)


def part(kind: str, body: str | bytes, how: str = "7bit", **more: str) -> bytes:
    data = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
    if how == "base64":
        data = b64encode(data)
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {how}\r\n{extra}\r\n".encode() + data


def joined(kind: str, *parts: bytes, boundary: str = "=_b1") -> bytes:
    """A part made of others, its own head first."""
    lines = b"".join(b"--" + boundary.encode() + b"\r\n" + one + b"\r\n" for one in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
        + lines
        + f"--{boundary}--\r\n".encode()
    )


def whole(body: bytes, **more: str) -> bytes:
    return heads(**more).encode("utf-8", "surrogateescape") + body


PDF = part(
    "application/pdf", b"%PDF-1.7 " + b"x" * 3000, "base64", Content_Disposition='attachment; filename="quote.pdf"'
)
PLAIN = part("text/plain; charset=utf-8", "The seal is broken.")
PAGE = part("text/html; charset=utf-8", "<p>The seal is <b>broken</b>.</p>")
INVITE = (
    'BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1@vogt.example\nDTSTART;TZID="China Standard Time":20261201T090000\n'
    "SUMMARY:Visit\nEND:VEVENT\nEND:VCALENDAR\n"
)
OURS = "<ours@yun.example>"


def reply(text: str, **more: str) -> bytes:
    return plain(
        text, **({"subject": "Re: Your seal", "In_Reply_To": OURS, "References": f"<a@b.example> {OURS}"} | more)
    )


# --- characters ------------------------------------------------------------------------------------------


def _characters() -> dict[str, Made]:
    says = {"text": GREETING}
    return {
        "plain ASCII": (plain("It leaks.\nAgain."), {"text": "It leaks.\nAgain.", "subject": "Broken seal", "auto": ""}),
        "UTF-8 as it is": (plain(GREETING), says),
        "UTF-8 quoted-printable": (plain(GREETING, how="quoted-printable"), says),
        "UTF-8 base64": (plain(GREETING, how="base64"), says),
        "GB2312 base64, subject cut within a character": (
            plain(GREETING, "gb2312", "base64", subject=word("投诉：到货破损严重", "gb2312", 7)),
            says | {"subject": "投诉：到货破损严重"},
        ),
        "GBK in a body and in bare headers": (
            plain(
                GREETING, "gbk", subject="到货破损，请处理".encode("gbk").decode("ascii", "surrogateescape"),
                sender=("王小姐".encode("gbk") + b" <wang@vogt.example>").decode("ascii", "surrogateescape"),
            ),
            says | {"subject": "到货破损，请处理", "name": "王小姐", "sender": "wang@vogt.example"},
        ),
        "GB18030 quoted-printable": (plain(f"{GREETING}𠮷", "gb18030", "quoted-printable"), {"text": f"{GREETING}𠮷"}),
        "says GB2312 and is GBK": (plain("朱镕基 囍", "gbk", "base64", label="GB2312"), {"text": "朱镕基 囍"}),
        "says GB2312 and a byte is damaged": (
            whole(b"Content-Type: text/plain; charset=gb2312\r\n\r\n" + GREETING.encode("gbk")[:-4] + b"\xff\r\n"),
            {"has": "您好，我们收到的货破损严重"},
        ),
        "Big5 base64": (plain("貨品破損，請盡快處理", "big5", "base64"), {"text": "貨品破損，請盡快處理"}),
        "ISO-2022-JP": (plain("商品が壊れていました", "iso-2022-jp", "7bit"), {"text": "商品が壊れていました"}),
        "Shift-JIS with what only Windows has": (plain("①商品が壊れ", "cp932", label="Shift_JIS"), {"text": "①商品が壊れ"}),
        "EUC-KR": (plain("물건이 파손되었습니다", "euc-kr", "base64"), {"text": "물건이 파손되었습니다"}),
        "KOI8-R": (plain("Товар повреждён", "koi8-r", "base64", subject=word("Жалоба", "koi8-r")), {
            "text": "Товар повреждён", "subject": "Жалоба",
        }),
        "says Latin-1 and has the quotes of Windows": (
            plain("Die Dichtung „leckt“ – seit gestern", "cp1252", label="iso-8859-1"),
            {"text": "Die Dichtung „leckt“ – seit gestern"},
        ),
        "says ASCII and is UTF-8": (plain(GREETING, label="us-ascii"), says),
        "says nothing and is Latin-1": (plain("Fuite à la vanne, réglée hier", "latin-1", label=""), {
            "text": "Fuite à la vanne, réglée hier",
        }),
        "says nothing and is GBK": (plain(GREETING, "gbk", label=""), says),
        "says a code nobody knows": (plain(GREETING, label="x-unknown-8bit"), says),
        "UTF-16 base64": (plain(GREETING, "utf-16", "base64"), says),
        "base64 with its padding lost": (
            whole(
                b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + b64encode(b"It leaks a lot!!").rstrip(b"=") + b"\r\n"
            ),
            {"has": "It leaks a lot"},
        ),
        "emoji and joined signs": (plain("👨‍👩‍👧 坏了 😡", subject=word("坏了 😡")), {
            "text": "👨‍👩‍👧 坏了 😡", "subject": "坏了 😡",
        }),
    }  # fmt: skip


# --- made of parts ---------------------------------------------------------------------------------------


def _parts() -> dict[str, Made]:
    named = "attachment; filename*=utf-8''%E7%85%A7%E7%89%87.jpg"
    photo = part("image/jpeg", b"\xff\xd8\xff" + b"x" * 2000, "base64", Content_Disposition=named)
    scan = part(
        "image/png",
        b"\x89PNG" + b"x" * 100,
        "base64",
        Content_Disposition=f'attachment; filename="{word("扫描.png", "gb18030")}"',
    )
    shown = part(
        "image/png", b"\x89PNG", "base64", Content_ID="<logo>", Content_Disposition="inline; filename=logo.png"
    )
    styled = part("text/html; charset=utf-8", OUTLOOK)
    return {
        "plain and HTML": (whole(joined("alternative", PLAIN, PAGE)), {"text": "The seal is broken.", "files": ()}),
        "HTML alone": (whole(PAGE), {"text": "The seal is broken."}),
        "Outlook's HTML": (whole(joined("alternative", styled)), {
            "has": "Dear team,\n\nthe seal is broken.", "hasnt": ("MsoNormal", "font-face", "alert", "<"),
        }),
        "HTML in GB2312 of QQ mail": (
            whole(part("text/html; charset=gb2312", f"<div>{GREETING}</div><div><br></div><div>王</div>".encode("gb2312"), "base64")),
            {"text": f"{GREETING}\n\n王"},
        ),
        "a link that says another than it leads to": (
            whole(part("text/html; charset=utf-8", '<a href="http://evil.example/x">https://bank.example</a> &amp; so')),
            {"text": "https://bank.example <http://evil.example/x> & so"},
        ),
        "a page that never closes anything": (whole(part("text/html", "<table><tr><td>a<td>b<tr><td>c<script>alert(1)")), {
            "text": "a b\nc",
        }),
        "one attachment": (whole(joined("mixed", PLAIN, PDF)), {"text": "The seal is broken.", "files": ("quote.pdf (3 KB)",)}),
        "a picture within the page": (
            whole(joined("related", joined("alternative", PLAIN, PAGE, boundary="=_b2"), shown)),
            {"text": "The seal is broken.", "files": ("logo.png (1 KB)",)},
        ),
        "attachments with Chinese names, two ways": (
            whole(joined("mixed", joined("alternative", PLAIN, PAGE, boundary="=_b2"), photo, scan)),
            {"text": "The seal is broken.", "files": ("照片.jpg (2 KB)", "扫描.png (1 KB)")},
        ),
        "nothing but an attachment": (whole(joined("mixed", PDF)), {"text": "", "files": ("quote.pdf (3 KB)",)}),
        "text, attachment, text": (
            whole(joined("mixed", PLAIN, PDF, part("text/plain", "-- \nSent from my phone"))),
            {"has": "The seal is broken.", "files": ("quote.pdf (3 KB)",)},
        ),
        "a text file attached": (
            whole(joined("mixed", PLAIN, part("text/plain", "log", Content_Disposition="attachment; filename=log.txt"))),
            {"text": "The seal is broken.", "files": ("log.txt (1 KB)",)},
        ),
        "an invitation by Outlook": (
            whole(joined("alternative", PLAIN, part('text/calendar; charset="utf-8"; method=REQUEST', INVITE, "base64"))),
            {"text": "The seal is broken.", "files": ("text/calendar (1 KB)",)},
        ),
        "a calendar alone": (whole(part("text/calendar; method=REPLY", INVITE), subject="Accepted: Visit"), {
            "text": "", "subject": "Accepted: Visit", "files": ("text/calendar (1 KB)",),
        }),
        "a calendar that is none": (whole(joined("mixed", PLAIN, part("text/calendar", b"BEGIN:VCALENDAR\xff\xfe\x00", "8bit"))), {
            "text": "The seal is broken.",
        }),
        "a mail attached": (
            whole(joined("mixed", PLAIN, part("message/rfc822", plain("Inner words.", subject="Inner", id="inner")))),
            {"text": "The seal is broken.", "hasnt": ("Inner",), "files": ("message/rfc822 (1 KB)",)},
        ),
        "signed by S/MIME": (
            whole(joined("signed", PLAIN, part("application/pkcs7-signature", b"x", "base64", Content_Disposition="attachment; filename=smime.p7s"))),
            {"text": "The seal is broken.", "files": ("smime.p7s (1 KB)",)},
        ),
        "Outlook's own format": (
            whole(joined("mixed", PLAIN, part("application/ms-tnef", b"\x78\x9f\x3e\x22", "base64", Content_Disposition="attachment; filename=winmail.dat"))),
            {"text": "The seal is broken.", "files": ("winmail.dat (1 KB)",)},
        ),
        "lines broken for the way": (
            whole(b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\nThis line was \r\nbroken for \r\nthe way.\r\n\r\nThis one\r\nwas not.\r\n"),
            {"text": "This line was broken for the way.\n\nThis one\nwas not."},
        ),
        "parts that never end": (
            whole(b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThe seal is broken.\r\n--b\r\nContent-Type: image/png\r\n'),
            {"text": "The seal is broken."},
        ),
        "made of parts, says the head, and has none": (
            whole(b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nThe seal is broken.\r\n'), {"subject": "Broken seal"},
        ),
    }  # fmt: skip


OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- @font-face {font-family:SimSun}
p.MsoNormal {margin:0cm} --></style><script>alert(1)</script><title>x</title></head><body lang=EN-US><div class=WordSection1>
<p class=MsoNormal>Dear&nbsp;team,<o:p></o:p></p><p class=MsoNormal>the <b>seal</b>
is broken.<o:p></o:p></p><table><tr><td>Order</td><td>A-17</td></tr></table></div></body></html>"""


# --- answers to answers ----------------------------------------------------------------------------------

NEW = "It leaks again."


def _chains() -> dict[str, Made]:
    new = {"fresh": NEW, "thread": ("<a@b.example>", OURS)}
    old = "> Dear Lena,\n> the new seal is on its way.\n>\n> > It leaks."
    return {
        "answered with Gmail": (reply(f"{NEW}\n\nOn Mon, Nov 23, 2026 at 8:00 AM Yun Service <service@yun.example> wrote:\n\n{old}"), new),
        "answered with Apple Mail, its line broken": (
            reply(f"{NEW}\n\nOn 23. Nov 2026, at 08:00, Yun Service with a long name\n<service@yun.example> wrote:\n\n{old}"), new,
        ),
        "answered with Outlook": (
            reply(f"{NEW}\n\nFrom: Yun Service <service@yun.example>\nSent: Monday, 23 November 2026 08:00\nTo: Lena Vogt\nSubject: Your seal\n\nDear Lena,\nthe new seal is on its way."),
            new,
        ),
        "answered with Outlook in German": (
            reply(f"{NEW}\n\n________________________________\nVon: Yun Service\nGesendet: Montag, 23. November 2026\nAn: Lena\nBetreff: Seal\n\nDear Lena"), new,
        ),
        "answered with QQ mail": (
            reply("又漏水了。\n\n\n------------------ 原始邮件 ------------------\n发件人: \"Yun\" <service@yun.example>;\n发送时间: 2026年11月23日\n主题: Your seal\n\n您好", subject=word("回复：Your seal")),
            {"fresh": "又漏水了。"},
        ),
        "answered with NetEase": (reply("又漏水了。\n\n在 2026-11-23 08:00:00，\"Yun\" <service@yun.example> 写道：\n\n您好，新密封件已寄出"), {"fresh": "又漏水了。"}),
        "answered with Thunderbird in French": (reply(f"{NEW}\n\nLe 23/11/2026 à 08:00, Yun Service a écrit :\n{old}"), new),
        "answered between the lines": (
            reply("On Mon, Nov 23, 2026 Yun wrote:\n> Which seal?\nThe blue one.\n> Since when?\nSince Monday."),
            {"fresh": "On Mon, Nov 23, 2026 Yun wrote:\n> Which seal?\nThe blue one.\n> Since when?\nSince Monday."},
        ),
        "answered below": (reply(f"> Which seal?\n{NEW}"), {"fresh": f"> Which seal?\n{NEW}"}),
        "answered above what is quoted bare": (reply(f"{NEW}\n\n{old}"), new),
        "nothing new at all": (reply(old), {"fresh": old}),
        "forwarded": (
            reply("---------- Forwarded message ---------\nFrom: Ada <ada@engines.example>\nDate: Mon\nSubject: x\n\nIt leaks."),
            {"has": "It leaks.", "fresh": "---------- Forwarded message ---------\nFrom: Ada <ada@engines.example>\nDate: Mon\nSubject: x\n\nIt leaks."},
        ),
    }  # fmt: skip


# --- written by no person --------------------------------------------------------------------------------

STATUS = (
    "Reporting-MTA: dns; mx.engines.example\n\nFinal-Recipient: rfc822; ada@engines.example\nAction: {action}\nStatus: {status}\n"
    "Diagnostic-Code: smtp; 550 5.1.1 <ada@engines.example>: user unknown\n"
)
DAEMON = {"Return_Path": "<>", "sender": "Mail Delivery System <MAILER-DAEMON@mx.engines.example>"}


def report(action: str, status: str, carried: str = "message/rfc822") -> bytes:
    words = part("text/plain", "I am sorry to have to inform you ...")
    told = part("message/delivery-status", STATUS.format(action=action, status=status))
    ours = plain("Hello.", subject="Your seal").replace(b"<x@vogt.example>", OURS.encode())
    body = joined("report", words, told, part(carried, ours)).replace(
        b"report;", b"report; report-type=delivery-status;", 1
    )
    return whole(body, subject="Undelivered Mail Returned to Sender", **DAEMON)


def _automatic() -> dict[str, Made]:
    bounced = {"auto": "bounce", "bounce": (OURS, "ada@engines.example", "550 5.1.1")}
    exim = "This message was created automatically.\n\n  ada@engines.example\n    550 no such user\n\n------ This is a copy of the message ------\n\nMessage-ID: <ours@yun.example>\nSubject: Your seal\n"
    return {
        "returned by Postfix": (report("failed", "5.1.1"), bounced),
        "returned with the head alone": (report("failed", "5.1.1", "text/rfc822-headers"), bounced),
        "returned by Exim, as text": (
            plain(exim, subject="Mail delivery failed: returning message to sender", X_Failed_Recipients="ada@engines.example", **DAEMON),
            {"auto": "bounce", "bounce": (OURS, "ada@engines.example", "Mail delivery failed")},
        ),
        "returned by QQ mail": (
            plain("您的邮件被退回\n\nMessage-ID: <ours@yun.example>\n", subject=word("系统退信/Systems bounce"), Return_Path="<>", sender="PostMaster@qq.example"),
            {"auto": "bounce", "bounce": (OURS, "", "系统退信")},
        ),
        "returned, nobody knows what": (plain("Sorry.", subject="Returned mail: see transcript", **DAEMON), {
            "auto": "bounce", "bounce": ("", "", "Returned mail"),
        }),
        "returned by a daemon without an address": (
            report("failed", "5.1.1").replace(b"<MAILER-DAEMON@mx.engines.example>", b"(MAILER-DAEMON)"), bounced,
        ),
        "only late": (report("delayed", "4.4.1"), {"auto": "report", "bounce": None}),
        "arrived": (report("delivered", "2.0.0"), {"auto": "report", "bounce": None}),
        "away, says Exchange": (
            plain("I am away until Monday.", subject="Automatic reply: Your seal", Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All"),
            {"auto": "auto-reply"},
        ),
        "away, says its subject alone": (plain("我在休假", subject=word("自动回复：Your seal")), {"auto": "auto-reply"}),
        "away, says its rank": (plain("Gone fishing", Precedence="auto_reply"), {"auto": "auto-reply"}),
        "a newsletter": (plain("Buy!", List_Unsubscribe="<mailto:off@news.example>", List_Id="<news.example>"), {"auto": "list"}),
        "in bulk": (plain("Buy!", Precedence="bulk"), {"auto": "list"}),
        "from an address nobody reads": (plain("Your parcel", sender="no-reply@parcels.example"), {"auto": "nobody-reads"}),
        "from a form on a site": (
            plain("It leaks", sender="noreply@yun.example", Reply_To="Lena Vogt <lena@vogt.example>"), {"auto": "", "text": "It leaks"},
        ),
        "from Norbert, who is no robot": (plain("It leaks", sender="norbert.reply@vogt.example"), {"auto": ""}),
        "written by a person, it says": (plain("It leaks", Auto_Submitted="no"), {"auto": ""}),
    }  # fmt: skip


# --- odd and hostile -------------------------------------------------------------------------------------


def _odd() -> dict[str, Made]:
    deep = b"".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'.encode() for n in range(2000))
    crowd = joined("mixed", *[part("text/plain", "x")] * 1000)
    ids = " ".join(f"<{n}@x.example>" for n in range(5000))
    return {
        "without an id": (plain("It leaks.").replace(b"Message-ID: <x@vogt.example>\r\n", b""), {"text": "It leaks.", "id": ""}),
        "without a date": (plain("It leaks.", Date=""), {"text": "It leaks.", "at": ""}),
        "with a date there never was": (plain("It leaks.", Date="Mon, 99 Foo 20266 25:61:00 +9999"), {"at": ""}),
        "a name with a comma": (plain("x", sender='"Vogt, Lena" <lena@vogt.example>'), {"name": "Vogt, Lena"}),
        "a name cut within a character": (plain("x", sender=f"{word('欧阳娜娜', 'utf-8', 4)} <lena@vogt.example>"), {"name": "欧阳娜娜"}),
        "a name that is another's address": (
            plain("x", sender='"ceo@yun.example" <eve@evil.example>'), {"sender": "eve@evil.example", "name": "ceo@yun.example"},
        ),
        "two addresses run together": (plain("x", sender="ceo@yun.example(x)bob@evil.example"), {"reason": "nobody"}),
        "two senders": (plain("x", sender="Lena <lena@vogt.example>, Bob <bob@vogt.example>"), {"sender": "lena@vogt.example"}),
        "nobody's": (plain("x", sender=""), {"reason": "nobody"}),
        "from where no mail comes from": (plain("x", sender="root@localhost"), {"reason": "nobody"}),
        "no mail": (b"\x00\x01\x02\x03" * 100, {"reason": "headless"}),
        "a page, not a mail": (b"<html><body>502 Bad Gateway</body></html>", {"reason": "headless"}),
        "nothing in it": (whole(b"\r\n\r\n", subject=""), {"reason": "empty"}),
        "parts in parts in parts": (whole(deep), {"reason": "broken"}),
        "a thousand parts": (whole(crowd), {"reason": "broken"}),
        "five thousand ids": (plain("x", References=ids), {"text": "x"}),
        "a megabyte of subject": (plain("x", subject="y" * (1 << 20)), {"text": "x"}),
        "a subject that would be a header": (
            plain("x", subject="=?utf-8?Q?Hi=0D=0ABcc:_eve@evil.example?="), {"subject": "Hi Bcc: eve@evil.example"},
        ),
        "signs that act": (plain("\x1b[2J\x00\x07[bold]x[/]", subject="\x1b]0;x\x07 =cmd()"), {"subject": "]0;x =cmd()"}),
        "an id that is none": (plain("x").replace(b"<x@vogt.example>", b"x y\tz"), {"id": ""}),
        "line ends of all kinds": (plain("a").replace(b"\r\na\r\n", b"\r\na\rb\nc\r\n"), {"text": "a\nb\nc"}),
        "from a mailbox file": (b"From lena@vogt.example Mon Nov 23 08:00:00 2026\n" + plain("It leaks."), {"text": "It leaks."}),
        "an address beyond ASCII": (plain("x", sender="李娜 <李娜@例子.example>"), {"sender": "李娜@例子.example", "name": "李娜"}),
        "a type that is none": (whole(b"Content-Type: ;;;=\r\n\r\nIt leaks.\r\n"), {"text": "It leaks."}),
        "a file name of ten thousand signs": (
            whole(joined("mixed", PLAIN, part("image/png", b"x", Content_Disposition=f"attachment; filename={'x' * 10_000}"))),
            {"text": "The seal is broken."},
        ),
    }  # fmt: skip


@cache
def mails() -> dict[str, Made]:
    return _characters() | _parts() | _chains() | _automatic() | _odd()


def large(megabytes: int = 30) -> bytes:
    """With an attachment of that size."""
    block = b64encode(b"x" * 57) + b"\r\n"
    data = block * (megabytes * (1 << 20) // 57)
    head = b"Content-Type: image/tiff\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=scan.tif\r\n\r\n"
    return whole(joined("mixed", PLAIN, head + data), id="large")
