"""Adding a system takes one folder and one line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
NAME = "tide"

FILES = {
    "__init__.py": "",
    "README.md": "# Tide\n",
    "apps.py": (
        "from django.apps import AppConfig\n\n\n"
        "class TideConfig(AppConfig):\n"
        f'    name = "lingnan.systems.{NAME}"\n'
        f'    label = "{NAME}"\n'
    ),
    "system.py": (
        "from django.http import HttpRequest, HttpResponse\n"
        "from django.urls import path\n\n"
        "from lingnan.web.access import public\n"
        "from lingnan.web.systems import System\n\n\n"
        "@public\n"
        "def home(request: HttpRequest) -> HttpResponse:\n"
        '    return HttpResponse("tide")\n\n\n'
        f'SYSTEM = System(name="{NAME}", title={{"zh-hans": "潮汐"}},\n'
        '                pages=[path("", home, name="home")])\n'
    ),
}

PROBE = f"""
import django; django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check")
print(Client().get("/zh-hans/{NAME}/").content.decode())
"""


def test_one_folder_and_one_line(tmp_path: Path) -> None:
    source = tmp_path / "src"
    shutil.copytree(REPOSITORY / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    folder = source / "lingnan" / "systems" / NAME
    folder.mkdir()
    for file, text in FILES.items():
        (folder / file).write_text(text)
    listing = source / "lingnan" / "site" / "systems.py"
    listing.write_text(listing.read_text().replace("NAMES = (\n", f'NAMES = (\n    "{NAME}",\n'))

    environment = {k: v for k, v in os.environ.items() if not k.startswith("LINGNAN_")}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment
        | {
            "PYTHONPATH": str(source),
            "DJANGO_SETTINGS_MODULE": "lingnan.site.settings.test",
            "LINGNAN_ENV": "test",
            "LINGNAN_DATA": str(tmp_path / "var"),
        },
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("tide")
