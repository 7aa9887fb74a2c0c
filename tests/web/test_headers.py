"""What every answer carries; what health and metrics say; what may not be framed or run."""

import pytest

PAGES = ["/zh-hans/", "/en/sign-in/", "/zh-hans/nothing/", "/api/v1/openapi.json", "/healthz"]


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_is_guarded(client, db, address):
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert len(answer["X-Request-Id"]) == 16


@pytest.mark.parametrize("address", ["/zh-hans/", "/zh-hans/sign-in/", "/zh-hans/platform/places/"])
def test_a_page_obeys_its_own_policy(client, province, address):
    text = client.get(address).content.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert "onclick" not in text
    assert all("src=" in tag for tag in text.split("<script")[1:])


def test_a_browsers_report_is_counted_and_names_nobody(client, db):
    body = '{"csp-report": {"effective-directive": "script-src-elem", "document-uri": "/secret"}}'
    assert (
        client.post("/csp-report", body, content_type="application/csp-report").status_code == 204
    )
    assert client.post("/csp-report", "nonsense", content_type="text/plain").status_code == 204
    assert client.post("/csp-report", "[1]", content_type="application/json").status_code == 204
    metrics = client.get("/metrics").content.decode()
    assert 'lingnan_csp_reports_total{directive="script-src"}' in metrics
    assert "secret" not in metrics


def test_health_names_the_part_that_fails(client, db, settings, tmp_path):
    well = client.get("/healthz")
    assert well.json() == {
        "status": "ok", "database": "ok", "data_folder": "ok", "evidence": "ok",
    }  # fmt: skip
    from dataclasses import replace

    settings.ENV = replace(settings.ENV, data=str(tmp_path / "gone"))
    ill = client.get("/healthz")
    assert ill.status_code == 503
    assert ill.json()["data_folder"] == "FileNotFoundError"


def test_health_notices_when_nobody_numbers_the_events(client, province):
    from django.db.models import Max

    from lingnan.kernel.evidence.models import Event
    from lingnan.kernel.parties import services as parties

    from .conftest import AT, BY

    parties.create_person("乙某某", by=BY, at=AT)
    assert Event.objects.filter(seq=None).aggregate(Max("id"))["id__max"]
    assert client.get("/healthz").json()["evidence"] == "TimeoutError"


def test_metrics_hold_patterns_and_no_address(client, province):
    client.get("/zh-hans/platform/places/code/440112/")
    text = client.get("/metrics").content.decode()
    assert "/zh-hans/platform/places/code/<slug:code>/" in text
    assert "440112" not in text


def test_metrics_may_ask_for_a_token(client, db, settings):
    from dataclasses import replace

    settings.ENV = replace(settings.ENV, metrics_token="long-enough-token")
    assert client.get("/metrics").status_code == 403
    right = client.get("/metrics", headers={"Authorization": "Bearer long-enough-token"})
    assert right.status_code == 200


def test_an_icon_is_there_for_who_asks_at_the_root(client, db):
    there = client.get("/favicon.ico")
    assert there.status_code == 302
    assert there["Location"].endswith(".svg")


@pytest.mark.parametrize(
    ("asked", "given"),
    [("en", "/en/"), ("pt-PT,pt;q=0.9", "/pt/"), ("zh-HK", "/zh-hant/"), ("fr", "/zh-hans/")],
)
def test_the_root_speaks_the_browsers_language(client, db, asked, given):
    assert client.get("/", headers={"Accept-Language": asked})["Location"] == given


def test_the_same_page_in_another_language(client, province):
    text = client.get("/zh-hans/platform/places/?q=441900").content.decode()
    assert 'href="/en/platform/places/?q=441900"' in text
