from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "lingnan.kernel.observations"
    label = "kernel_observations"
