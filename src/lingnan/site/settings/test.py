"""The suite: fast hashing, its own data folder; `LINGNAN_DATABASE_URL` chooses PostgreSQL."""

import os
import tempfile

os.environ.setdefault("LINGNAN_ENV", "test")
os.environ.setdefault("LINGNAN_DEMO", "on")
os.environ.setdefault("LINGNAN_LOG_LEVEL", "ERROR")
if "LINGNAN_DATA" not in os.environ:
    os.environ["LINGNAN_DATA"] = os.environ["PYTEST_DATA"] = tempfile.mkdtemp(
        prefix="lingnan-test-"
    )
# Workers of a parallel run inherit the folder made here; each needs its own. A folder that a test
# gives to a process of its own is left alone.
worker = os.environ.get("PYTEST_XDIST_WORKER")
if worker and os.environ["LINGNAN_DATA"] == os.environ.get("PYTEST_DATA"):
    os.environ["LINGNAN_DATA"] += f"/{worker}"

os.makedirs(os.environ["LINGNAN_DATA"], exist_ok=True)

from .base import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
STORAGES["staticfiles"] = {  # noqa: F405 - nothing is collected: files keep their plain names
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
