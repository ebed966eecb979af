"""Who is logged in with a browser, on the server's side. The browser holds a random key and nothing else."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """One browser in which a colleague is logged in; gone when he logs out here or at the realm.

    `session_data` is encrypted with the service's own key, so that a copy of the database opens no session.
    `sid_digest` finds the session when the realm says that it has ended; `subject` finds all of one person.

    Personal data: who is logged in: subject, given name and initial, roles, and the proof with which the realm is
    asked again, all but the subject encrypted. Ground: security of processing (GDPR art. 32): only who may work here
    opens a page. Kept: until log-out, 8 hours at most; half a day longer the subject alone, so that what he was
    writing is kept for him.
    """

    sid_digest = models.CharField(max_length=64, default="", db_index=True)
    subject = models.CharField(max_length=36, default="", db_index=True)

    class Meta:
        db_table = "identity_session"
