"""What is due: reminders, in working days of this town's calendar. A clock tells people and never changes a state."""

import datetime

from federation import clock
from federation.bus import directory, local
from federation.identity import actor
from municipal.consents import rules as consent_rules
from municipal.referrals import actions, queries, rules


def remind_of_what_is_due(*, at: datetime.datetime) -> int:
    """Put what is due on the lists of teams, deputies and coordinators, each once; return how many are new."""
    return _answers(at) + _withdrawals(at) + _consents(at)


def tell_regions_that_join(*, at: datetime.datetime) -> int:
    """Tell each region that takes part of the open referrals that it has never heard of; return how many.

    A region that joins later, and a referral from before there were regions, are made good so.
    """
    by, told = actor.system(local.participant(), "timers"), 0
    for peer in queries.peers_of_open_ones():
        for region in directory.regions_between(peer):
            for referral_id in queries.open_and_unknown_to(region, peer=peer):
                actions.state_to_newcomer(referral_id=referral_id, region=region, by=by, at=at)
                told += 1
    return told


def forget_old_drafts(*, at: datetime.datetime) -> int:
    """Delete what nobody has gone on with for a month; return how many drafts went."""
    return actions.forget_old_drafts(by=actor.system(local.participant(), "timers"), at=at)


def _answers(at: datetime.datetime) -> int:
    """Remind of answers that were hoped for by a day that has come (loss L1: never answered)."""
    today, closed, new = queries.today(at), _closed_days(queries.today(at)), 0
    for referral in queries.unanswered(before=today):
        if referral.answer_by is None:
            continue
        late = clock.working_days_after(referral.answer_by, today, closed=closed)
        for reminder in rules.REMINDERS:
            if reminder.side == referral.direction and late >= reminder.after:
                new += _remind(referral, reminder.code, reminder.role, at)
    return new


def _withdrawals(at: datetime.datetime) -> int:
    """Alarm where nobody has said for 72 hours what became of a withdrawal (losses L4 and L22)."""
    before = at - datetime.timedelta(hours=rules.WITHDRAWAL_ALARM_HOURS)
    found = queries.withdrawals_without_answer(before=before)
    return sum(
        _remind(referral, "withdrawalUnanswered", role, at) for referral in found for role in ("team", "coordinator")
    )


def _consents(at: datetime.datetime) -> int:
    """Remind of consents that end within two weeks while their referral is open."""
    today = queries.today(at)
    until = today + consent_rules.ENDS_SOON
    found = queries.resting_on_consent_that_ends(on_or_before=until, after=today)
    return sum(_remind(referral, "consentEndsSoon", "team", at) for referral in found)


def _remind(referral: queries.ReferralRow, code: str, role: str, at: datetime.datetime) -> int:
    by = actor.system(local.participant(), "timers")
    return int(actions.remind(referral=referral, code=code, role=role, by=by, at=at))


def _closed_days(today: datetime.date) -> frozenset[datetime.date]:
    """Return the days on which this town does not work, last year's and this year's."""
    own = queries.tenant()
    return clock.closed_days(own.holidays, own.closures, (today.year - 1, today.year))
