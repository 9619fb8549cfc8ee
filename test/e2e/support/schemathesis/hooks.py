"""Hooks of schemathesis for the fuzz test of the API document."""

import itertools
import re

import schemathesis

HEADER = "Idempotency-Key"
ALLOWED = re.compile(r"[\x21-\x7e]{1,255}\Z")
numbers = itertools.count()


ENDS = [("from", "to"), ("from_coord", "to_coord")]


def place(value):
    """The numbers of a coordinate, however it is written; anything else as it is."""
    try:
        parts = value.split(",") if isinstance(value, str) else value
        return [float(part) for part in parts if str(part).strip()]
    except (TypeError, ValueError, OverflowError):
        return value


def keep_rules_of_links(body):
    """A link leads somewhere else, and all links go only when that is said: no schema can tell it, specs do."""
    for start, end in ENDS:
        if start in body and end in body and place(body[start]) == place(body[end]):
            body[end] = "987654.5"
    if "weight_below" in body or "max_degree" in body:
        body["allow_all"] = True


def keep_rules_of_consolidations(body):
    """A cluster is not to be larger than it may be: a rule about two fields."""
    least, most = body.get("min_sources", 2), body.get("max_sources", 20)
    if isinstance(least, (int, float)) and isinstance(most, (int, float)) and 1 <= most < least <= 100:
        body["min_sources"], body["max_sources"] = most, least


def hurry(body):
    """Nobody releases the locks that are waited for here."""
    if isinstance(body.get("wait_seconds"), (int, float)) and 0 < body["wait_seconds"] <= 30:
        body["wait_seconds"] = 0.01


def keep_rules_of_weights(body):
    """Weights belong to mode hybrid, and leave a lane to begin with: no schema can tell it, specs do."""
    weights = body.get("weights")
    if isinstance(weights, dict):
        body["mode"] = "hybrid"
        if weights.get("lexical") == 0 and weights.get("vector") == 0:
            weights["vector"] = 1


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request a key of its own: that one key belongs to one body is a rule about two requests.

    No schema can tell it; the specs of idempotency do.
    """
    if case.headers and ALLOWED.match(str(case.headers.get(HEADER, ""))):
        case.headers[HEADER] = f"key-{next(numbers)}"
    if isinstance(case.body, dict):
        keep_rules_of_links(case.body)
        keep_rules_of_consolidations(case.body)
        hurry(case.body)
        keep_rules_of_weights(case.body)
