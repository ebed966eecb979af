"""Partner tables: those who can do something for a person meet, and agree who does what.

A town has two tables, one for minors and one for adults; a case comes on the agenda of the one that
fits the person's age on the day of the meeting. What comes out of a meeting is agreements: who, does
what, by when, and tells whom. What is still open stands on top of the next meeting. Agreements belong
to this town: no dossier carries them away, a closed file takes no new ones, and they are erased with it.
"""
