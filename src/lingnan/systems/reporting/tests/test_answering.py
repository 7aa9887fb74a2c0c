"""Check your answers before handing in; without scripts, and nothing is lost on the way."""

import pytest
from django.utils.html import escape

from lingnan.systems.reporting import queries
from lingnan.systems.reporting.terms.filings import State

from .conftest import DAY, SYSTEM, YEAR

CODE = "440112001201"
PERIOD = str(YEAR // 1000)


@pytest.fixture
def clerk_page(opened, party_form, browser):
    opened(party_form)
    return browser("village_clerk", CODE)


def addresses(form):
    fill = f"/zh-hans/reporting/fill/{form.code}/{CODE}/{PERIOD}/"
    return fill, f"{fill}check/"


def typed(form, number="7"):
    return {
        f"f_{field.id}": field.options[0].code if field.options else number for field in form.asked
    }


def test_what_was_typed_is_shown_and_handed_in(clerk_page, party_form):
    fill, check = addresses(party_form)
    assert clerk_page.get(check).status_code == 404  # nothing saved yet
    going = clerk_page.post(fill, typed(party_form, "8") | {"act": "check"})
    assert going["Location"] == check
    page = clerk_page.get(check).content.decode()
    first = party_form.asked[0]
    assert f'href="{fill}#f_{first.id}"' in page and ">8" in page and "没有填" not in page
    done = clerk_page.post(check)
    assert done.status_code == 302 and "/filings/" in done["Location"]
    again = clerk_page.get(check)
    assert again.status_code == 302 and again["Location"] == done["Location"]


def test_what_is_missing_is_said_and_kept(clerk_page, party_form, county):
    fill, check = addresses(party_form)
    some = dict(list(typed(party_form).items())[:3])
    clerk_page.post(fill, some | {"act": "check"})
    assert "项没有填" in clerk_page.get(check).content.decode()
    refused = clerk_page.post(check)
    assert refused.status_code == 422 and "error-summary" in refused.content.decode()
    held = queries.filing_of(party_form.id, county["荔湾村"], YEAR, to=SYSTEM, on=DAY)
    assert held.state is State.DRAFT and len(held.answers) == 3


def test_what_submitting_would_be_told_is_shown_before(clerk_page, party_form, county):
    """A part larger than its whole: the same words as submitting, with the way to the question."""
    fill, check = addresses(party_form)
    members = next(f for f in party_form.asked if f.label.startswith("全村党员"))
    given = typed(party_form) | {f"f_{members.id}": "-5", "act": "check"}
    clerk_page.post(fill, given)
    page = clerk_page.get(check).content.decode()
    shown = page.partition("提交前先看这几处")[2].partition("</section>")[0]
    refused = clerk_page.post(check)
    assert refused.status_code == 422
    held = queries.filing_of(party_form.id, county["荔湾村"], YEAR, to=SYSTEM, on=DAY)
    found = queries.findings(held.uuid, to=SYSTEM, on=DAY)
    assert f'href="{fill}#f_{members.id}"' in shown and found
    assert all(escape(one.finding.words) in shown for one in found)


def test_it_is_the_fillers_own(clerk_page, party_form, browser):
    fill, check = addresses(party_form)
    clerk_page.post(fill, typed(party_form) | {"act": "check"})
    assert browser("department", "440112").get(check).status_code == 403
    assert browser("village_clerk", "440112001202").get(check).status_code in {403, 404}
