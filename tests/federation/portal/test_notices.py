"""What a page says once after something was done has to reach the browser: it keeps only a cookie that is in order."""

from django.contrib.messages import constants
from django.http import HttpResponse
from django.test import RequestFactory

from federation.portal.notices import InCookie


def test_a_notice_travels_in_a_cookie_that_browsers_keep():
    response = HttpResponse()
    notices = InCookie(RequestFactory().get("/"))

    notices.add(constants.SUCCESS, "Saved.")
    notices.update(response)

    kept = response.cookies["__Host-zenne-notice"]
    assert (kept["secure"], kept["path"], kept["domain"], kept["httponly"]) == (True, "/", "", True)
