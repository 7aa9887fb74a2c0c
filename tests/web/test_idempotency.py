"""Once, however often it is asked; on either database, also at the same time."""

import json
import sqlite3
import threading

import pytest
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse

from lingnan.base.actors import Actor
from lingnan.base.clock import now
from lingnan.web.idempotency import middleware, services
from lingnan.web.idempotency.models import Call

ACTOR = Actor(party=1, account=7, duty=3)


@pytest.fixture
def ask(rf, monkeypatch):
    """A POST through the middleware to a view that counts its runs."""
    runs: list[bytes] = []

    def view(request: HttpRequest) -> HttpResponse:
        runs.append(request.body)
        response = HttpResponse(json.dumps({"run": len(runs)}), content_type="application/json")
        response.status_code = ask.status
        if ask.private:
            response["Cache-Control"] = "no-store"
        return response

    def ask(body: object, key: str = "k1", *, actor: Actor = ACTOR) -> HttpResponse:
        request = rf.post("/api/v1/x", json.dumps(body), content_type="application/json",
                          headers={"Idempotency-Key": key} if key else {})  # fmt: skip
        request._lingnan_actor = actor
        return middleware.Idempotency(view)(request)

    ask.status, ask.private, ask.runs = 201, False, runs
    return ask


@pytest.mark.django_db
class TestOnce:
    def test_the_same_request_gets_the_same_answer(self, ask):
        first, second = ask({"a": 1}), ask({"a": 1})
        assert len(ask.runs) == 1
        assert (second.status_code, second.content) == (201, first.content)
        assert second["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first

    def test_another_body_under_the_same_key_is_refused(self, ask):
        ask({"a": 1})
        answer = ask({"a": 2})
        assert answer.status_code == 409
        assert json.loads(answer.content)["code"] == "idempotency_key_reused"
        assert len(ask.runs) == 1

    def test_another_actor_has_keys_of_its_own(self, ask):
        ask({"a": 1})
        ask({"a": 1}, actor=Actor(party=2, account=8))
        assert len(ask.runs) == 2

    def test_without_a_key_everything_runs(self, ask):
        ask({"a": 1}, key="")
        ask({"a": 1}, key="")
        assert len(ask.runs) == 2

    def test_a_stranger_leaves_nothing_behind(self, ask):
        ask({"a": 1}, actor=Actor(party=0))
        assert not Call.objects.exists()

    def test_a_refusal_is_an_answer_too(self, ask):
        ask.status = 422
        ask({"a": 1})
        assert ask({"a": 1}).status_code == 422
        assert len(ask.runs) == 1

    def test_what_was_too_busy_may_be_tried_again(self, ask):
        ask.status = 503
        ask({"a": 1})
        ask.status = 201
        assert ask({"a": 1}).status_code == 201
        assert len(ask.runs) == 2

    def test_a_private_answer_is_not_kept_but_the_work_is_not_done_twice(self, ask):
        ask.private = True
        ask({"a": 1})
        answer = ask({"a": 1})
        assert json.loads(answer.content)["code"] == "already_done"
        assert len(ask.runs) == 1

    def test_a_key_must_be_a_plain_word(self, ask):
        assert ask({}, key="x" * 129).status_code == 422

    def test_who_died_on_the_way_is_told_so(self, ask, rf, monkeypatch):
        request = rf.post("/api/v1/x", '{"a": 1}', content_type="application/json")
        mark = middleware.fingerprint(request)
        services.claim("7/3", "k1", mark, at=now() - middleware.LOST)
        answer = ask({"a": 1})
        assert json.loads(answer.content)["code"] == "outcome_unknown"
        assert not ask.runs

    def test_old_keys_are_forgotten(self, ask):
        services.claim("7/3", "old", "f", at=now() - services.KEPT_FOR * 2)
        assert services.collect(at=now()) == 1


@pytest.fixture
def file_database(transactional_db, tmp_path):
    """Threads of their own see a SQLite file, as processes do; PostgreSQL is shared anyway.

    The suite's SQLite is in memory with a shared cache, whose table locks no installation has. The
    name goes back before the test case closes its connection: in memory, closing would lose it all.
    """
    if connection.vendor != "sqlite":
        yield
        return
    path, held = tmp_path / "shared.sqlite3", connections.settings["default"]["NAME"]
    connection.ensure_connection()
    with sqlite3.connect(path) as copy:
        connection.connection.backup(copy)
    copy.close()
    connections.settings["default"]["NAME"] = str(path)
    yield
    connections.settings["default"]["NAME"] = held


def test_duplicates_at_the_same_moment_do_the_work_once(rf, file_database):
    runs: list[int] = []
    answers: list[HttpResponse] = []
    together = threading.Barrier(6)

    def view(request: HttpRequest) -> HttpResponse:
        runs.append(1)
        threading.Event().wait(0.1)
        return HttpResponse("done", status=201)

    def one() -> None:
        request = rf.post("/api/v1/x", "{}", content_type="application/json",
                          headers={"Idempotency-Key": "same"})  # fmt: skip
        request._lingnan_actor = ACTOR
        together.wait()
        answers.append(middleware.Idempotency(view)(request))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1
    assert [a.status_code for a in answers] == [201] * 6
    assert sum("Idempotency-Replayed" in a for a in answers) == 5
