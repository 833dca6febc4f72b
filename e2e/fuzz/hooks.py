"""What schemathesis cannot know of Linli: which things exist and in which version, and what no JSON Schema can say."""

import atexit
import gc
import json
import os
import zlib
from collections import Counter, defaultdict

import schemathesis

FOLDER = os.environ["LINLI_FUZZ_FOLDER"]
POOL_FILE = os.path.join(FOLDER, "pool.json")
MOST_KNOWN = 40

# Which things a member of a body or a query names.
NAMED = {
    "residentId": "persons", "agentId": "staff", "partnerId": "staff", "principalId": "staff", "ownerId": "staff",
    "unitId": "units", "underUnitId": "units", "parentId": "units", "handlerUnitId": "units", "mandateId": "mandates",
    "caseId": "cases", "taskId": "tasks", "paperId": "papers", "postId": "posts", "itemCode": "items", "threadId": "threads",
}
# Codes that are on a list of the office's.
LISTED = {
    "reasonCode": ("not_required", "out_of_scope", "other_authority", "duplicate", "overload"),
    "role": ("agent", "clerk", "handler", "coordinator", "peer_reader"),
}
LISTS = {"cases", "mandates", "persons", "staff", "units", "grants", "items", "tasks", "posts"}

# A request that fits the schema must not be refused for its form. What stands is a rule of the business, which has a
# reason of its own, and of the form what no schema can say:
OF_FORM = ("FIELD_", "VALUE_", "LOCAL_DATE_", "LIMIT_", "BODY_", "URL_", "REQUEST_", "IDEMPOTENCY_KEY_", "IF_MATCH_", "MEDIA_TYPE_", "CONTENT_ENCODING_")
FORM_CODES = {
    "required", "unknown", "wrong_type", "malformed", "not_a_choice", "too_long", "too_short", "too_many", "too_few",
    "too_large", "too_small", "negative", "invalid", "empty",
}
BEYOND_FIELDS = {
    ("phone", "malformed"),  # a telephone number in any of the ways people write it
    ("name", "malformed"),  # which letters and marks there are depends on the edition of Unicode
    ("phone", "required"),  # this or the identity number
    ("caseId", "required"),  # for one of the purposes
    ("identityIssuer", "required"), ("identitySubject", "required"),  # both or neither
}

counts = defaultdict(Counter)
stood = Counter()
pool = defaultdict(dict)


def load():
    if os.path.exists(POOL_FILE):
        with open(POOL_FILE, encoding="utf-8") as file:
            for kind, known in json.load(file).items():
                pool[kind] = known


def save():
    with open(POOL_FILE, "w", encoding="utf-8") as file:
        json.dump(pool, file)
    with open(os.path.join(FOLDER, "counts.json"), "w", encoding="utf-8") as file:
        json.dump({"counts": counts, "stood": stood}, file)


load()
atexit.register(save)
# A large document is kept to the end, and the collector goes through all of it again and again.
gc.set_threshold(100_000, 50, 100)


def learn(kind, thing, version=None):
    known = pool[kind]
    known.pop(thing, None)
    known[thing] = version
    if len(known) > MOST_KNOWN:
        del known[next(iter(known))]


def walk(value, kind):
    if isinstance(value, list):
        for member in value:
            walk(member, kind)
    elif isinstance(value, dict):
        key = "code" if kind == "items" else "id"
        if isinstance(value.get(key), str):
            learn(kind, value[key], value.get("version"))
        for name, member in value.items():
            if name in NAMED and isinstance(member, str):
                if member not in pool[NAMED[name]]:
                    learn(NAMED[name], member)
            elif name in LISTS:
                walk(member, name)
            elif name == "heldPapers":
                walk(member, "papers")


def problem_of(response):
    try:
        body = json.loads(response.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


@schemathesis.serializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def any_bytes(context, value):
    """No workbook comes of chance: whatever it is, it must be refused as a file."""
    data = getattr(value, "data", value)
    return data if isinstance(data, bytes) else str(data).encode(errors="replace")


@schemathesis.hook
def after_call(context, case, response):
    counts[case.operation.label][str(response.status_code)] += 1
    path = case.operation.path
    if 200 <= response.status_code < 300 and path.startswith("/v1/") and "stream" not in path:
        body = problem_of(response)
        kind = path.split("/")[2].split(":")[0]
        if kind == "me" and body.get("kind") == "resident":
            learn("persons", body["subject"])
        walk(body, kind)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Three of four well-formed requests are about things that exist, in the version they are known to have."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    chance = zlib.crc32(repr((case.operation.label, case.path_parameters, case.query, case.body)).encode())
    if chance % 4 == 0:
        return
    version = None
    for name in list(case.path_parameters or {}):
        kind = {"taskId": "tasks", "paperId": "papers", "code": "items"}.get(name, case.operation.path.split("/")[2])
        thing, found = choose(kind, chance)
        if thing is not None:
            case.path_parameters[name] = thing
            version = found if name == "id" else version
    if version is not None and "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = f'"v{version}"'
    for part in (case.query, case.body):
        if isinstance(part, dict):
            fill(part, chance)


def fill(part, chance):
    for name, value in part.items():
        if isinstance(value, list):
            for member in value:
                if isinstance(member, dict):
                    fill(member, chance)
        elif isinstance(value, str) and name in NAMED:
            thing, _version = choose(NAMED[name], chance)
            part[name] = value if thing is None else thing
        elif isinstance(value, str) and name in LISTED:
            part[name] = LISTED[name][chance % len(LISTED[name])]
        elif isinstance(value, str) and name == "phone":
            part[name] = f"138{chance % 100_000_000:08d}"
        elif isinstance(value, str) and name == "identityNumber" and "phone" in part:
            part[name] = ""


def choose(kind, chance):
    known = list(pool[kind].items())
    return known[chance % len(known)] if known else (None, None)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code != 400:
        return True
    problem = problem_of(response)
    fields = {(error["pointer"].rsplit("/", 1)[-1], error["code"]) for error in problem.get("errors", [])}
    code = problem.get("code")
    if isinstance(code, str) and not code.startswith(OF_FORM):
        stood[code] += 1
        return False
    # A text of spaces is as long as any other to a schema.
    if fields and all(field in BEYOND_FIELDS or field[1] not in FORM_CODES or field[1] == "too_short" for field in fields):
        stood[", ".join(sorted(": ".join(field) for field in fields))] += 1
        return False
    return True
