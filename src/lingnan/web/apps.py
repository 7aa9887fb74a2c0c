from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lingnan.web"
    label = "web"
