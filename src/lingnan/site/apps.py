from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "lingnan.site"
    label = "lingnan_site"

    def ready(self) -> None:
        from . import wiring

        wiring.connect()


class ConsoleConfig(AppConfig):
    name = "lingnan.site.console"
    label = "lingnan_console"
