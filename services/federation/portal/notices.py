"""What a page says once after something was done ("Saved"), carried over the redirect by a signed cookie."""

from django.contrib.messages.storage.cookie import CookieStorage


class InCookie(CookieStorage):
    """Keeps a notice in a cookie of this host alone; it is a fixed text, which never names anybody."""

    cookie_name = "__Host-zenne-notice"
