"""What every suite shares: the environment of a town, and the hardening of Django."""

import municipal_environment
import texts

municipal_environment.set_environment()
texts.compile_changed()

pytest_plugins = ["django_hardening", "casework", "page_client", "stack", "statement_counts"]
