from cameras.camera import Address, Camera
from cameras.status_page.map import build_map
from cameras.watch import Status


def _camera(longitude: float | None, latitude: float | None) -> Status:
    return Status(Camera("1", "Axis", Address("10.0.0.1"), longitude=longitude, latitude=latitude))


def test_dots_are_within_the_map_for_any_positions() -> None:
    north_south = [_camera(-97.7, 30 + number / 50) for number in range(100)]
    west_east = [_camera(-97.7 + number / 50, 30.0) for number in range(100)]
    for cameras in (north_south, west_east, north_south[:1]):
        drawn = build_map(cameras)
        assert drawn
        assert len(drawn.dots) == len(cameras)
        assert all(0 <= dot.x <= 1000 and 0 <= dot.y <= drawn.height <= 2000.1 for dot in drawn.dots)


def test_cameras_without_coordinates_have_no_map() -> None:
    assert build_map([_camera(None, None)]) is None


def test_offline_cameras_are_drawn_on_top() -> None:
    offline, waiting = _camera(1.0, 1.0), _camera(1.0, 1.0)
    offline.stopped = True
    drawn = build_map([offline, waiting])
    assert drawn
    assert [dot.status for dot in drawn.dots] == [waiting, offline]
