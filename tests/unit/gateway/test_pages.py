"""What a service may say of how its answer is shown."""

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.wrappers_pb2 import StringValue
from google.rpc.http_pb2 import HttpResponse

from chassis.rpc.pages import page, redirect, shown
from gateway.transcoding.pages import shown as as_shown


def test_a_page_is_shown_and_no_file() -> None:
    told = as_shown(page(title="退订", text="…", status=404))
    assert told is not None
    assert (told.status, told.headers) == (404, ())


def test_a_page_writes_what_it_is_told_and_no_html() -> None:
    written = page(title="<b>", text="<script>", button='"').data.decode()
    assert "<script>" not in written
    assert "<b>" not in written
    assert "<form" not in page(title="退订", text="…").data.decode()


def test_a_redirect_leads_where_it_says_and_begins_no_other_header() -> None:
    told = as_shown(redirect("https://a.example/\r\nset-cookie: x=1"))
    assert told is not None
    assert told.headers == ((b"location", b"https://a.example/set-cookie: x=1"),)


def test_what_is_a_file_stays_one() -> None:
    file = HttpBody(content_type="text/html", data=b"<b>")
    file.extensions.add().Pack(StringValue(value="a.html"))
    assert as_shown(file) is None
    assert as_shown(HttpBody()) is None


def test_a_service_says_no_other_status_and_no_other_header() -> None:
    assert as_shown(shown(HttpBody(), status=500)) is None
    body, told = HttpBody(), HttpResponse(status=200)
    told.headers.add(key="Set-Cookie", value="x=1")
    body.extensions.add().Pack(told)
    found = as_shown(body)
    assert found is not None
    assert found.headers == ()
