"""What a person agreed to: for which town, to which end, which parts of the file, until when.

A consent is one record with a digest that travels with an offer, so that the very consent which an
offer rests on is the one that is checked again at the release. Who gives it depends on age, by a
dated table. It can be taken back at any moment, and taking back always succeeds; what that does to
referrals is driven by `referrals`. Consent and the legal ground of processing are two things.
"""
