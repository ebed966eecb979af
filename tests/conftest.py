"""What every suite shares: the environment of a participant, and the hardening of Django."""

import municipal_environment
import texts

municipal_environment.set_environment()
municipal_environment.commit_without_waiting_for_the_disk()
texts.compile_changed()

collect_ignore = [level for level in municipal_environment.ON_PAPER if level != municipal_environment.LEVEL]
"""Each level's suite is run in a process of that level."""

pytest_plugins = ["django_hardening", "casework", "page_client", "stack", "statement_counts"]
