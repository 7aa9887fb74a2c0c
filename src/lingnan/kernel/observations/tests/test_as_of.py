"""Whatever was written, corrected, sealed, compacted and collected since: every earlier answer stands."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from unittest import mock

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lingnan.base.tests.rounds import rounds
from lingnan.kernel.evidence import queries as evidence_queries
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.observations import queries, services
from lingnan.kernel.observations.models import PendingValue, Segment
from lingnan.kernel.observations.queries import sums
from lingnan.kernel.observations.terms import OverPlaces, Quality

from .province import SYSTEM
from .samples import NOON, OCTOBER, define, number, record

pytestmark = pytest.mark.django_db

RANK = {"good": 1, "poor": 2}
PLACES = ("440112001001", "440112001002", "440112012001", "441900003001")
ABOVE = ("440112001", "440112", "4401", "4419", "44")
RULES = (OverPlaces.SUM, OverPlaces.AVG, OverPlaces.MIN)
_numbers = count()

keys = st.tuples(st.sampled_from(PLACES), st.sampled_from(RULES))
writing = st.tuples(
    st.sampled_from(["record", "record", "import"]),
    st.sampled_from(["good", "good", "poor"]),
    st.dictionaries(keys, st.one_of(st.none(), st.integers(-3, 9)), min_size=1, max_size=6),
)
tending = st.sampled_from(["number", "number", "seal", "compact", "collect"])
steps = st.lists(st.one_of(writing, tending), min_size=2, max_size=14)


class Model:
    """What the store should hold: the winner of each key, by the rules of the README."""

    def __init__(self):
        self.held = {}

    def write(self, source, said):
        for key, value in said.items():
            if key not in self.held:
                self.held[key] = value, source
                continue
            old, owner = self.held[key]
            worse = RANK[source] > RANK[owner]
            if value == old:
                if RANK[source] < RANK[owner]:
                    self.held[key] = value, source
            elif value is None:
                if source == owner:
                    self.held[key] = value, source
            elif old is None or not worse:
                self.held[key] = value, source

    def answers(self):
        """(place code, rule) → (value, reported), villages and above."""
        found = {}
        for rule in RULES:
            for code in (*PLACES, *ABOVE):
                told = [
                    v
                    for (place, r), (v, _) in self.held.items()
                    if r == rule and place.startswith(code) and v is not None
                ]
                found[code, rule] = (_fold(rule, told), len(told)) if told else (None, 0)
        return found


def _fold(rule, told):
    if rule is OverPlaces.MIN:
        return Decimal(min(told))
    total = Decimal(sum(told))
    if rule is OverPlaces.AVG:
        return (total / len(told)).quantize(Decimal("0.000001"))
    return total


class History:
    """Runs the steps on the store and on the model; remembers what each sequence number showed."""

    def __init__(self, ids):
        self.ids, self.model, self.then = ids, Model(), {}
        self.clock = NOON
        name = f"n{next(_numbers)}_"
        self.elements = {
            rule: define(name + rule.value, over_places=rule, precedence=("good", "poor"))[
                name + rule.value
            ]
            for rule in RULES
        }

    def do(self, step):
        self.clock += timedelta(minutes=1)
        if isinstance(step, tuple):
            self._write(*step)
        elif step == "number":
            evidence.drain(at=self.clock)
            self.then[evidence_queries.watermark()] = self.model.answers()
        elif step == "seal":
            services.seal(by=SYSTEM, at=self.clock)
        elif step == "compact":
            services.compact(by=SYSTEM, at=self.clock, fewest=2)
        else:
            services.collect(by=SYSTEM, at=self.clock, grace=timedelta(0))

    def _write(self, how, source, said):
        rows = [
            number(self.ids[place], self.elements[rule], value)
            for (place, rule), value in said.items()
        ]
        key = f"batch:{next(_numbers)}"
        if how == "record":
            record(key, rows, source=source, at=self.clock)
        else:
            table = pa.table(
                {
                    "place": [r.place for r in rows],
                    "element": pa.array([r.element for r in rows], pa.int32()),
                    "period": pa.array([r.period for r in rows], pa.int32()),
                    "value": pa.array([r.value for r in rows], pa.decimal128(24, 6)),
                    "quality": pa.array([int(r.quality) for r in rows], pa.int8()),
                }
            )
            services.import_values(key, table, source=source, by=SYSTEM, at=self.clock)
        self.model.write(source, said)

    def shown(self, as_of):
        codes = {place: code for code, place in self.ids.items()}
        rules = {element: rule for rule, element in self.elements.items()}
        table = queries.rollup(list(rules), OCTOBER, as_of=as_of, to=SYSTEM)
        return {
            (codes[r["place"]], rules[r["element"]]): (r["value"], r["reported"])
            for r in table.to_pylist()
            if codes[r["place"]] in (*PLACES, *ABOVE)
        }

    def listed(self, as_of):
        """The same villages by `values`."""
        codes = {place: code for code, place in self.ids.items()}
        rules = {element: rule for rule, element in self.elements.items()}
        table = queries.values(list(rules), [OCTOBER], as_of=as_of, to=SYSTEM, on=self.clock.date())
        rows = table.to_pylist()
        assert len(rows) == len({(r["place"], r["element"]) for r in rows})
        return {(codes[r["place"]], rules[r["element"]]): r["value"] for r in rows}

    def check(self):
        assert self.shown(None) == self.model.answers()
        assert self.listed(None) == {key: value for key, (value, _) in self.model.held.items()}
        for seq, answers in self.then.items():
            assert self.shown(seq) == answers
            held = {key: told[0] for key, told in answers.items() if key[0] in PLACES and told[1]}
            listed = {key: value for key, value in self.listed(seq).items() if value is not None}
            assert listed == held


@settings(
    max_examples=rounds(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
)
@given(steps=steps, large=st.sampled_from([1, sums.LARGE]))
def test_every_earlier_answer_can_be_given_again(ids, steps, large):
    """Also when every file, however small, holds its sums and they are remembered."""
    story = History(ids)
    with mock.patch.multiple(sums, LARGE=large, WORTH=0 if large == 1 else sums.WORTH):
        for step in steps:
            story.do(step)
            if large == 1:
                story.shown(None)
        story.check()


def test_an_instant_means_what_was_numbered_by_then(ids):
    e = define("population")["population"]
    a = ids["440112001001"]
    record("1", [number(a, e, 1)])
    evidence.drain(at=NOON)
    record("2", [number(a, e, 2)])
    evidence.drain(at=NOON + timedelta(hours=1))
    record("3", [number(a, e, 3)])

    def told(as_of):
        rows = queries.rollup([e], OCTOBER, level=1, as_of=as_of, to=SYSTEM).to_pylist()
        return rows[0]["value"]

    assert told(NOON - timedelta(seconds=1)) is None
    assert told(NOON) == 1
    assert told(NOON + timedelta(hours=2)) == 2
    assert told(None) == 3


def test_rows_are_seen_once_while_they_are_sealed(ids, monkeypatch):
    """Sealing between the two halves of a read: the read starts over."""
    from lingnan.kernel.observations.queries import visible

    e = define("population")["population"]
    record("1", [number(ids[p], e, 1) for p in PLACES])
    evidence.drain(at=NOON)
    read, sealed = visible._pending, []

    def meanwhile(*args):
        if not sealed:
            sealed.append(services.seal(by=SYSTEM, at=NOON))
        return read(*args)

    monkeypatch.setattr(visible, "_pending", meanwhile)
    rows = queries.rollup([e], OCTOBER, level=1, to=SYSTEM).to_pylist()
    assert sealed and not PendingValue.objects.exists()
    assert (rows[0]["value"], rows[0]["reported"]) == (4, 4)


def test_a_file_collected_under_a_reader_is_read_from_its_successor(ids, monkeypatch):
    from lingnan.kernel.observations.queries import scan, visible

    e = define("population")["population"]
    for n, place in enumerate(PLACES):
        record(str(n), [number(ids[place], e, 1)])
        evidence.drain(at=NOON)
        services.seal(by=SYSTEM, at=NOON)
    look, tended = visible.visible, []

    def late(*args):
        seen = look(*args)
        if not tended:
            tended.append(services.compact(by=SYSTEM, at=NOON, fewest=2))
            services.collect(by=SYSTEM, at=NOON + timedelta(1), grace=timedelta(0))
        return seen

    monkeypatch.setattr(scan, "visible", late)
    rows = queries.rollup([e], OCTOBER, level=1, to=SYSTEM).to_pylist()
    assert Segment.objects.count() == 1
    assert rows[0]["value"] == 4


def test_what_is_not_numbered_yet_is_newer_than_what_is(ids):
    e = define("lowest", over_places=OverPlaces.MIN)["lowest"]
    a = ids["440112001001"]
    record("1", [number(a, e, 5)])
    evidence.drain(at=NOON)
    services.seal(by=SYSTEM, at=NOON)
    record("2", [number(a, e, 9)])
    record("3", [number(a, e, 7)])
    table = queries.values([e], [OCTOBER], to=SYSTEM, on=NOON.date())
    assert table["value"].to_pylist() == [7]
    assert table["quality"].to_pylist() == [Quality.REPORTED]
