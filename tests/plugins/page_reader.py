"""A browser for tests that has no screen: follows links and redirects, fills in forms, keeps cookies.

For suites on the running stack, through the real door and the real login pages. `tests/browser` has a real one.
"""

import html.parser
import http.cookiejar
import pathlib
import urllib.parse
from dataclasses import dataclass, field
from typing import Self

import httpx

import door

REDIRECTS = {301, 302, 303, 307, 308}
MOST_REDIRECTS = 10


@dataclass
class Form:
    """A form of a page: where it goes, and what it holds already."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(html.parser.HTMLParser):
    """The forms of a page, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Will note forms and what their inputs hold."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", "")))
            self.inside = True
        elif tag == "input" and self.inside and values.get("name") and values.get("type") not in {"submit", "checkbox"}:
            self.forms[-1].fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Will note where a form ends."""
        if tag == "form":
            self.inside = False


class Reader:
    """Somebody at a browser without screen, at one town."""

    def __init__(self, base_url: str, ca_file: pathlib.Path, *, language: str = "nl") -> None:
        self.base, self.ca, self.language = base_url, ca_file, language
        self.cookies = http.cookiejar.CookieJar()
        self.clients: dict[str, httpx.Client] = {}
        self.page: httpx.Response
        self.way: list[httpx.Response] = []

    def open(self, address: str) -> httpx.Response:
        """Return the page at an address, after its redirects."""
        return self._follow(self.get(address))

    def get(self, address: str) -> httpx.Response:
        """Return the answer of an address, without following it."""
        target = urllib.parse.urljoin(self.base, address)
        return self._client(target).get(target)

    def cookie(self, name: str) -> str:
        """Return what the browser holds under a name, "" for nothing."""
        return next((one.value or "" for one in self.cookies if one.name == name), "")

    def hold(self, name: str, value: str) -> None:
        """Will put something under a name, as somebody at this browser could have done."""
        jar = httpx.Cookies(self.cookies)
        jar.set(name, value, domain=urllib.parse.urlsplit(self.base).hostname or "")

    def send(self, form: Form, **filled: str) -> httpx.Response:
        """Return the page that comes after a form."""
        target = urllib.parse.urljoin(str(self.page.url), form.action)
        origin = urllib.parse.urlsplit(str(self.page.url))
        headers = {"Origin": f"{origin.scheme}://{origin.netloc}", "Referer": str(self.page.url)}
        return self._follow(self._client(target).post(target, data={**form.fields, **filled}, headers=headers))

    def form(self, *, to: str = "") -> Form:
        """Return the first form of the page whose address ends in `to`."""
        found = _Forms()
        found.feed(self.page.text)
        return next(one for one in found.forms if one.action.partition("?")[0].endswith(to))

    def log_in(self, user: str, password: str, *, at: str = "/") -> httpx.Response:
        """Return the page `at`, to which the login page leads."""
        self.open(at)
        return self.send(self.form(), username=user, password=password)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *nothing: object) -> None:
        for client in self.clients.values():
            client.close()

    def _client(self, address: str) -> httpx.Client:
        """Return the connections to one host: a connection that was made to one name is none to another."""
        parts = urllib.parse.urlsplit(address)
        if parts.netloc not in self.clients:
            client = door.client(f"{parts.scheme}://{parts.netloc}", self.ca)
            client.headers["Accept-Language"] = self.language
            client.cookies = self.cookies  # the jar itself, which all hosts share
            self.clients[parts.netloc] = client
        return self.clients[parts.netloc]

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        self.way = [answer]
        while answer.status_code in REDIRECTS and len(self.way) < MOST_REDIRECTS:
            answer = self.get(urllib.parse.urljoin(str(answer.url), answer.headers["location"]))
            self.way.append(answer)
        self.page = answer
        return answer
