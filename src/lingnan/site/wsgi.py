"""Static files from memory, everything else by Django."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from lingnan.web.assets.serving import Assets

from .setup import prepare

prepare()
application = Assets(get_wsgi_application(), settings.STATIC_ROOT)
