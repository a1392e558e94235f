"""Where things go in a chart."""

from __future__ import annotations

from webapp.core.charts import LABELS, NARROW, VALUES, WIDTH, Item, bars, fit, heat, level, measure, narrow_bars

ROOM = WIDTH - LABELS - VALUES


def test_the_longest_bar_fills_the_room_and_the_rest_keep_their_proportion():
    chart = bars([Item("a", 0.5, "50%", 0.25), Item("b", 0.25, "25%"), Item("c", 0, "0%", 0)])
    assert [bar.width for bar in chart.rows] == [ROOM, ROOM / 2, 0]
    assert [bar.mark for bar in chart.rows] == [LABELS + ROOM / 2, None, LABELS]
    assert all(bar.end > LABELS + bar.width for bar in chart.rows)


def test_a_period_before_that_was_higher_sets_the_scale():
    chart = bars([Item("a", 1, "1", 2)])
    assert chart.rows[0].width == ROOM / 2
    assert chart.rows[0].mark == LABELS + ROOM


def test_nothing_to_draw_is_drawn():
    assert bars([]).rows == ()
    assert bars([Item("a", 0, "0")]).rows[0].width == 0
    assert heat([], [], []).cells == ()


def test_a_cell_is_as_strong_as_its_value():
    chart = heat(["8", "9"], ["Mon", "Tue"], [[(0.4, "40%"), None], [(0.0, "0%"), (0.1, "10%")]])
    assert [(cell.text, cell.level) for cell in chart.cells] == [("40%", 4), ("0%", 0), ("10%", 1)]
    assert len({(cell.x, cell.y) for cell in chart.cells}) == 3
    assert [level(n, 1) for n in (0, 0.25, 0.26, 0.5, 0.75, 0.76, 1)] == [0, 1, 2, 2, 3, 4, 4]


def test_long_names_are_cut_where_they_no_longer_fit():
    assert fit("Riverside", 9) == "Riverside"
    assert fit("Riverside", 8) == "Riversi…"
    assert fit("万家超市中山路店", 9) == "万家超市…"
    assert measure("万a") == 3


def test_what_is_for_a_phone_fits_one():
    chart = narrow_bars([Item("万家超市·中山路旗舰店（二期）", 0.5, "50%", 1), Item("b", 0, "0%")])
    assert chart.width == NARROW <= 328
    assert [bar.width for bar in chart.rows] == [NARROW / 2, 0]
    assert chart.rows[0].mark <= NARROW
    assert measure(chart.rows[0].label) <= 28
    week = heat(list("MTWTFSS"), ["09:00"], [[(1.0, "100%")] * 7], narrow=True)
    assert week.width <= NARROW
