"""Django's own door; `lingnan` is ours."""

import sys

from django.core.management import execute_from_command_line

from lingnan.site.setup import prepare

if __name__ == "__main__":
    prepare()
    execute_from_command_line(sys.argv)
