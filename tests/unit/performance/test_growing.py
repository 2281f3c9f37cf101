from tests.performance.growing import next_chunk


def test_a_chunk_is_a_file_of_a_hundred_thousand_while_there_is_time_for_one() -> None:
    assert next_chunk(890_000, 600, 3_000) == 100_000


def test_a_chunk_is_what_is_missing_to_the_million() -> None:
    assert next_chunk(5_000, 600, 3_000) == 5_000
    assert next_chunk(0, 600, 3_000) == 0


def test_a_chunk_fits_into_the_time_that_is_left_even_when_the_import_slows_down() -> None:
    count = next_chunk(890_000, 100, 400)
    assert count == 32_000
    assert count / (400 * 0.8) <= 100


def test_too_little_time_for_a_telling_chunk_leaves_the_stock_as_it_is() -> None:
    assert next_chunk(890_000, 20, 400) == 0
    assert next_chunk(890_000, -5, 400) == 0
