"""The API of the kernel nouns themselves."""

from ninja import Router

from . import cases, evidence, observations, parties, places, statutes

router = Router()
for part in (places, statutes, observations, parties, evidence, cases):
    router.add_router("", part.router)

__all__ = ["router"]
