"""Writes every call to the audit trail, as a worker extension."""

import logging

from azure.functions import AppExtensionBase


class AuditExtension(AppExtensionBase):
    container = "default"

    @classmethod
    def init(cls):
        cls.trail = logging.getLogger("audit")

    @classmethod
    def configure(cls, container):
        cls.container = container

    @classmethod
    def pre_invocation_app_level(cls, logger, context, func_args=None, *args, **kwargs):
        cls.trail.info("%s calls %s", context.invocation_id, context.function_name)
