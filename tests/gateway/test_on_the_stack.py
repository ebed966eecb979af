"""The door of the local stack with the real identity provider: who gets a token, and where it counts."""

import pathlib
import secrets
import urllib.parse
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import door
import waiting
from local import token
from stack import Stack

USERS = {"els.caseworker": 200, "sofie.coordinator": 200, "marc.dpo": 200, "nadia.manager": 403}
"""Who logs in, and what the list of cases answers them at home: a manager gives roles and sees no case."""
TOWNS = {"vilvoorde": "molenbeek", "molenbeek": "vilvoorde"}
CASES = "/api/casework/v1/cases"

OTHER_GRANTS = {
    "password": {"grant_type": "password", "username": "els.caseworker"},
    "client credentials": {"grant_type": "client_credentials"},
    "device": {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
    "token exchange": {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": "x"},
    "backchannel": {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": "x"},
    "assertion": {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "x"},
}
CLIENTS = ["zenne-cli", "municipal", "admin-cli", "account", "account-console", "security-admin-console", "broker"]

WRONG_REQUESTS: dict[str, dict[str, str | None]] = {
    "without PKCE": {"code_challenge": None, "code_challenge_method": None},
    "with a challenge in plain": {"code_challenge_method": "plain"},
    "for a token in the redirect": {"response_type": "token"},
    "for an ID token in the redirect": {"response_type": "code id_token", "nonce": "x"},
    "with a redirect elsewhere": {"redirect_uri": "https://evil.example/callback"},
    "with a redirect to another path": {"redirect_uri": "http://127.0.0.1/elsewhere"},
    "with a redirect to another host": {"redirect_uri": "http://127.0.0.2/callback"},
    "with a redirect that begins as ours": {"redirect_uri": "http://127.0.0.1/callback/../x"},
    "of a client that does not exist": {"client_id": "nobody"},
    "of the API itself": {"client_id": "municipal"},
    "of the account page": {"client_id": "account-console"},
}


def described(stack: Stack, town: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in stack.demo["participants"] if one["id"] == town)
    return found


def password(stack: Stack, town: str, user: str) -> str:
    return str(next(one["password"] for one in described(stack, town)["users"] if one["name"] == user))


@pytest.fixture
def login_page(stack: Stack) -> Iterator[httpx.Client]:
    with door.client(described(stack, "vilvoorde")["issuer"], stack.ca) as http:
        yield http


def endpoint(stack: Stack, name: str, town: str = "vilvoorde") -> str:
    return f"{described(stack, town)['issuer']}/protocol/openid-connect/{name}"


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("town", TOWNS)
def test_a_token_counts_in_its_own_town_alone(town: str, user: str, stack: Stack) -> None:
    other = TOWNS[town]
    mine = stack.token(town, user)

    with stack.client(town, user) as http:
        at_home = http.get(CASES).status_code
    with door.client(stack.url(other), stack.ca, token=mine) as http:
        answer = http.get(CASES)

    assert at_home == USERS[user]
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:problem-type:belgif:invalidAccessToken")


@pytest.mark.parametrize("town", TOWNS)
def test_whoever_gets_past_the_door_meets_the_same_check_again(town: str, stack: Stack) -> None:
    other = TOWNS[town]
    foreign = stack.token(other, "els.caseworker")
    socket = httpx.HTTPTransport(uds=str(stack.instance.web(town)))

    with httpx.Client(transport=socket, base_url=f"http://{town}.localhost", trust_env=False) as inside:
        answers = [
            inside.get(CASES),
            inside.get(CASES, headers={"Authorization": "Bearer abc"}),
            inside.get(CASES, headers={"Authorization": f"Bearer {foreign}"}),
            inside.get(CASES, headers={"Zenne-Subject": "x", "X-Forwarded-User": "els.caseworker"}),
            inside.get(CASES, headers={"Authorization": f"Bearer {stack.token(town, 'els.caseworker')}"}),
        ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 200]
    assert [answer.json()["type"].rpartition(":")[2] for answer in answers[:4]] == [
        "noAccessToken",
        "invalidAccessToken",
        "invalidAccessToken",
        "noAccessToken",
    ]


@pytest.mark.parametrize("grant", OTHER_GRANTS)
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("town", TOWNS)
def test_no_client_of_any_realm_has_another_grant_for_people(town: str, client: str, grant: str, stack: Stack) -> None:
    secret = password(stack, town, "els.caseworker")

    with door.client(described(stack, town)["issuer"], stack.ca) as http:
        answer = http.post(
            endpoint(stack, "token", town), data={**OTHER_GRANTS[grant], "client_id": client, "password": secret}
        )

    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.text


@pytest.mark.parametrize("wrong", WRONG_REQUESTS)
def test_a_login_is_not_begun(wrong: str, login_page: httpx.Client, stack: Stack) -> None:
    right: dict[str, str | None] = {
        "client_id": "zenne-cli",
        "response_type": "code",
        "redirect_uri": token.REDIRECT,
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    asked = {name: value for name, value in {**right, **WRONG_REQUESTS[wrong]}.items() if value is not None}

    answer = login_page.get(endpoint(stack, "auth"), params=asked)

    sent_to = answer.headers.get("location", "")
    assert answer.status_code in {302, 400}
    assert "kc-form-login" not in answer.text
    assert not sent_to or (sent_to.startswith(token.REDIRECT) and "error=" in sent_to)
    assert "code=" not in sent_to.replace("response_code=", "")


def test_a_wrong_password_gives_no_code_and_is_not_repeated(login_page: httpx.Client, stack: Stack) -> None:
    issuer = described(stack, "vilvoorde")["issuer"]
    wrong = secrets.token_urlsafe(16)

    with pytest.raises(token.LoginRefused) as refused:
        token.authorize(login_page, issuer, "zenne-cli", "nobody.here", wrong, verifier="v" * 64)

    assert wrong not in str(refused.value)


@pytest.fixture
def code(login_page: httpx.Client, stack: Stack) -> str:
    issuer = described(stack, "vilvoorde")["issuer"]
    secret = password(stack, "vilvoorde", "els.caseworker")
    return token.authorize(login_page, issuer, "zenne-cli", "els.caseworker", secret, verifier="v" * 64)


def changed(code: str, **other: str) -> dict[str, str]:
    right = {
        "grant_type": "authorization_code",
        "client_id": "zenne-cli",
        "code": code,
        "redirect_uri": token.REDIRECT,
        "code_verifier": "v" * 64,
    }
    return {**right, **other}


def test_a_code_is_good_once_and_its_reuse_ends_what_it_gave(code: str, login_page: httpx.Client, stack: Stack) -> None:
    first = login_page.post(endpoint(stack, "token"), data=changed(code))

    second = login_page.post(endpoint(stack, "token"), data=changed(code))

    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "other",
    [{"code_verifier": "w" * 64}, {"redirect_uri": "http://127.0.0.1/elsewhere"}, {"client_id": "admin-cli"}],
    ids=["another verifier", "another redirect", "another client"],
)
def test_a_stolen_code_is_worth_nothing(
    other: dict[str, str], code: str, login_page: httpx.Client, stack: Stack
) -> None:
    answer = login_page.post(endpoint(stack, "token"), data=changed(code, **other))

    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.text


def test_a_refresh_token_is_no_access_token(code: str, login_page: httpx.Client, stack: Stack) -> None:
    given = login_page.post(endpoint(stack, "token"), data=changed(code)).json()

    with door.client(stack.url("vilvoorde"), stack.ca, token=given["refresh_token"]) as http:
        answer = http.get(CASES)

    assert (answer.status_code, answer.json()["type"]) == (401, "urn:problem-type:belgif:invalidAccessToken")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/admin/",
        "/admin/master/console/",
        "/admin/realms/vilvoorde/users",
        "/realms/master/.well-known/openid-configuration",
        "/realms/vilvoorde/account/",
        "/realms/vilvoorde/clients-registrations/default",
        "/metrics",
        "/health",
        "/resources/../admin/realms",
    ],
)
def test_the_identity_providers_other_pages_do_not_exist(path: str, login_page: httpx.Client, stack: Stack) -> None:
    base = urllib.parse.urlsplit(described(stack, "vilvoorde")["issuer"])

    answer = login_page.get(f"{base.scheme}://{base.netloc}{path}")

    assert (answer.status_code, answer.json()["type"]) == (404, "urn:problem-type:belgif:resourceNotFound")


def test_the_issuer_follows_no_forged_header(login_page: httpx.Client, stack: Stack) -> None:
    issuer = described(stack, "vilvoorde")["issuer"]
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1", "X-Forwarded-Proto": "http"}

    answer = login_page.get(f"{issuer}/.well-known/openid-configuration", headers=forged).json()

    assert answer["issuer"] == issuer
    assert answer["token_endpoint"] == f"{issuer}/protocol/openid-connect/token"
    assert "evil" not in str(answer)


def test_a_token_and_a_name_stand_nowhere_in_the_doors_log(stack: Stack) -> None:
    mine = stack.token("vilvoorde", "els.caseworker")
    access_log = pathlib.Path(stack.log("gateway-access"))
    before = access_log.read_bytes().count(b"\n")

    with stack.client("vilvoorde", "els.caseworker") as http:
        asked = [http.get(CASES, params={"q": "Achterberghe"}) for _ in range(5)]
    waiting.until(lambda: access_log.read_bytes().count(b"\n") >= before + len(asked), "the log is written")
    log = access_log.read_text(encoding="utf-8")

    assert mine not in log
    assert "Achterberghe" not in log
    assert "els.caseworker" not in log


def test_a_token_is_got_once_while_it_lives(stack: Stack) -> None:
    first = stack.token("vilvoorde", "els.caseworker")

    again = stack.token("vilvoorde", "els.caseworker")
    token.forget(stack.demo, "vilvoorde", "els.caseworker")
    anew = stack.token("vilvoorde", "els.caseworker")

    assert first == again
    assert anew != first
