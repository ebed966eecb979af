"""The addresses that every level has: the account, the help."""

from django.urls import URLPattern, URLResolver, path

from federation.portal import account

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/language", account.choose_language, name="choose-language"),
]
