"""Who is helped: the least that must be known of a person to be able to help.

Name, birth date, wished contact language, whether an interpreter is needed, a telephone number and
the municipality of stay. No national number, no origin, no religion, no ideology, no score: fields
for them do not exist. A person is known through the case only; there is no list of persons.
Nothing of it stands in a URL, a log, a message before release, or an error.
"""
