"""Hooks of schemathesis for the fuzz test of the API document."""

import hashlib
import itertools
import json
import re
from urllib.parse import unquote

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


def is_place(value):
    return isinstance(place(value), list)


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


def keep_rules_of_validity(body, coordinate=None):
    """What is superseded lives, and what begins ends later, where a memory supersedes others in the future."""
    if isinstance(body.get("supersedes"), list) and all(is_place(one) for one in body["supersedes"]):
        body["supersedes"] = []
    if isinstance(body.get("valid_to"), str) and body["valid_to"][:4] < "2999":
        body["valid_to"] = "2999-12-31T23:59:59Z"
    start, end = body.get("valid_from"), body.get("valid_to")
    if isinstance(start, str) and isinstance(end, str) and start[:4] >= end[:4]:
        del body["valid_to"]
    if coordinate is not None and isinstance(start, str) != isinstance(body.get("valid_to"), str):
        body["valid_to" if isinstance(start, str) else "valid_from"] = None


def keep_rules_of_batches(body):
    for one in body.get("memories") if isinstance(body.get("memories"), list) else []:
        if isinstance(one, dict):
            keep_rules_of_validity(one)


def few(part):
    """A filter with few values and groups: how many it may have all together no schema can tell, specs do."""
    if isinstance(part, list):
        return [few(one) for one in part]
    if not isinstance(part, dict):
        return part
    most = {**dict.fromkeys(("in", "nin", "any"), 10), "and": 3, "or": 3}
    return {
        name: few(value[: most[name]] if name in most and isinstance(value, list) else value)
        for name, value in part.items()
    }


def keep_rules_of_filters(fields):
    """As an object, or as the JSON of one."""
    told = fields.get("filter")
    if isinstance(told, dict):
        fields["filter"] = few(told)
    elif isinstance(told, str):
        try:
            parsed = json.loads(told)
        except ValueError:
            return
        if isinstance(parsed, dict):
            fields["filter"] = json.dumps(few(parsed))


def keep_rules_of_queries(case):
    """Two parameters belong together, or one says what the path says: no schema can tell it, specs do."""
    query = case.query or {}
    keep_rules_of_filters(query)
    if case.path == "/v1/export" and ("position" in query) != ("after" in query):
        query.pop("position", None)
        query.pop("after", None)
    if case.path == "/v1/changes":
        query.pop("from_beginning" if "position" in query else "position", None)
        if str(query.get("wait_seconds", "")).lstrip("+").isdigit() and int(query["wait_seconds"]) <= 25:
            query["wait_seconds"] = 0
    if case.path == "/v1/namespaces/{name}" and case.method == "DELETE":
        query["confirm"] = unquote(case.path_parameters["name"])
        case.query = query


def file_of(text):
    """A whole file with one memory that has the text: the format of files is no matter of a schema."""
    at = "2026-01-31T12:00:00.000Z"
    memory = {
        **{"kind": "memory", "coordinate": [next(numbers), 0.5], "version": 1, "type": "semantic"},
        **{"payload": {"text": ascii(text)}, "importance": None, "importance_norm": 0, "expires_at": None},
        **{"created_at": at, "updated_at": at},
    }
    records = [{"format": "somafractalmemory", "version": 1, "include": []}, memory]
    lines = "".join(f"{json.dumps(record)}\n" for record in records)
    end = {"kind": "end", "memories": 1, "versions": 0, "links": 0}
    return lines + json.dumps({**end, "sha256": hashlib.sha256(lines.encode()).hexdigest()}) + "\n"


@schemathesis.serializer("application/x-ndjson")
def as_it_is(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request a key of its own: that one key belongs to one body is a rule about two requests.

    No schema can tell it; the specs of idempotency do.
    """
    if case.headers and ALLOWED.match(str(case.headers.get(HEADER, ""))):
        case.headers[HEADER] = f"key-{next(numbers)}"
    keep_rules_of_queries(case)
    if case.path == "/v1/import" and case.meta and case.meta.generation.mode.is_positive:
        case.body = file_of(case.body)
        case.query = {name: value for name, value in (case.query or {}).items() if name != "format"}
    if isinstance(case.body, dict):
        keep_rules_of_validity(case.body, (case.path_parameters or {}).get("coordinate"))
        keep_rules_of_batches(case.body)
        keep_rules_of_filters(case.body)
        keep_rules_of_links(case.body)
        keep_rules_of_consolidations(case.body)
        hurry(case.body)
        keep_rules_of_weights(case.body)
