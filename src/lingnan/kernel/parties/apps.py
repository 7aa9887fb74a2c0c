from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "lingnan.kernel.parties"
    label = "kernel_parties"
