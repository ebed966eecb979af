"""The addresses of the desk: no name and no search ever stands in one."""

from django.urls import URLPattern, path

from municipal.desk.pages import case, consents, heads, links, log, my_work, writing

PAGES: list[URLPattern] = [
    path("", my_work.MyWork.as_view(), name="my-work"),
    path("my-work/items/<uuid:referral_id>", my_work.ItemsRead.as_view(), name="items-read"),
    path("cases", heads.CaseList.as_view(), name="case-list"),
    path("cases/new", heads.CaseNew.as_view(), name="case-new"),
    path("cases/<uuid:case_id>", case.CaseOverview.as_view(), name="case-overview"),
    path("cases/<uuid:case_id>/identity", heads.CaseIdentity.as_view(), name="case-identity"),
    path("cases/<uuid:case_id>/next-contact", heads.NextContact.as_view(), name="next-contact"),
    path("cases/<uuid:case_id>/next-contact/done", heads.ContactDone.as_view(), name="contact-done"),
    path("cases/<uuid:case_id>/linked", links.CaseLinks.as_view(), name="case-links"),
    path("cases/<uuid:case_id>/linked/<uuid:link_id>/away", links.CaseUnlink.as_view(), name="case-unlink"),
    path("cases/<uuid:case_id>/timeline", writing.CaseTimeline.as_view(), name="case-timeline"),
    path(
        "cases/<uuid:case_id>/timeline/<uuid:entry_id>/addendum", writing.CaseAddendum.as_view(), name="case-addendum"
    ),
    path("cases/<uuid:case_id>/plan", writing.CasePlan.as_view(), name="case-plan"),
    path("cases/<uuid:case_id>/plan/<slug:kind>", writing.PlanEntry.as_view(), name="plan-entry"),
    path("cases/<uuid:case_id>/plan/goals/<uuid:goal_id>/<slug:kind>", writing.PlanEntry.as_view(), name="goal-entry"),
    path("cases/<uuid:case_id>/plan/entries/<uuid:entry_id>", writing.PlanVersion.as_view(), name="plan-version"),
    path("cases/<uuid:case_id>/consent", consents.CaseConsent.as_view(), name="case-consent"),
    path("cases/<uuid:case_id>/consent/new", consents.ConsentNew.as_view(), name="consent-new"),
    *[
        path(
            f"cases/<uuid:case_id>/consent/<uuid:consent_id>/{language}",
            consents.ConsentPaper.as_view(),
            {"language": language},
            name=f"consent-paper-{language}",
        )
        for language, _ in consents.LANGUAGES
    ],
    path("cases/<uuid:case_id>/agreements", case.CaseAgreements.as_view(), name="case-agreements"),
    path("cases/<uuid:case_id>/referrals", case.CaseReferrals.as_view(), name="case-referrals"),
    path("cases/<uuid:case_id>/accesses", log.CaseAccesses.as_view(), name="case-accesses"),
    path("accesses", log.Accesses.as_view(), name="accesses"),
    path("accesses/consents", log.ConsentRegister.as_view(), name="consent-register"),
]
