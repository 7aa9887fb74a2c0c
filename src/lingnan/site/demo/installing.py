"""What every installation does first: tables, static files, translations, declared content."""

from datetime import datetime

from django.core.management import call_command

from lingnan.kernel.evidence import services as evidence
from lingnan.site import loading
from lingnan.web.i18n import compile_messages


def install(*, at: datetime) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    compile_messages()
    call_command("collectstatic", interactive=False, verbosity=0)
    for _, load in loading.loaders():
        load(None, at=at)
    evidence.drain(at=at)
