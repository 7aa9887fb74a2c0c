"""Choose the settings module and start Django; used by every entry point."""

import gc
import os

import django

from .settings import environment


def prepare() -> None:
    env = environment.read().env  # says everything that is wrong before Django stumbles on it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"lingnan.site.settings.{env}")
    # Everything that is imported stays: looking for garbage in it takes a tenth of the start.
    gc.disable()
    django.setup()
    gc.freeze()
    gc.enable()
