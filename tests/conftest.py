"""What every suite shares: the environment of a town, and the hardening of Django."""

import municipal_environment

municipal_environment.set_environment()

pytest_plugins = ["django_hardening", "casework", "page_client", "stack", "statement_counts"]
