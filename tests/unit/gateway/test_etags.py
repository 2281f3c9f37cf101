"""Entity tags: what a write is held against, and when a read is the same again."""

from gateway.transcoding.etags import etag_of, is_known, version_of


def test_a_tag_tells_the_version_and_everything_shown() -> None:
    assert version_of(f'"{etag_of("7", b"shown")}"') == "7"
    assert etag_of("7", b"shown") != etag_of("7", b"shown otherwise")


def test_a_write_may_name_the_version_alone() -> None:
    assert [version_of(told) for told in ('"7"', "7", 'W/"7"')] == ["7", "7", "7"]


def test_an_answer_is_known_by_one_of_the_tags_a_reader_has() -> None:
    tag = etag_of("7", b"shown")
    assert is_known(tag, f'W/"6.0", "{tag}"')
    assert not is_known(tag, '"7"')


def test_what_has_no_version_has_no_tag_and_is_never_known() -> None:
    assert (etag_of("", b"shown"), is_known("", "")) == ("", False)
