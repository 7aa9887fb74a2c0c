from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "lingnan.systems.platform"
    label = "platform"
