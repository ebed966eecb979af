"""The web process of one municipality: `granian --interface wsgi municipal.wsgi:application`."""

import os

from django.core import wsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "municipal.settings")

application = wsgi.get_wsgi_application()
