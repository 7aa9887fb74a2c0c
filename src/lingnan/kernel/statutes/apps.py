from django.apps import AppConfig


class StatutesConfig(AppConfig):
    name = "lingnan.kernel.statutes"
    label = "kernel_statutes"
