"""What granian serves."""

from django.core.wsgi import get_wsgi_application

from .setup import prepare

prepare()
application = get_wsgi_application()
