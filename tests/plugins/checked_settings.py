"""The settings as the type checker reads them: those of a town that exists on paper only."""

import municipal_environment

municipal_environment.set_environment()

from municipal.settings import *  # noqa: E402, F403 -- the checker asks one module for all settings
