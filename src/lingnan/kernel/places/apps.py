from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "lingnan.kernel.places"
    label = "kernel_places"
