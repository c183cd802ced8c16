"""`python -m benchmarks.peers.drf.prepare N`: the peer's tables, and N accounts whose tokens are printed."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.drf.settings")
    django.setup()
    # Models can be imported only now.
    from django.contrib.auth.models import User
    from django.db import connection
    from rest_framework.authtoken.models import Token

    from benchmarks.peers.drf.models import Complaint

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Complaint)
    for number in range(count):
        user = User.objects.create(username=f"citizen{number}")
        print(Token.objects.create(user=user).key)


if __name__ == "__main__":
    main(int(sys.argv[1]))
