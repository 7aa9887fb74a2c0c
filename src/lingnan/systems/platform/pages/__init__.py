"""Pages of the kernel nouns themselves."""

from . import evidence, observations, parties, places, statutes
from .searching import SEARCHES

urlpatterns = [
    *places.urlpatterns,
    *statutes.urlpatterns,
    *observations.urlpatterns,
    *parties.urlpatterns,
    *evidence.urlpatterns,
]

__all__ = ["SEARCHES", "urlpatterns"]
