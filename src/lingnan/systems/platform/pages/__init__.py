"""Pages of the kernel nouns themselves."""

from . import evidence, observations, parties, places, statutes

urlpatterns = [
    *places.urlpatterns,
    *statutes.urlpatterns,
    *observations.urlpatterns,
    *parties.urlpatterns,
    *evidence.urlpatterns,
]

__all__ = ["urlpatterns"]
