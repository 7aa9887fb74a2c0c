"""Whether plans are what their events say: their choices lie in rows of their own."""

import zlib
from collections.abc import Iterator
from hashlib import sha256 as sha

from lingnan.base.canonical import sha256
from lingnan.base.ids import subject
from lingnan.kernel.evidence.queries import facts_of_last
from lingnan.kernel.evidence.terms import Finding

from ..models import Plan
from ..terms.happenings import RoundPlanned

PAGE = 500


def verify() -> Iterator[Finding]:
    """Findings name the plan."""
    for plan in Plan.objects.order_by("pk").iterator(chunk_size=10):
        name = subject("reporting", "plan", plan.uuid)
        told = facts_of_last(RoundPlanned.kind, [name]).get(name)
        if told is None:
            yield Finding("reporting.plan", name, "没有事件记载这份填报计划")
        elif told.get("sha256") != plan.sha256:
            yield Finding("reporting.plan", name, "与制订计划的事件所记不符：被改动")
        yield from _altered(plan, name)


def _altered(plan: Plan, name: str) -> Iterator[Finding]:
    """The choices of a plan against the digest its event tells."""
    digests = []
    for shape in plan.shapes.order_by("digest").iterator(chunk_size=PAGE):
        digests.append(shape.digest)
        if sha(zlib.decompress(bytes(shape.choice))).hexdigest() != shape.digest:
            yield Finding("reporting.plan", name, f"形态 {shape.digest[:8]} 被改动")
    if sha256([sha256(plan.content), sorted(digests)]) != plan.sha256:
        yield Finding("reporting.plan", name, "内容或形态与事件所记不符：被改动")
