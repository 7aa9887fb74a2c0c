"""Kept files: on disk before any row, one copy of the same bytes, a gate on the way out."""

import hashlib
import os
from datetime import timedelta

import pytest
from django.db import DatabaseError

from lingnan.base.actors import ANYWHERE, PUBLIC, Actor, Scope
from lingnan.base.clock import now
from lingnan.base.errors import Invalid, NotFound
from lingnan.kernel.evidence import queries as evidence
from lingnan.web import files
from lingnan.web.files import services, store
from lingnan.web.files.models import KeptFile

RAW = "一数一源".encode()
SHA = hashlib.sha256(RAW).hexdigest()
KEEPER = Actor(party=5, account=5)
CLERK = Actor(party=6, account=6, labels=frozenset({"public", "internal"}),
              scopes=(Scope(1, ANYWHERE),))  # fmt: skip
pytestmark = pytest.mark.usefixtures("db", "files_folder")


def keep(label="internal", place=None, **more):
    return files.keep_file(RAW, "表一.xlsx", "application/vnd.ms-excel",
                           place=place, label=label, by=KEEPER, at=now(), **more)  # fmt: skip


def test_the_bytes_lie_under_their_hash_and_leave_evidence(files_folder):
    info = keep()
    assert info.sha256 == SHA
    assert (files_folder / SHA[:2] / SHA[2:4] / SHA).read_bytes() == RAW
    happened = evidence.history_of(
        f"files.file:{info.uuid}", to=Actor(party=0, labels=CLERK.labels)
    )
    assert [(e.kind, e.facts["sha256"]) for e in happened] == [("files.file_kept", SHA)]
    assert "表一" not in str(happened[0].facts)


def test_the_same_bytes_twice_are_one_file_and_two_rows(files_folder):
    keep()
    keep()
    assert len(list(files_folder.glob("*/*/*"))) == 1
    assert KeptFile.objects.filter(sha256=SHA).count() == 2


def test_no_row_without_its_bytes(monkeypatch):
    def full(raw):
        raise OSError("no space left")

    monkeypatch.setattr(services.store, "write", full)
    with pytest.raises(OSError, match="space"):
        keep()
    assert not KeptFile.objects.exists()


def test_bytes_without_a_row_are_collected_after_a_day(monkeypatch, files_folder):
    def broken(*args, **kwargs):
        raise DatabaseError("gone")

    monkeypatch.setattr(services.evidence, "record", broken)
    with pytest.raises(DatabaseError):
        keep()
    path = store.path_of(SHA)
    assert path.exists()
    assert files.collect_orphans(at=now()) == 0
    old = (now() - timedelta(days=2)).timestamp()
    os.utime(path, (old, old))
    assert files.collect_orphans(at=now()) == 1
    assert not path.exists()


def test_a_file_in_use_is_never_collected():
    keep()
    old = (now() - timedelta(days=2)).timestamp()
    os.utime(store.path_of(SHA), (old, old))
    assert files.collect_orphans(at=now()) == 0


def test_retention_drops_the_row_first(files_folder):
    day = now().date()
    keep(keep_until=day - timedelta(days=1))
    assert files.expire_files(by=KEEPER, at=now()) == 1
    with pytest.raises(NotFound):
        files.open_file(SHA, to=KEEPER)


@pytest.mark.parametrize(
    ("label", "place", "reader", "may"),
    [
        ("public", None, PUBLIC, True),
        ("internal", 4, PUBLIC, False),
        ("internal", 4, KEEPER, True),
        ("internal", 4, CLERK, True),
        ("internal", None, CLERK, False),
        ("personal", 4, CLERK, False),
    ],
)
def test_the_gate(label, place, reader, may):
    keep(label, place)
    if may:
        assert files.open_file(SHA, to=reader).path.read_bytes() == RAW
    else:
        with pytest.raises(NotFound):
            files.open_file(SHA, to=reader)


def test_an_unknown_label_is_invalid():
    with pytest.raises(Invalid):
        keep("whatever")


def test_a_download_is_an_attachment_that_nobody_runs(client):
    keep("public")
    answer = client.get(f"/files/{SHA}")
    assert b"".join(answer.streaming_content) == RAW
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_stranger_cannot_tell_a_secret_file_from_none(client):
    keep("internal", 4)
    secret, none = client.get(f"/files/{SHA}"), client.get("/files/" + "0" * 64)
    assert secret.status_code == none.status_code == 404
