"""The web process of one region: `granian --interface wsgi regional.wsgi:application`."""

import os

from django.core import wsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regional.settings")

application = wsgi.get_wsgi_application()
