"""The settings as the type checker reads them: a town's, with the tables of the other levels beside."""

import municipal_environment

municipal_environment.set_environment()

from municipal.settings import *  # noqa: E402, F403 -- the checker asks one module for all settings
from municipal.settings import INSTALLED_APPS as TOWN  # noqa: E402

INSTALLED_APPS = [*TOWN, "regional.progress", "regional.search", "national.figures"]

# what a region's code asks its own settings for
OPENSEARCH_URL = OPENSEARCH_CA_FILE = OPENSEARCH_CERTIFICATE_FILE = OPENSEARCH_ALIAS = ""
GRAPHQL_TAKES_ANY_DOCUMENT = False
