from cameras.commands.table import table


def test_table_aligns_names_and_counts() -> None:
    assert table([("live", 1000, ""), ("  Unreachable", 3, "a, b, …")]) == (
        "live             1000\n  Unreachable       3  a, b, …"
    )
