"""The way of a request to moto's S3 and back, without what every request of moto's server costs besides. S3's answers are moto's own.

Half a millisecond of Flask, CORS and routing goes before each request for an object, to find the one function that answers
it; a listing's page of 1,000 takes a fifth of a second in a serializer for every service of AWS. Here a request goes
straight to that function, and a page is written out in one go. Whatever is not plainly a request for an object or a
bucket in path style goes the way of moto.server.
"""

import functools
import re
import string
import threading
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from moto.core.responses import ActionResult
from moto.moto_api._internal.moto_random import MotoRandom
from moto.s3.responses import S3Response
from werkzeug.datastructures import MultiDict
from werkzeug.sansio.utils import get_current_url

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
SIGNED_FOR_S3 = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/,\s]*/\d+/[^/,\s]+/s3/aws4_request[,\s]")
# Flask leads them elsewhere.
ODD = re.compile("//|%0[aA]")
# Nothing that an address spells in two ways.
PLAIN = re.compile(r"[\w/.~=&?-]*", re.ASCII)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
# Paths that are not S3's own, whoever signed.
NOT_S3 = ("/moto-api", "/latest/", "/v20180820/", "/favicon.ico")

# What the server adds where moto says nothing.
WITHOUT_A_WORD = {
    "content-type": ("Content-Type", "text/html; charset=utf-8"),
    "access-control-allow-origin": ("Access-Control-Allow-Origin", "*"),
}

# moto appends a version to what it has read of an object before. One request at a time: none comes in between, and
# threads do not wake each other for the interpreter's lock.
one_at_a_time = threading.RLock()


@functools.lru_cache(maxsize=1024)
def title(name):
    return name.title()


class Headers(dict):
    """By lower-case names, asked for in any case; listed with the names in which werkzeug lists them."""

    def __getitem__(self, name):
        return super().__getitem__(name.lower())

    def __setitem__(self, name, value):
        super().__setitem__(name.lower(), value)

    def __contains__(self, name):
        return super().__contains__(name.lower())

    def get(self, name, default=None):
        return super().get(name.lower(), default)

    def __iter__(self):
        return map(title, super().__iter__())

    def keys(self):
        return list(self)

    def items(self):
        return [(title(name), value) for name, value in super().items()]


class Request:
    """What S3Response looks at of a request."""

    __module__ = "werkzeug.wrappers"  # moto knows requests of its server by the name of their type

    def __init__(self, method, raw_path, headers, body):
        self.method = method
        self.headers = headers
        self.data = body
        self.environ = {"RAW_URI": raw_path}
        path, _, query = raw_path.partition("?")
        self.path = unquote(path)
        self.query = query
        host = headers["host"]
        self.url = (
            f"http://{host}{raw_path}"
            if PLAIN.fullmatch(raw_path)
            else get_current_url("http", host, "", self.path, query.encode("latin-1"))
        )

    @property
    def args(self):
        return MultiDict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def full_path(self):
        return f"{self.path}?{self.query}"


def handler_of(method, raw_path, headers):
    """Where Flask's rules lead for moto.s3.urls; None where this is not plainly S3's."""
    path = raw_path.partition("?")[0]
    if method not in ("GET", "HEAD", "PUT", "DELETE") or ODD.search(path) or path.startswith(NOT_S3):
        return None
    if not LOOPBACK.fullmatch(headers.get("host", "")) or not SIGNED_FOR_S3.match(headers.get("authorization", "")):
        return None
    if headers.get("content-type", "").startswith(FORMS):
        return None
    _, _, rest = path.partition("/")
    bucket_name, _, key = rest.partition("/")
    if not bucket_name:
        return None
    return S3Response.key_dispatch if key else S3Response.ambiguous_dispatch


def answer(method, raw_path, headers, body):
    """Status, headers and body; None where this is not plainly S3's."""
    handle = handler_of(method, raw_path, headers)
    if handle is None:
        return None
    request = Request(method, raw_path, headers, body)
    with one_at_a_time:
        status, answered, content = handle(request, request.url, dict(headers.items()))
    if status == 304:
        return None  # Flask takes away what this answer may not have
    content = content.encode() if isinstance(content, str) else content
    named = {name.lower(): (name, value) for name, value in answered.items()}
    if status == 204:
        named.pop("content-length", None)
    elif method != "HEAD" or "content-length" not in named:
        named["content-length"] = ("Content-Length", str(len(content)))
    return status, [*{**WITHOUT_A_WORD, **named}.values()], content


VERSION = (
    "<Version><ETag>{ETag}</ETag><Size>{Size}</Size><StorageClass>{StorageClass}</StorageClass><Key>{Key}</Key>"
    "<VersionId>{VersionId}</VersionId><IsLatest>{IsLatest}</IsLatest><LastModified>{LastModified}</LastModified>"
    "<Owner><DisplayName>{DisplayName}</DisplayName><ID>{ID}</ID></Owner></Version>"
)
DELETE_MARKER = (
    "<DeleteMarker><Owner><DisplayName>{DisplayName}</DisplayName><ID>{ID}</ID></Owner><Key>{Key}</Key>"
    "<VersionId>{VersionId}</VersionId><IsLatest>{IsLatest}</IsLatest><LastModified>{LastModified}</LastModified></DeleteMarker>"
)
OBJECT = (
    "<Contents><Key>{Key}</Key><LastModified>{LastModified}</LastModified><ETag>{ETag}</ETag><Size>{Size}</Size>"
    "<StorageClass>{StorageClass}</StorageClass></Contents>"
)
LISTED = {"Versions": VERSION, "DeleteMarkers": DELETE_MARKER, "Contents": OBJECT}


def written(template, entry):
    fields = {**entry, **entry.get("Owner", {})}
    fields.pop("Owner", None)
    return template.format_map({name: escape(text_of(value)) for name, value in fields.items()})


def text_of(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_plain(entry):
    """Without what the templates know nothing of, or moto leaves out."""
    return None not in entry.values() and "ChecksumAlgorithm" not in entry


serialized_by_moto = S3Response.serialized


def serialized(self, action_result):
    """moto serializes a page with the first entry of each kind, and the others are written as it has written that one."""
    result = action_result.result
    lists = {name: result[name] for name in LISTED if result.get(name)} if isinstance(result, dict) else {}
    if not lists or not all(is_plain(entry) for entries in lists.values() for entry in entries):
        return serialized_by_moto(self, action_result)
    short = {**result, **{name: entries[:1] for name, entries in lists.items()}}
    status, headers, body = serialized_by_moto(self, ActionResult(short))
    for name, entries in lists.items():
        begin, found, end = body.partition(written(LISTED[name], entries[0]))
        if not found:
            return serialized_by_moto(self, action_result)
        body = begin + "".join(written(LISTED[name], entry) for entry in entries) + end
    return status, headers, body


subdomain_based_by_moto = S3Response.subdomain_based_buckets


def subdomain_based_buckets(self, request):
    """moto asks five times a request, with eight expressions."""
    return not LOOPBACK.fullmatch(request.headers.get("host", "")) and subdomain_based_by_moto(self, request)


def get_random_string(self, length=20, include_digits=True, lower_case=False):
    """moto draws each letter of a request id by itself."""
    text = "".join(self.choices(string.ascii_letters + (string.digits if include_digits else ""), k=length))
    return text.lower() if lower_case else text


def install():
    S3Response.serialized = serialized
    S3Response.subdomain_based_buckets = subdomain_based_buckets
    MotoRandom.get_random_string = get_random_string
