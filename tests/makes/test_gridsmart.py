from collections.abc import Awaitable, Callable


async def test_it_is_asked_over_https_for_its_list_and_then_for_the_first_camera_on_it(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("GRIDSMART") == [
        "/api/cameras",
        "/api/camera/00-1B-C5-09-A2-7F",
    ]
