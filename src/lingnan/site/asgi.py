"""What granian serves: streams by the small door beside Django, everything else as in `wsgi`."""

from .wsgi import application as django

# Only now: the door asks for models, which need what `wsgi` prepares.
from lingnan.web.live.door import Door  # isort: skip

application = Door(django)
