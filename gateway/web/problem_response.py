"""Puts a problem on the wire as `application/problem+json`."""

from starlette.responses import JSONResponse

from gateway.web.problems import PROBLEM_MEDIA_TYPE, Problem


def problem_response(problem: Problem) -> JSONResponse:
    """The HTTP response of a problem. It depends on Accept-Language and says so."""
    headers = {"Vary": "Accept-Language", **problem.headers}
    return JSONResponse(
        dict(problem.body), status_code=problem.status, headers=headers, media_type=PROBLEM_MEDIA_TYPE
    )
