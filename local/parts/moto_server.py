"""moto 5.2.1 as a server, without what makes it slow and makes it grow. It answers as moto does.

Usage: python3 moto_server.py -H HOST -p PORT

Six things of moto.server are replaced, each for a reason that was measured:

- ListObjectVersions deep-copies every version of the bucket, whatever is asked for.
- Every instance of a model is kept in a list for ever, copies too.
- Each request lists the folders of the package, under a lock.
- Each request lists the members of a service's class, which are hundreds.
- Each connection ends with its answer, and each answer waits 10 ms for what may still come.
- What a request for an object needs besides S3's own function: moto_s3.py.

And two for being right: after a key-marker alone, AWS goes on with the next key. moto leaves out the first entry. And a file
that ImportTable reads has a JSON object a line; moto's parser leaves out items with an empty list or map.

And a lifecycle configuration is read back as it was put; moto leaves out sizes, and with them what a filter is about.

And Step Functions executes: moto only does so when it is asked to, and a second execution of a state machine fails where moto
copies the threads of the first. What Terraform asks of a state machine besides, moto does not know: whether its definition
is one, and which versions of it were published.
"""

from http.client import responses
import copy
import functools
import io
import json
import sys

sys.dont_write_bytecode = True  # of what lies beside this file

from moto.core import responses as moto_responses
from moto.core.common_models import BaseModel
from moto.core.config import default_user_config
from moto.core.responses import ActionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto import backends
from moto.s3.exceptions import NoSuchLifecycleConfiguration
from moto.s3.models import FakeBucket, FakeKey, S3Backend
from moto.s3.responses import S3Response
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.responses import StepFunctionResponse
import moto_s3
import py_partiql_parser
import xmltodict
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.serving import WSGIRequestHandler, run_simple


MOST_BYTES_OF_A_HEADER = 65_536


class Listed:
    """What a listing tells about a version. No version itself: another listing may run, and sees another latest one."""

    __slots__ = ("name", "version_id", "is_latest", "last_modified_ISO8601", "etag", "size", "storage_class")

    def __init__(self, version, is_latest):
        self.name = version.name
        self.version_id = version.version_id
        self.is_latest = is_latest
        self.last_modified_ISO8601 = version.last_modified_ISO8601
        if isinstance(version, FakeKey):
            with version.lock:  # the first look at the ETag reads the body
                self.etag = version.etag
            self.size = version.size
            self.storage_class = version.storage_class


def list_object_versions(
    self, bucket_name, delimiter=None, key_marker=None, max_keys=1000, prefix="", version_id_marker=None
):
    """One page. It is made of what is there now: nothing is remembered between pages."""
    keys = self.get_bucket(bucket_name).keys
    names = (name for name in list(keys) if name.startswith(prefix) and not (key_marker and name < key_marker))
    versions, common_prefixes, markers, last = [], [], [], None
    for entry in entries(keys, sorted(names), prefix, delimiter, key_marker, version_id_marker):
        if len(versions) + len(common_prefixes) + len(markers) >= max_keys:
            next_key, next_version = (None, None) if last is None else last
            return versions, common_prefixes, markers, next_key, next_version
        if isinstance(entry, str):
            common_prefixes.append(entry)
            last = (entry, None)
            continue
        version, is_latest = entry
        (versions if isinstance(version, FakeKey) else markers).append(Listed(version, is_latest))
        last = (version.name, version.version_id)
    return versions, common_prefixes, markers, None, None


def entries(keys, names, prefix, delimiter, key_marker, version_id_marker):
    """Common prefixes, and pairs of a version and whether it is the latest, in the order of a listing."""
    common_prefix = None
    for name in names:
        if delimiter and delimiter in name[len(prefix) :]:
            end = name.index(delimiter, len(prefix)) + len(delimiter)
            if name[:end] != common_prefix:
                common_prefix = name[:end]
                if not (key_marker and common_prefix <= key_marker):
                    yield common_prefix
            continue
        if name == key_marker and not version_id_marker:
            continue
        newest_first = list(reversed(keys.getlist(name, [])))
        shown = newest_first
        if name == key_marker:
            ids = [version.version_id for version in newest_first]
            # A marker that has been deleted meanwhile: rather all of the key again than some of it never.
            shown = newest_first[ids.index(version_id_marker) + 1 :] if version_id_marker in ids else newest_first
        for version in shown:
            yield version, version is newest_first[0]


