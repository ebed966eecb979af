"""The web process of the national level: `granian --interface wsgi national.wsgi:application`."""

import os

from django.core import wsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "national.settings")

application = wsgi.get_wsgi_application()
