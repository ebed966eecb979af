"""Declares this folder to Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The people who are helped."""

    name = "municipal.people"
    label = "people"
