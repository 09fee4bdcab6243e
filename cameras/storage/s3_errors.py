"""What S3 answered to a put -> what an operator reads."""

import re

from cameras.storage.bounded_http import Answer
from cameras.text import quoted

OVERLOADED = "it is overloaded or out; wait"  # the same put may succeed a moment later
CHECK_REGION = "check AWS_DEFAULT_REGION"
ADVICE = {
    **dict.fromkeys(("BadGateway", "InternalError", "RequestTimeout", "ServiceUnavailable"), OVERLOADED),
    **dict.fromkeys(("SlowDown", "ThrottlingException", "TooManyRequests"), OVERLOADED),
    **dict.fromkeys(("AuthorizationHeaderMalformed", "IllegalLocationConstraintException"), CHECK_REGION),
    **dict.fromkeys(("PermanentRedirect", "TemporaryRedirect"), CHECK_REGION),
    **dict.fromkeys(("InvalidAccessKeyId", "SignatureDoesNotMatch"), "check the AWS credentials"),
    **dict.fromkeys(("ExpiredToken", "InvalidToken"), "renew the AWS credentials"),
    "AccessDenied": "allow s3:PutObject on its image/ folder",
    "NoSuchBucket": "check STORE",
    "NotImplemented": "check AWS_ENDPOINT_URL",
    "RequestTimeTooSkewed": "set this machine's clock",
}


def advice(answer: Answer) -> str:
    """What to do; "" after a success. S3 answers a put without a body: a 200 with one is a late error, or not S3's."""
    if 200 <= answer.status < 300:
        otherwise = "check AWS_ENDPOINT_URL and the network" if answer.body else ""
    else:
        otherwise = OVERLOADED if answer.status >= 500 or answer.status in (408, 429) else "see the S3 error codes"
    return ADVICE.get(_field("Code", answer), otherwise)


def sentence(answer: Answer) -> str:
    """An error's code, or else its status, and what to do."""
    code, found = quoted(_field("Code", answer) or str(answer.status)), advice(answer)
    redirects = 300 <= answer.status < 400
    place = answer.headers.get("x-amz-bucket-region") or _field("Region", answer) or _field("Endpoint", answer)
    if place and (redirects or found == CHECK_REGION):
        return f"{code}: the bucket is in {quoted(place)}; {CHECK_REGION}"
    if redirects and found != CHECK_REGION:
        return f"redirects elsewhere; {CHECK_REGION} and AWS_ENDPOINT_URL"
    return f"{code}; {found}"


def _field(name: str, answer: Answer) -> str:
    """The text of an element of S3's XML error, or "". By a pattern, which expands nothing, takes linear time, and has
    no special case for a body that is not XML."""
    found = re.search(f"<{name}>([^<>]{{1,100}})</{name}>", answer.body.decode("latin-1"))
    return found[1].strip() if found else ""
