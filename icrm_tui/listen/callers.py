"""Somebody calls to complain: whoever they are, they get a complaint, and who nobody knew becomes a contact."""

from icrm_tui import search
from icrm_tui.collect import channels, contacts
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused
from icrm_tui.listen import complaints
from icrm_tui.listen.complaints_rules import Complaint
from icrm_tui.search import Who
from icrm_tui.text import fold


def take(ctx: Context, reached_by: str, name: str, complaint: Complaint) -> int:
    """Open a complaint of whoever calls from there; nobody we know becomes a contact of that name, in one change."""
    made: int = ctx.change("complaint.add", lambda _tx: complaints.add(ctx, _caller(ctx, reached_by, name), complaint))
    return made


def _caller(ctx: Context, reached_by: str, name: str) -> Who:
    try:
        known = search.who(ctx, reached_by)
    except NotFound:
        kind = "email" if "@" in reached_by else "phone"
        channel = channels.entered(kind, reached_by, ctx.setting("country"))
        contact_id = contacts.add(ctx, contacts.Contact(name, {}, (channel,)))
        return Who(contacts.get(ctx, contact_id)["customer_id"], contact_id, name)
    if fold(known.name) != fold(name):
        written = f"{'p' if known.noun == 'contact' else 'co'}{known.id}"
        raise Refused("complaint-known", who=reached_by, id=written, name=known.name)
    return known
