"""Who is late is told once a day, in the inbox and by channels that are tried again."""

import json
import socketserver
import threading
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lingnan.base.actors import Actor
from lingnan.base.errors import Forbidden, NotFound
from lingnan.kernel.evidence.models import Event
from lingnan.kernel.parties.models import Account, Duty
from lingnan.kernel.places import queries as places
from lingnan.kernel.statutes import services as statutes
from lingnan.systems.reporting import adapters, queries, services
from lingnan.systems.reporting.adapters.hooks import Hook, signature
from lingnan.systems.reporting.adapters.mail import Mail
from lingnan.systems.reporting.models import Delivery, Message, Reminder
from lingnan.systems.reporting.rules.reminding import is_due, next_try
from lingnan.systems.reporting.terms.messaging import Letter, NotDelivered, Reminding

from .conftest import AT, DAY, SYSTEM, YEAR, full, later, let_in

STONE = "440112001202"
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
Draft = services.Draft


@pytest.fixture
def asked(party_form, county):
    statutes.load_content(by=SYSTEM, at=AT)
    first = AT - timedelta(days=20)
    let_in(party_form, place=county["广东省"], at=first)
    return services.open_round(
        "2026年度报表",
        [party_form.id],
        place=county["黄埔区"],
        period=YEAR,
        days=(date(2026, 11, 2), date(2026, 11, 25)),
        by=SYSTEM,
        at=first,
    )


@pytest.fixture
def stone_clerk(asked, official, county):
    """The clerk of 石门村, as an Actor with the duty worn."""
    account = Account.objects.get(pk=official("village_clerk", STONE))
    duty = Duty.objects.get(party=account.party)
    return Actor(party=account.party_id, duty=duty.pk, role="village_clerk",
                 scopes=places.scopes(county["石门村"]),
                 permissions=frozenset({"reporting.read", "reporting.fill", "reporting.submit"}))  # fmt: skip


@pytest.fixture
def through():
    """Use channels in this test only."""
    before = list(services.delivering.channels())
    yield services.use_channels
    services.use_channels(before)


def test_who_is_late_is_counted_in_working_days(asked, county, reviewer, party_form, clerk):
    found = queries.late(asked, to=reviewer, on=DAY)
    assert len(found) == 6
    assert found[0].working_days == 3  # Sunday 22nd; 23rd, 24th, 25th are worked
    assert queries.late(asked, to=reviewer, on=date(2026, 11, 27))[0].working_days == -2
    by = clerk("石门村")
    kept = services.save_draft(
        party_form.id, YEAR, Draft(county["石门村"], full(party_form, 3)), by=by, at=later(1)
    )
    services.submit_report(kept.uuid, by=by, at=later(1))
    assert county["石门村"] not in {one.place for one in queries.late(asked, to=reviewer, on=DAY)}


def test_nobody_is_reminded_twice_a_day_of_the_same_thing(asked, county, reviewer, stone_clerk):
    first = services.remind(asked.uuid, by=reviewer, at=MONDAY)
    assert (first.sent, first.already, len(first.unreachable)) == (1, 0, 5)
    again = services.remind(asked.uuid, by=reviewer, at=MONDAY + timedelta(hours=3))
    assert (again.sent, again.already) == (0, 1)
    next_day = services.remind(asked.uuid, by=reviewer, at=MONDAY + timedelta(days=1))
    assert next_day.sent == 1
    assert Reminder.objects.count() == Message.objects.count() == 2
    assert Event.objects.filter(kind="reporting.reminders_sent").count() == 2


def test_the_inbox_is_of_the_duty_and_says_how_long_is_left(asked, reviewer, stone_clerk, clerk):
    services.remind(asked.uuid, by=reviewer, at=MONDAY)
    (message,) = queries.inbox(to=stone_clerk, unread=True)
    assert message.title == "催办：2026年度报表"
    assert "还剩 2 个工作日" in message.words
    with pytest.raises(NotFound):
        services.read_message(message.uuid, by=clerk("石门村"), at=MONDAY)
    services.read_message(message.uuid, by=stone_clerk, at=MONDAY)
    assert queries.inbox(to=stone_clerk, unread=True) == []


def test_a_clerk_reminds_nobody(asked, stone_clerk):
    with pytest.raises(Forbidden):
        services.remind(asked.uuid, by=stone_clerk, at=MONDAY)


