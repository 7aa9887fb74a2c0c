"""How dear a password hash is: Argon2id as OWASP's Password Storage Cheat Sheet asks at least.

Django's own figures (100 MiB, 8 lanes) let one small server hash few sign-ins at a time; guessing
online is stopped by locks and limits, guessing offline by memory. See docs/decisions.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1