class KeepAliveHandler(WSGIRequestHandler):
    """Reads a request whole and answers it whole, so that the next one can come on the same connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def parse_request(self):
        """As SDKs and the gateway write one. http.server has headers read by a parser of e-mail, a tenth of a request's time."""
        words = str(self.raw_requestline, "latin-1").split()
        if len(words) != 3 or words[2] != "HTTP/1.1":
            return super().parse_request()
        self.requestline = " ".join(words)
        self.command, self.path, self.request_version = words
        self.headers = moto_s3.Headers()
        while (line := self.rfile.readline(MOST_BYTES_OF_A_HEADER)) not in (b"\r\n", b"\n"):
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or not line.endswith(b"\n") or name != name.strip():
                self.send_error(400, "Bad header")
                return False
            known = self.headers.get(name)
            self.headers[name] = value.strip() if known is None else f"{known},{value.strip()}"
        self.close_connection = self.headers.get("connection", "").lower() == "close"
        if self.headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        return True

    def run_wsgi(self):
        try:
            status, headers, answer = self.answered()
        except HTTPException as error:
            status, headers, answer = self.through(error, self.make_environ())
        except Exception as error:
            self.server.log("error", f"Error on request: {error!r}")
            status, headers, answer = self.through(InternalServerError(), self.make_environ())
        self.respond(status, headers, answer)

    def answered(self):
        if "transfer-encoding" in self.headers:
            self.environ = environ = self.make_environ()
            body = environ["wsgi.input"].read()
        else:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            by_s3 = moto_s3.answer(self.command, self.path, self.headers, body)
            if by_s3 is not None:
                return by_s3
            self.environ = environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["wsgi.input_terminated"] = True
        return self.through(self.server.app, environ)

    def respond(self, status, headers, body):
        names = {name.lower() for name, _ in headers}
        has_body = self.command != "HEAD" and status not in (204, 304) and status >= 200
        lines = [f"HTTP/1.1 {status} {responses.get(status, '')}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if "content-length" not in names and has_body:
            lines.append(f"Content-Length: {len(body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head + body if has_body else head)
        self.wfile.flush()

    @staticmethod
    def through(app, environ):
        started = []
        chunks = app(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
        try:
            answer = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, headers = started[-1]
        return int(status.partition(" ")[0]), headers, answer

    def log_request(self, code="-", size="-"):
        """Nobody reads a line per request."""


class LinesOfJson:
    """The items of a file in the format of DynamoDB's exports and imports."""

    @staticmethod
    def parse(original):
        return [json.loads(line) for line in original.split("\n") if line.strip()]


moto_set_lifecycle = FakeBucket.set_lifecycle


def set_lifecycle(self, rules):
    """Refuses what moto does, and keeps what was put beside what moto makes of it."""
    moto_set_lifecycle(self, rules)
    for kept, rule in zip(self.rules, rules):
        kept.as_put = rule


def get_bucket_lifecycle(self):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html: a filter has a Prefix, a Tag,
    ObjectSizeGreaterThan, ObjectSizeLessThan, or an And of them."""
    rules = self.backend.get_bucket_lifecycle(self.bucket_name)
    if not rules:
        raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
    answer = {"@xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "Rule": [rule.as_put for rule in rules]}
    headers = {
        "content-type": "application/xml",
        "x-amz-transition-default-minimum-object-size": "all_storage_classes_128K",
    }
    return 200, headers, xmltodict.unparse({"LifecycleConfiguration": answer})


def validate_state_machine_definition(self):
    """No more than that there is a first state; the whole definition is validated by a test of the project."""
    try:
        definition = json.loads(self._get_param("definition"))
        is_one = definition["StartAt"] in definition["States"]
    except (KeyError, TypeError, ValueError):
        is_one = False
    wrong = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "no definition with a first state"}
    diagnostics = [] if is_one else [wrong]
    return ActionResult({"result": "OK" if is_one else "FAIL", "diagnostics": diagnostics, "truncated": False})


def list_state_machine_versions(self):
    """Nothing here publishes one."""
    return ActionResult({"stateMachineVersions": []})


def main(host, port):
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    moto_responses.method_names_from_class = functools.cache(moto_responses.method_names_from_class)
    BaseModel.__new__ = staticmethod(lambda cls, *args, **kwargs: object.__new__(cls))
    S3Backend.list_object_versions = list_object_versions
    FakeBucket.set_lifecycle = set_lifecycle
    S3Response.get_bucket_lifecycle = get_bucket_lifecycle
    py_partiql_parser.JsonParser = LinesOfJson
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    StepFunctionResponse.validate_state_machine_definition = validate_state_machine_definition
    StepFunctionResponse.list_state_machine_versions = list_state_machine_versions
    moto_s3.install()
    StateMachine.__deepcopy__ = lambda self, memo: copy.copy(self)
    app = DomainDispatcherApplication(create_backend_app)
    run_simple(host, port, app, threaded=True, request_handler=KeepAliveHandler)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("-H") + 1], int(sys.argv[sys.argv.index("-p") + 1]))
