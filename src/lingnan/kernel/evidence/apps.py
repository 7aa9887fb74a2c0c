from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "lingnan.kernel.evidence"
    label = "kernel_evidence"
