"""`icrm company …`: firms and who works there."""

from typing import Annotated

import typer

from icrm_tui.collect import companies, organisation, tags
from icrm_tui.commands.base import (
    Many,
    Name,
    Number,
    Query,
    Run,
    Text,
    Who,
    Words,
    changes,
    given,
    group,
    pairs,
    run_of,
)
from icrm_tui.commands.contacts import show_timeline
from icrm_tui.errors import Usage
from icrm_tui.search import who as meant

app = group()


def firm(run: Run, text: str) -> int:
    """The company meant; a person is none."""
    found = meant(run.ctx, text, "company")
    if found.contact_id is not None:
        raise Usage("parent-person", who=text)
    return found.customer_id


def _wrote(run: Run, company_id: int) -> None:
    run.wrote(f"co{company_id}", lambda: companies.show(run.ctx, company_id))


@app.command()
def add(
    ctx: typer.Context,
    name: Name,
    domain: Text = None,
    phone: Text = None,
    industry: Text = None,
    city: Text = None,
    tag: Many = None,
    owner: Text = None,
    source: Text = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
) -> None:
    """icrm company add "Thornfield Bakery Ltd" --domain thornfield.example --industry bakery --city Leeds"""
    run = run_of(ctx)
    values = given(domain=domain, phone=phone, industry=industry, city=city, owner=owner, source=source)
    made = companies.Company(name, {**values, **pairs(set_)}, tuple(tag or ()))
    _wrote(run, companies.add(run.ctx, made))


@app.command("list")
def list_(ctx: typer.Context, query: Query = None) -> None:
    """icrm company list city:上海 --columns name,people"""
    from icrm_tui.commands.listing import show_list

    show_list(run_of(ctx), "company", query)


@app.command()
def show(ctx: typer.Context, who: Who) -> None:
    """icrm company show co3"""
    run = run_of(ctx)
    run.out.record(companies.show(run.ctx, firm(run, who)))


@app.command()
def edit(
    ctx: typer.Context,
    who: Who,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE")] = None,
    rev: Number = None,
) -> None:
    """icrm company edit co3 --set size=50-200"""
    run = run_of(ctx)
    values = changes(set_)
    company_id = firm(run, who)
    companies.edit(run.ctx, company_id, values, rev)
    _wrote(run, company_id)


@app.command()
def archive(ctx: typer.Context, who: Who) -> None:
    """icrm company archive co9"""
    run = run_of(ctx)
    company_id = firm(run, who)
    companies.archive(run.ctx, company_id)
    _wrote(run, company_id)


@app.command()
def unarchive(ctx: typer.Context, who: Who) -> None:
    """icrm company unarchive co9"""
    run = run_of(ctx)
    company_id = firm(run, who)
    companies.archive(run.ctx, company_id, False)
    _wrote(run, company_id)


@app.command("timeline")
def timeline_(ctx: typer.Context, who: Who) -> None:
    """icrm company timeline co3 --limit 5"""
    show_timeline(run_of(ctx), who, "company")


@app.command()
def people(ctx: typer.Context, who: Who) -> None:
    """icrm company people co3"""
    run = run_of(ctx)
    rows = organisation.tree(organisation.people(run.ctx, firm(run, who)))
    tree = run.out.chosen in ("table", "plain")
    run.out.rows(
        (
            {
                "id": f"p{row['id']}",
                "name": "› " * depth * tree + row["name"],
                "title": row["title"],
                "department": row["department"],
                "role": row["buying_role"],
                "reports_to": f"p{row['reports_to']}" if row["reports_to"] else "",
            }
            for depth, row in rows
        ),
        ("id", "name", "title", "department", "role", "reports_to"),
    )


@app.command()
def tag(ctx: typer.Context, who: Who, tag: Words) -> None:
    """icrm company tag co3 key-account"""
    run = run_of(ctx)
    company_id = firm(run, who)
    tags.tag(run.ctx, "company", [company_id], tag)
    _wrote(run, company_id)


@app.command()
def untag(ctx: typer.Context, who: Who, tag: Words) -> None:
    """icrm company untag co3 key-account"""
    run = run_of(ctx)
    company_id = firm(run, who)
    tags.untag(run.ctx, "company", [company_id], tag)
    _wrote(run, company_id)


@app.command()
def merge(ctx: typer.Context, who: Who, into: Annotated[str, typer.Argument(metavar="INTO")]) -> None:
    """icrm company merge co6 co3"""
    from icrm_tui.merge import merge as join

    run = run_of(ctx)
    target = firm(run, into)
    join(run.ctx, "company", firm(run, who), target)
    _wrote(run, target)
