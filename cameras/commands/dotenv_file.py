"""Settings from a .env file."""

from pathlib import Path

from dotenv.parser import parse_stream

from cameras.errors import ConfigError


def read_dotenv(path: Path) -> dict[str, str]:
    """The file's settings; none if there is no file. Values are taken literally: a password may contain `${`.

    Raises ConfigError if the file cannot be read, or for the first line that is no setting.
    """
    if not path.exists():
        return {}
    # dotenv_values, dotenv's documented function, skips a line that it cannot parse and only logs a warning.
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
        if any("\0" in line.original.string for line in lines):
            raise ValueError("it contains a NUL byte")  # UTF-16, or a damaged disk
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}; make it a readable UTF-8 file of NAME=value lines"
        ) from error
    if bad := next((line for line in lines if line.error or (line.key and line.value is None)), None):
        raise ConfigError(
            f"{path} line {bad.original.line}: not NAME=value, or a quote is not closed; fix it, or put # before it"
        )
    return {line.key: line.value for line in lines if line.key and line.value is not None}
