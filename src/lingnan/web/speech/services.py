"""A voice is dear and the door is open: so many pieces a minute for each, whichever process asks."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from lingnan.base.errors import Refused

from .models import Heard

SALT = "lingnan.speech"
PIECES = 120  # a minute: four times what one listens to
KEPT_FOR = timedelta(hours=1)


class TooMuchAloud(Refused):
    code = "web.too_much_aloud"
    status = 429
    tell = "朗读请求太多，请在 1 分钟后再试。"


def count(who: str, *, at: datetime) -> None:
    """TooMuchAloud beyond what one minute allows. Not evidence: nothing is told of anybody."""
    minute = at.replace(second=0, microsecond=0)
    who = salted_hmac(SALT, who, algorithm="sha256").hexdigest()
    mine = Heard.objects.filter(who=who, minute=minute)
    if not mine.update(pieces=F("pieces") + 1):
        Heard.objects.bulk_create([Heard(who=who, minute=minute)], ignore_conflicts=True)
        mine.update(pieces=F("pieces") + 1)
    if mine.filter(pieces__gt=PIECES).exists():
        raise TooMuchAloud


def collect(*, at: datetime) -> int:
    """Forget minutes long past. Answers how many."""
    return Heard.objects.filter(minute__lt=at - KEPT_FOR).delete()[0]
