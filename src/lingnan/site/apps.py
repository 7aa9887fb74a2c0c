from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "lingnan.site"
    label = "lingnan_site"

    def ready(self) -> None:
        from . import wiring

        wiring.connect()
