"""Who is logged in with a browser, on the server's side. The browser holds a random key and nothing else."""

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
