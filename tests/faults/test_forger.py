"""Whoever writes the database and the files but has no key is found, and the row is named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .stores import Store, Zygote

pytestmark = [pytest.mark.faults]
Copy = Callable[[Store], Store]

EVENT, BODY = "kernel_evidence_event", "kernel_evidence_eventbody"
HEAD, TILE, STATE = (
    "kernel_evidence_treehead",
    "kernel_evidence_tile",
    "kernel_evidence_sequencerstate",
)
STORE = "kernel_observations_"
CURRENT, PENDING = STORE + "currentvalue", STORE + "pendingvalue"
BATCH, SEGMENT = STORE + "batch", STORE + "segment"
CONTENDER, ELEMENT, PERIOD = STORE + "contender", STORE + "element", STORE + "periodhead"
ONE_CURRENT = (
    f"(place, subject, period, element) = (SELECT place, subject, period, element FROM {CURRENT} "
    "ORDER BY place, subject, period, element LIMIT 1)"
)
MIDDLE = f"(SELECT max(seq) / 2 FROM {EVENT})"

# what is done by hand, and what the finding must say
FORGERIES: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "event edited": (
        [f"UPDATE {EVENT} SET facts = replace(facts, '\"', '\" ') WHERE seq = {MIDDLE}"],
        ("evidence.event", "seq"),
    ),
    "event's author changed": (
        [f"UPDATE {EVENT} SET \"by\" = 'nobody' WHERE seq = 7"],
        ("evidence.event", "seq 7"),
    ),
    "event deleted": ([f"DELETE FROM {EVENT} WHERE seq = 9"], ("evidence.event", "seq 9")),
    "event moved": (
        [
            f"UPDATE {EVENT} SET seq = -1 WHERE seq = 11",
            f"UPDATE {EVENT} SET seq = 11 WHERE seq = 12",
            f"UPDATE {EVENT} SET seq = 12 WHERE seq = -1",
        ],
        ("evidence.event", "11"),
    ),
    "event inserted": (
        [
            f'INSERT INTO {EVENT} (id, kind, version, subject, subject_n, label, "by", at, facts, '
            'commitment, seq) SELECT 99999, kind, version, subject, 999, label, "by", at, facts, '
            f"commitment, 99999 FROM {EVENT} WHERE seq = 3"
        ],
        ("evidence.event", "#99999"),
    ),
    "body edited": (
        [
            f'UPDATE {BODY} SET body = \'{{"reason":"x"}}\' WHERE event_id = '
            f"(SELECT max(event_id) FROM {BODY})"
        ],
        ("evidence.body", "event #"),
    ),
    "head's root changed": (
        [
            f"UPDATE {HEAD} SET root = substr(root, 2) || substr(root, 1, 1) WHERE tree_size = "
            f"(SELECT min(tree_size) FROM {HEAD})"
        ],
        ("evidence.head",),
    ),
    "sequencer's state turned back": ([f"UPDATE {STATE} SET size = size - 1"], ("evidence.state",)),
    "tile deleted": ([f"DELETE FROM {TILE} WHERE level = 0"], ("evidence.tile", "0/0")),
    "current value edited": (
        [f"UPDATE {CURRENT} SET value = '123456' WHERE {ONE_CURRENT}"],
        ("observations.current_value", "value", "被改动"),
    ),
    "current value deleted": (
        [f"DELETE FROM {CURRENT} WHERE {ONE_CURRENT}"],
        ("observations.current_value", "被删除"),
    ),
    "current value inserted": (
        [
            f"INSERT INTO {CURRENT} (place, subject, element, period, value, text, quality, source, "
            "batch, event, n, recorded_at, disputed) SELECT 4242, subject, element, period, value, "
            f"text, quality, source, batch, event, n, recorded_at, disputed FROM {CURRENT} "
            f"WHERE {ONE_CURRENT}"
        ],
        ("observations.current_value", "地点 4242", "自行插入"),
    ),
    "pending value edited": (
        [
            f"UPDATE {PENDING} SET value = '77' WHERE id = (SELECT min(id) FROM {PENDING} "
            "WHERE value IS NOT NULL)"
        ],
        ("observations.value", "被改动"),
    ),
    "pending value deleted": (
        [f"DELETE FROM {PENDING} WHERE id = (SELECT min(id) FROM {PENDING})"],
        ("observations.value", "被删除"),
    ),
    "pending value inserted": (
        [
            f"INSERT INTO {PENDING} (place, subject, element, period, value, text, quality, n, effect, "
            "prior, prior_present, source, batch_id, recorded_at) SELECT 4242, subject, element, "
            "period, value, text, quality, 9999, effect, prior, prior_present, source, batch_id, "
            f"recorded_at FROM {PENDING} WHERE id = (SELECT min(id) FROM {PENDING})"
        ],
        ("observations.value", "地点 4242", "自行插入"),
    ),
    "batch edited": (
        [f"UPDATE {BATCH} SET rows = rows + 1 WHERE key = 'import-2'"],
        ("observations.batch", "import-2", "rows"),
    ),
    "batch's payload changed": (
        [f"UPDATE {BATCH} SET payload = 'x' WHERE key = 'police-3'"],
        ("observations.batch", "police-3", "payload"),
    ),
    "batch deleted": (
        [
            f"DELETE FROM {SEGMENT} WHERE batch_id = (SELECT id FROM {BATCH} WHERE key = 'import-5')",
            f"DELETE FROM {BATCH} WHERE key = 'import-5'",
        ],
        ("observations.batch", "import-5", "被删除"),
    ),
    "manifest row edited": (
        [
            f"UPDATE {SEGMENT} SET place_low = place_high WHERE replaced_at IS NULL "
            "AND shape = 'value'"
        ],
        ("observations.segment",),
    ),
    "manifest row deleted": (
        [
            f"DELETE FROM {SEGMENT} WHERE id = (SELECT min(id) FROM {SEGMENT} "
            "WHERE replaced_at IS NULL AND shape = 'value')"
        ],
        ("observations.segment", "被删除"),
    ),
    "replaced file brought back": (
        [
            f"UPDATE {SEGMENT} SET replaced_at = NULL WHERE id = (SELECT min(id) FROM {SEGMENT} "
            "WHERE replaced_at IS NOT NULL)"
        ],
        ("observations.segment", "又被列为有效"),
    ),
    "dispute edited": (
        [f"UPDATE {CONTENDER} SET value = '1' WHERE id = (SELECT max(id) FROM {CONTENDER})"],
        ("observations.contender", "被改动"),
    ),
    "dispute deleted": (
        [f"DELETE FROM {CONTENDER} WHERE id = (SELECT max(id) FROM {CONTENDER})"],
        ("observations.contender", "被删除"),
    ),
    "dispute reopened": (
        [f"UPDATE {CONTENDER} SET taken = NULL, resolved_at = NULL WHERE taken"],
        ("observations.contender", "taken"),
    ),
    "element redefined": (
        [f"UPDATE {ELEMENT} SET unit = '户' WHERE code = 'faults_b'"],
        ("observations.element", "faults_b", "被改动"),
    ),
    "period reset": ([f"UPDATE {PERIOD} SET n = 0 WHERE period = 2012000"], ("2012000",)),
}


def named(findings: list[str], *words: str) -> None:
    assert any(all(w in found for w in words) for found in findings), (words, findings[:10])


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_row_is_found_and_named(
    name: str, zygote: Zygote, told: Store, file_database: object
) -> None:
    statements, words = FORGERIES[name]
    named(zygote.run(told, "forgery:forge", statements=statements).said[0]["findings"], *words)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["raw", "sealed", "merged"])
@pytest.mark.parametrize("then", ["", "compact"])
def test_a_rewritten_file_is_found_and_its_row_named(
    kind: str, then: str, zygote: Zygote, told: Store, file_database: Copy
) -> None:
    """Also when the honest service has merged it into another file since."""
    store = file_database(told)
    row = zygote.run(store, "forgery:rewrite", kind=kind, seed=3).said[0]
    if then:
        zygote.run(store, "forgery:go_on", what=then)
    found = zygote.run(store, "forgery:verify").said[0]["findings"]
    named(found, "observations.value", f"第 {row['n']} 行", f"地点 {row['place']} ", "被改动")


def test_a_row_cut_from_a_file_is_named(zygote: Zygote, told: Store, file_database: Copy) -> None:
    store = file_database(told)
    row = zygote.run(store, "forgery:cut", kind="merged").said[0]
    found = zygote.run(store, "forgery:verify").said[0]["findings"]
    named(found, "observations.value", f"第 {row['n']} 行", "被删除")


def test_a_forged_pending_row_is_still_found_after_sealing_and_merging(
    zygote: Zygote, told: Store, file_database: Copy
) -> None:
    store = file_database(told)
    where = f"id = (SELECT min(id) FROM {PENDING} WHERE value IS NOT NULL)"
    n, place = store.sql(f"SELECT n, place FROM {PENDING} WHERE {where}")[0]
    store.sql(f"UPDATE {PENDING} SET value = '77' WHERE {where}")
    for what in ("seal", "compact"):
        zygote.run(store, "forgery:go_on", what=what)
        found = zygote.run(store, "forgery:verify").said[0]["findings"]
        named(found, "observations.value", f"第 {n} 行", f"地点 {place} ", "被改动")


def test_a_forged_current_value_is_found_unless_it_was_honestly_replaced(
    zygote: Zygote, told: Store, file_database: Copy
) -> None:
    """What stands on a forged value carries it as `prior`: history contradicts it."""
    store = file_database(told)
    store.sql(f"UPDATE {CURRENT} SET value = '9' WHERE {ONE_CURRENT}")
    place = store.sql(f"SELECT place FROM {CURRENT} WHERE {ONE_CURRENT}")[0][0]
    found = zygote.run(store, "forgery:verify").said[0]["findings"]
    named(found, "observations.current_value", f"地点 {place} ", "value")


def test_a_cut_tail_and_an_old_copy_need_a_head_from_outside(
    zygote: Zygote, world: Store, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    """Everything older was honestly signed: only who kept a newer head can know."""
    newest = zygote.run(told, "forgery:head").said[0]["head"]
    old = file_database(world)
    other = zygote.run(old, "forgery:verify", head=newest).said[0]["findings"]
    named(other, "evidence.head", str(newest["tree_size"]), "旧副本")
    cut = file_database(told)
    size = newest["tree_size"]
    kept = cut.sql(f"SELECT max(tree_size) FROM {HEAD} WHERE tree_size < {size}")[0][0]
    cut.sql(
        f"DELETE FROM {BODY} WHERE event_id IN (SELECT id FROM {EVENT} WHERE seq > {kept})",
        f"DELETE FROM {EVENT} WHERE seq > {kept}",
        f"DELETE FROM {HEAD} WHERE tree_size > {kept}",
        f"UPDATE {STATE} SET size = {kept}",
    )
    found = zygote.run(cut, "forgery:verify", head=newest).said[0]["findings"]
    named(found, "evidence.head", f"第 {kept + 1}–{size} 条")


def test_the_command_names_the_row_and_fails(
    zygote: Zygote, told: Store, file_database: Copy, tmp_path: Path
) -> None:
    store, kept = file_database(told), tmp_path / "head.json"
    store.cli("evidence", "head", "--out", str(kept))
    said = store.cli("evidence", "verify", "--head", str(kept))
    assert "一致" in said.stdout
    store.sql(f"UPDATE {CURRENT} SET value = '123456' WHERE {ONE_CURRENT}")
    store.sql(f"UPDATE {EVENT} SET \"by\" = 'nobody' WHERE seq = 7")
    done = store.cli("evidence", "verify", "--head", str(kept), "--json", ok=(1,))
    *findings, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["noun"] for one in findings} >= {"evidence.event", "observations.current_value"}
    assert last["findings"] == len(findings) and last["outside_head"]
