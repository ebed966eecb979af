"""The addresses that every level has: the account, the help, the operator's pages."""

from django.urls import URLPattern, URLResolver, path

from federation.portal import account, help as manual, operating

urlpatterns: list[URLPattern | URLResolver] = [
    path("account", account.account, name="account"),
    path("account/login", account.log_in, name="log-in"),
    path("account/callback", account.come_back, name="login-callback"),
    path("account/logout", account.log_out, name="log-out"),
    path("account/logged-out", account.logged_out, name="logged-out"),
    path("account/backchannel-logout", account.hear_of_logout, name="backchannel-logout"),
    path("account/language", account.choose_language, name="choose-language"),
    path("help", manual.contents, name="help-contents"),
    path("help/<str:page>", manual.page, name="help"),
    path("operator", operating.Operator.as_view(), name="operator"),
    path("operator/messages/<int:message_id>", operating.OperatorMessage.as_view(), name="operator-message"),
]
