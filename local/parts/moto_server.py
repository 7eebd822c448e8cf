"""moto 5.2.1 as a server, without what makes it slow and makes it grow. It answers as moto does.

Usage: python3 moto_server.py -H HOST -p PORT

Four things of moto.server are replaced, each for a reason that was measured:

- ListObjectVersions deep-copies every version of the bucket, whatever is asked for.
- Every instance of a model is kept in a list for ever, copies too.
- Each request lists the folders of the package, under a lock.
- Each connection ends with its answer, and each answer waits 10 ms for what may still come.

And two for being right: after a key-marker alone, AWS goes on with the next key. moto leaves out the first entry. And a file
that ImportTable reads has a JSON object a line; moto's parser leaves out items with an empty list or map.

And a lifecycle configuration is read back as it was put; moto leaves out sizes, and with them what a filter is about.

And Step Functions executes: moto only does so when it is asked to, and a second execution of a state machine fails where moto
copies the threads of the first. What Terraform asks of a state machine besides, moto does not know: whether its definition
is one, and which versions of it were published.
"""

import copy
import io
import json
import sys

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
import py_partiql_parser
import xmltodict
from werkzeug.exceptions import InternalServerError
from werkzeug.serving import WSGIRequestHandler, run_simple


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

    def run_wsgi(self):
        self.environ = environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        environ["wsgi.input_terminated"] = True
        try:
            status, headers, answer = self.answer(self.server.app, environ)
        except Exception as error:
            self.server.log("error", f"Error on request: {error!r}")
            status, headers, answer = self.answer(InternalServerError(), environ)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        names = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        has_body = environ["REQUEST_METHOD"] != "HEAD" and code not in ("204", "304") and not code.startswith("1")
        if "content-length" not in names and has_body:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if has_body:
            self.wfile.write(answer)
        self.wfile.flush()

    @staticmethod
    def answer(app, environ):
        started = []
        chunks = app(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
        try:
            answer = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return (*started[-1], answer)

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
    BaseModel.__new__ = staticmethod(lambda cls, *args, **kwargs: object.__new__(cls))
    S3Backend.list_object_versions = list_object_versions
    FakeBucket.set_lifecycle = set_lifecycle
    S3Response.get_bucket_lifecycle = get_bucket_lifecycle
    py_partiql_parser.JsonParser = LinesOfJson
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    StepFunctionResponse.validate_state_machine_definition = validate_state_machine_definition
    StepFunctionResponse.list_state_machine_versions = list_state_machine_versions
    StateMachine.__deepcopy__ = lambda self, memo: copy.copy(self)
    app = DomainDispatcherApplication(create_backend_app)
    run_simple(host, port, app, threaded=True, request_handler=KeepAliveHandler)


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("-H") + 1], int(sys.argv[sys.argv.index("-p") + 1]))
