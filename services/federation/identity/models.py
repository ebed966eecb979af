"""Who is logged in with a browser, on the server's side, and how colleagues are called.

The browser holds a random key and nothing else.
"""

from django.db import models


class Session(models.Model):
    """One browser in which a colleague is logged in; gone when he logs out here or at the realm.

    The key is stored as its digest, and what is known of the person is encrypted: a copy of the database opens
    nothing. `sid_digest` finds the session when the realm says that it has ended.

    Personal data: who is logged in: subject, given name and initial, roles, team, and the proof with which the realm
    is asked again, all but the subject encrypted. Ground: security of processing (GDPR art. 32): only who may work
    here opens a page. Kept: until log-out, 8 hours at most; after that half a day more without name and proof, so
    that what somebody was writing when his session ended is kept for him.
    """

    key_digest = models.CharField(max_length=64, primary_key=True)
    sid_digest = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=36, db_index=True)
    facts = models.TextField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    good_until = models.DateTimeField()
    """Until when the realm's last word counts; then it is asked anew."""

    class Meta:
        db_table = "identity_session"
        constraints = [
            # an empty name of the realm's session would be found by every word about any session
            models.CheckConstraint(
                condition=~models.Q(sid_digest="") & ~models.Q(subject=""), name="a_session_knows_whose_it_is"
            ),
        ]


class Colleague(models.Model):
    """How somebody who works here is called, so that notes and logs say who wrote and who read.

    Written at the login, from the ID token; the realm's newest word counts for old notes too. Notes and logs
    themselves keep the account alone. Only a level whose pages name colleagues writes rows (`COLLEAGUES_STAND_IN`).

    Personal data: of staff the account, given name and first letter of the family name, and the last day of a login;
    the region and the nation, whose pages name no colleague, hold none. Ground: task of public interest (GDPR art.
    6(1)(e)): a team must know whom to ask, and who reads a file answers for it (art. 5(2)). Kept: as long as a note or
    a log names the account; 30 days after the last login a name that stands in none goes, and the account reads as its
    number again.
    """

    subject = models.CharField(max_length=36, primary_key=True)
    name = models.CharField(max_length=60)
    seen_on = models.DateField()
    """The day is enough: an hour would tell when somebody works."""

    class Meta:
        db_table = "identity_colleague"
        constraints = [
            # a name of no account would stand beside nothing, and no name beside an account says less than its number
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(name=""), name="a_colleague_has_an_account_and_a_name"
            ),
        ]
