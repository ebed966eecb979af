"""Declares this folder to Django."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """The Django app of referrals, sent and received."""

    name = "municipal.referrals"
    label = "referrals"