def test_the_platform_reminds_by_itself_on_declared_working_days(asked, stone_clerk):
    assert services.remind_all(by=SYSTEM, at=datetime(2026, 11, 22, 2, tzinfo=UTC)) == 0  # Sunday
    assert services.remind_all(by=SYSTEM, at=MONDAY) == 1  # two working days left
    services.close_round(asked.uuid, by=SYSTEM, at=MONDAY)
    assert services.remind_all(by=SYSTEM, at=MONDAY + timedelta(days=1)) == 0


def test_when_to_remind_and_when_to_try_again():
    limits = Reminding((5, 2, 0), 2, (1, 5))
    assert [n for n in range(6, -5, -1) if is_due(n, limits)] == [5, 2, 0, -2, -4]
    assert next_try(1, AT, limits.retries) == AT + timedelta(minutes=1)
    assert next_try(2, AT, limits.retries) == AT + timedelta(minutes=5)
    assert next_try(3, AT, limits.retries) is None


class Posted(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


class Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        lines, inside = [], False
        for raw in self.rfile:
            line = raw.rstrip(b"\r\n")
            if inside:
                inside = line != b"."
                lines.append(line)
                if not inside:
                    self.server.got.append(b"\n".join(lines))
                    self.wfile.write(b"250 kept\r\n")
            elif line.upper() == b"DATA":
                inside = True
                self.wfile.write(b"354 go on\r\n")
            elif line.upper() == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


def serving(server):
    server.got, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def web():
    with HTTPServer(("127.0.0.1", 0), Posted) as server:
        yield serving(server)
        server.shutdown()


@pytest.fixture
def post():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as server:
        yield serving(server)
        server.shutdown()


def test_a_signed_post_is_tried_again_with_the_same_key(asked, reviewer, stone_clerk, web, through):
    address = f"http://127.0.0.1:{web.server_port}/messages"
    through([Hook("webhook", address, "a secret")])
    web.answers.append(503)
    services.remind(asked.uuid, by=reviewer, at=MONDAY)
    assert services.deliver(by=SYSTEM, at=MONDAY) == (0, 1)
    assert services.deliver(by=SYSTEM, at=MONDAY) == (0, 0)  # not before its time
    assert services.deliver(by=SYSTEM, at=MONDAY + timedelta(minutes=1)) == (1, 0)
    assert services.deliver(by=SYSTEM, at=MONDAY + timedelta(hours=9)) == (0, 0)
    (first, body), (second, _) = web.got
    assert first["Idempotency-Key"] == second["Idempotency-Key"]
    assert first["X-Lingnan-Signature"] == signature("a secret", first["X-Lingnan-Time"], body)
    assert json.loads(body)["to"] == ["village.clerk.440112001202"]
    assert Delivery.objects.get().state == "sent"
    assert Event.objects.filter(kind="reporting.messages_delivered").count() == 2


def test_a_channel_that_stays_silent_is_given_up_and_the_inbox_still_has_it(
    asked, reviewer, stone_clerk, through
):
    through([Hook("sms", "http://127.0.0.1:9/none", "a secret", short=True)])
    services.remind(asked.uuid, by=reviewer, at=MONDAY)
    for hours in range(0, 200, 20):
        services.deliver(by=SYSTEM, at=MONDAY + timedelta(hours=hours))
    held = Delivery.objects.get()
    assert (held.state, held.attempts) == ("failed", 6)
    assert "URLError" in held.error
    assert len(queries.inbox(to=stone_clerk)) == 1


def test_mail_goes_to_the_username_at_the_domain(asked, reviewer, stone_clerk, post, through):
    host, port = post.server_address
    through([Mail.from_url(f"smtp://{host}:{port}?from=lingnan@example.gov&domain=example.gov")])
    services.remind(asked.uuid, by=reviewer, at=MONDAY)
    assert services.deliver(by=SYSTEM, at=MONDAY) == (1, 0)
    (mail,) = post.got
    assert b"To: village.clerk.440112001202@example.gov" in mail
    assert b"Message-ID: <" in mail


def test_a_mail_server_that_is_not_there_says_so():
    with pytest.raises(NotDelivered):
        Mail("127.0.0.1", 9, "a@b", "b").send(Letter("k", ("one",), "t", "w"))
    with pytest.raises(ValueError, match="from=address"):
        Mail.from_url("smtp://host:25")


def test_channels_are_those_the_settings_name():
    class Named:
        mail_url, sms_url = "", "https://gateway.example/send"
        webhook_url, message_secret = "https://office.example/hook", "s"

    assert [one.name for one in adapters.configured(Named())] == ["sms", "webhook"]
