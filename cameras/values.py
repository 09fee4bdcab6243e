"""What a setting's text must be: each function gives the value, or ValueError saying what would be right."""

from pathlib import Path


def text(value: str) -> str:
    return value


def path(value: str) -> Path:
    return Path(value).expanduser()


def existing_file(value: str) -> Path:
    if not (found := path(value)).is_file():
        raise ValueError("is not a file; give the path of a readable file")
    return found


def seconds(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0
    if not 0.1 <= number <= 86400:
        raise ValueError("must be a number of seconds from 0.1 to 86400, such as 300")
    return number


def count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= 1_000_000):
        raise ValueError("must be a whole number from 1 to 1000000, such as 5")
    return int(value)


def level(value: str) -> str:
    if value.upper() not in (levels := ("DEBUG", "INFO", "WARNING", "ERROR")):
        raise ValueError(f"must be one of {', '.join(levels)}")
    return value.upper()


def store(value: str) -> str:
    if value.startswith("s3://") and not value[5:].split("/")[0]:
        raise ValueError("must be s3://bucket or s3://bucket/prefix, or the path of a folder")
    if "://" in value and not value.startswith("s3://"):
        raise ValueError("must be s3://bucket/prefix or the path of a folder; no other kind of store is known")
    return value if "://" in value else str(path(value))


def host(value: str) -> str:
    if "/" in value or "@" in value:
        raise ValueError("must be a bare host name, such as data.austintexas.gov")
    return value
