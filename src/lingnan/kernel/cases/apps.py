from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "lingnan.kernel.cases"
    label = "kernel_cases"
