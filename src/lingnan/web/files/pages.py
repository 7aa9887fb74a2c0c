"""The way out for a file: always an attachment, never sniffed, never run."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import path

from lingnan.web.access import public
from lingnan.web.actors import actor_of

from .queries import open_file


@public
def download(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Public as a route: the gate of `open_file` decides for each file."""
    opened = open_file(sha256, to=actor_of(request))
    response = FileResponse(
        opened.path.open("rb"),
        as_attachment=True,
        filename=opened.info.name,
        content_type=opened.info.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = f'"{opened.info.sha256}"'
    response["Cache-Control"] = "private, no-cache"
    return response


urlpatterns = [path("files/<slug:sha256>", download, name="file")]
