"""Hooks of schemathesis for the fuzz test of the API document."""

import itertools
import re

import schemathesis

HEADER = "Idempotency-Key"
ALLOWED = re.compile(r"[\x21-\x7e]{1,255}\Z")
numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request a key of its own: that one key belongs to one body is a rule about two requests.

    No schema can tell it; the specs of idempotency do.
    """
    if case.headers and ALLOWED.match(str(case.headers.get(HEADER, ""))):
        case.headers[HEADER] = f"key-{next(numbers)}"
