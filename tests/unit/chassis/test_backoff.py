"""What fails is tried again soon, then ever less often, and soon again once it went well."""

from chassis.backoff import BackOff


def test_each_failure_in_a_row_waits_twice_as_long_up_to_the_limit() -> None:
    back_off = BackOff(shortest=0.1, longest=5.0)
    assert [back_off.failed() for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_success_lets_the_next_failure_be_the_first() -> None:
    back_off = BackOff(shortest=0.1, longest=5.0)
    back_off.failed()
    back_off.failed()
    back_off.succeeded()
    assert back_off.failed() == 0.1
