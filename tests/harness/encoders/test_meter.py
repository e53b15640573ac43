from concurrent.futures import ThreadPoolExecutor

from harness.encoders.meter import Cost, Meter


def test_threads_add_without_losing_any() -> None:
    meter = Meter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: meter.add(Cost(1, 2, 0.5)), range(2000)))
    assert meter.cost == Cost(2000, 4000, 1000.0)


def test_the_cost_ratio_is_taken_in_texts_unless_another_axis_is_named() -> None:
    extra, baseline = Cost(30, 50, 4.0), Cost(20, 100, 1.0)
    assert extra.ratio_to(baseline) == extra.ratio_to(baseline, "texts") == 2.5
    assert (extra.ratio_to(baseline, "tokens"), extra.ratio_to(baseline, "seconds")) == (1.5, 5.0)
    assert Cost().ratio_to(baseline) == 1.0
