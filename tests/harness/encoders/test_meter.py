from concurrent.futures import ThreadPoolExecutor

from harness.encoders.meter import Cost, Meter


def test_threads_add_without_losing_any() -> None:
    meter = Meter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: meter.add(Cost(1, 2, 0.5)), range(2000)))
    assert meter.cost == Cost(2000, 4000, 1000.0)
