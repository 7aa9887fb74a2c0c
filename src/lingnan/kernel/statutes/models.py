"""Rules and calendars. Nothing is overwritten: a corrected row is closed (`replaced_at`) and
another added.
"""

from django.db import models
from django.db.models import F, Q

from .terms import DayKind


class LibraryState(models.Model):
    """One row. `stamp` is new after every load: what caches are keyed by."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamp = models.UUIDField()

    def __str__(self) -> str:
        return f"library @{self.stamp}"


class Rule(models.Model):
    """A dated parameter, list or table. `value` is JSON; numbers with a fraction are written as
    strings.
    """

    set = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    value = models.JSONField()
    unit = models.CharField(max_length=20, blank=True)
    document = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=120, blank=True)
    article = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    source = models.CharField(max_length=400, blank=True)
    verified = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="statutes_rule_span",
            ),
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                condition=Q(replaced_at__isnull=True),
                name="statutes_rule_once",
            ),
        ]
        indexes = [models.Index(fields=["key", "valid_from"], name="statutes_rule_key")]

    def __str__(self) -> str:
        return f"{self.key} from {self.valid_from}"


class Region(models.Model):
    """Which weekdays are not worked (ISO numbers, `67` for Saturday and Sunday), and on what
    ground.
    """

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=40)
    weekend = models.CharField(max_length=7)
    basis = models.CharField(max_length=200)
    verified = models.BooleanField()

    def __str__(self) -> str:
        return self.name


class CalendarYear(models.Model):
    """One year as announced; an amended notice closes the row and opens another."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="years")
    year = models.SmallIntegerField()
    notice = models.CharField(max_length=400, blank=True)
    verified = models.BooleanField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year"],
                condition=Q(replaced_at__isnull=True),
                name="statutes_year_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.year}"


class CalendarDay(models.Model):
    """A day that is not what its weekday says."""

    year = models.ForeignKey(CalendarYear, models.PROTECT, related_name="days")
    day = models.DateField()
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in DayKind])
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "day"], name="statutes_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
