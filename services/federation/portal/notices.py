"""What a page says once after something was done ("Saved"), carried over the redirect by a signed cookie."""

from django.contrib.messages.storage.cookie import CookieStorage


class InCookie(CookieStorage):
    """Keeps a notice in a cookie of this host alone.

    It is a fixed text, with at most a link back to where one was: addresses hold ids and codes, and never name anybody.
    """

    cookie_name = "__Host-zenne-notice"
