"""A person's own machine; only `manage.py runserver` shows what went wrong inside."""

import sys

from .base import *  # noqa: F403

DEBUG = sys.argv[1:2] == ["runserver"]
