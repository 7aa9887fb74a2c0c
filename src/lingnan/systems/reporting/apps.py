from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "lingnan.systems.reporting"
    label = "reporting"
