"""Places, and every dated thing about them: `[valid_from, valid_to)`, open while `valid_to` is
null.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q

from .terms import ChangeKind, Tree

KINDS = [(kind.value, kind.value) for kind in ChangeKind]
TREES = [(tree.value, tree.value) for tree in Tree]


def on_day(day: date, prefix: str = "") -> Q:
    """Rows in force on that day."""
    started = Q(**{f"{prefix}valid_from__lte": day})
    return started & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    )


def _not_empty(label: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
        name=f"places_{label}_span",
    )


class TreeState(models.Model):
    """One row. `stamp` is new after every change of anything here: what caches are keyed by."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()
    content = models.CharField(max_length=64, blank=True)  # sha256 of the content loaded

    def __str__(self) -> str:
        return f"trees @{self.stamp}"


class PlaceChange(models.Model):
    """Why rows were closed and opened. `key`: the line of a list it came from, if any."""

    # Null where there is none: an empty text would not be unique.
    key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    kind = models.CharField(max_length=10, choices=KINDS)
    effective = models.DateField()
    document = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=400, blank=True)
    verified = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["effective"], name="places_change_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.effective} {self.document}"


class Place(models.Model):
    """A place and nothing that can change about it. Ids run in pre-order of the code tree when
    loaded.
    """

    id = models.BigIntegerField(primary_key=True)
    uuid = models.UUIDField(unique=True)
    level = models.SmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _not_empty("place"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="places_level"),
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"


class PlaceName(models.Model):
    """What it is called and what kind of place it is (市, 区, 街道 …), which change together."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="names")
    lang = models.CharField(max_length=8, default="zh-hans")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    pinyin = models.CharField(max_length=240)
    initials = models.CharField(max_length=60)
    change = models.ForeignKey(PlaceChange, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _not_empty("name"),
            models.UniqueConstraint(
                fields=["place", "lang", "valid_from"], name="places_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceCode(models.Model):
    """`scheme` nbs: 12 digits (statistics); mca: 6 or 9 (civil affairs); datav: a map's own ids."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="codes")
    scheme = models.CharField(max_length=12)
    code = models.CharField(max_length=20)
    change = models.ForeignKey(PlaceChange, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _not_empty("code"),
            models.UniqueConstraint(
                fields=["scheme", "code", "valid_from"], name="places_code_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.code}"


class PlaceParent(models.Model):
    """The truth of both trees. A root has no parent in its row; a zone may stand in one tree."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="parents")
    tree = models.CharField(max_length=8, choices=TREES)
    parent = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    change = models.ForeignKey(PlaceChange, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _not_empty("parent"),
            models.UniqueConstraint(
                fields=["place", "tree", "valid_from"], name="places_parent_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} under {self.parent_id} ({self.tree})"


class PlaceClosure(models.Model):
    """Derived from PlaceParent: every ancestor of every place with its dates, the place itself at
    depth 0.
    """

    tree = models.CharField(max_length=8, choices=TREES)
    # Derived rows in great number: the constraint would cost a third of the load and guard nothing.
    ancestor = models.ForeignKey(
        Place, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    descendant = models.ForeignKey(
        Place, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    depth = models.SmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            _not_empty("closure"),
            models.UniqueConstraint(
                fields=["tree", "descendant", "ancestor", "valid_from"], name="places_closure_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tree", "ancestor", "descendant"], name="places_closure_down")
        ]

    def __str__(self) -> str:
        return f"{self.ancestor_id} over {self.descendant_id}"


class PlaceLineage(models.Model):
    """One row for each old place and new place of a change, with codes and names of that day."""

    change = models.ForeignKey(PlaceChange, models.PROTECT, related_name="lineage")
    old = models.ForeignKey(Place, models.PROTECT, related_name="left")
    new = models.ForeignKey(Place, models.PROTECT, related_name="came")
    old_code = models.CharField(max_length=20, blank=True)
    new_code = models.CharField(max_length=20, blank=True)
    old_name = models.CharField(max_length=120, blank=True)
    new_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "old", "new"], name="places_lineage_once")
        ]

    def __str__(self) -> str:
        return f"{self.old_code} -> {self.new_code}"


class Outline(models.Model):
    """A border as drawn on `valid_from`. `geojson` is a geometry, longitude first, in `crs`."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="outlines")
    geojson = models.TextField()
    crs = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    approximate = models.BooleanField(default=True)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "valid_from"], name="places_outline_once")
        ]

    def __str__(self) -> str:
        return f"outline of {self.place_id} of {self.valid_from}"
