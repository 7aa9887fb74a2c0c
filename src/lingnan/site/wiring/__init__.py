"""Who hears whom. The only folder in which one system meets another."""

from collections import defaultdict
from collections.abc import Mapping

from django.conf import settings

from lingnan.kernel.cases import services as cases
from lingnan.kernel.cases.queries import STATES as CASES
from lingnan.kernel.evidence import services as evidence
from lingnan.kernel.evidence.terms import Stamp
from lingnan.kernel.observations import queries as observations
from lingnan.kernel.observations.queries.verify import verify as verify_observations
from lingnan.kernel.observations.terms import ValuesRecorded
from lingnan.kernel.parties import services as parties
from lingnan.kernel.parties.queries.states import STATES as PARTIES
from lingnan.kernel.places.queries.states import STATES as PLACES
from lingnan.kernel.places.queries.states import check_closure
from lingnan.kernel.statutes.queries import STATES as STATUTES
from lingnan.systems.reporting import adapters
from lingnan.systems.reporting import services as reporting
from lingnan.systems.reporting.queries import guarding
from lingnan.systems.reporting.queries.states import STATES as REPORTING
from lingnan.systems.reporting.queries.verify import verify as verify_reporting
from lingnan.web import speech
from lingnan.web import systems as web

from ..systems import systems
from . import reporting_tasks


def connect() -> None:
    """Called once when Django is ready."""
    web.install(systems())
    register_roles()
    cases.register_kinds(kind for system in web.installed() for kind in system.tasks)
    evidence.add_verifier("observations", verify_observations)
    evidence.add_verifier("places", check_closure)
    for kind, load in (PLACES | STATUTES | PARTIES | CASES | REPORTING).items():
        evidence.add_states(kind, load)
    evidence.add_verifier("reporting", verify_reporting)
    observations.add_guard("reporting", guarding.guard)
    reporting.use_channels(adapters.configured(settings.ENV))
    speech.use_speech(
        speech.HttpSpeech(settings.ENV.speech_url) if settings.ENV.speech_url else None
    )
    evidence.listen(ValuesRecorded, plan_again, name="reporting.plan_again", history=False)
    reporting_tasks.connect()


def plan_again(event: ValuesRecorded, stamp: Stamp) -> None:
    """Facts arrived: rounds that are being filled ask less."""
    low, high = event.places
    reporting.replan(event.periods, (low, high), event.source, at=stamp.at)


def register_roles() -> None:
    """A role that two systems declare may do what both say."""
    permissions: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    labels: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    titles: dict[str, Mapping[str, str]] = {}
    for system in web.installed():
        for role in system.roles:
            permissions[role.code] |= role.permissions
            labels[role.code] |= role.labels
            titles[role.code] = {**titles.get(role.code, {}), **role.title}
    parties.register_roles(permissions, labels=labels, titles=titles)
