"""What an upload answers: what was kept, and what keeps it from being submitted."""

from uuid import UUID

from ninja import Schema

from ..terms.checking import Severity
from ..terms.filings import FormInfo, Uploaded


class UploadProblemOut(Schema):
    """`where`: the cell, or number and field of the row. `severity`: `error`, or `explain` where a
    reason will do."""

    where: str
    detail: str
    field: str
    severity: str


class UploadedOut(Schema):
    """`problems`: all that keeps what was `saved` from being submitted."""

    saved: list[UUID]
    problems: list[UploadProblemOut]


def uploaded_out(done: Uploaded, form: FormInfo) -> UploadedOut:
    codes = {one.where: one.code for one in form.asked}
    return UploadedOut(
        saved=[UUID(uuid) for uuid in done.saved],
        problems=[
            *(
                UploadProblemOut(
                    where=where,
                    detail=words,
                    field=codes.get(where, "" if "!" in where else where.partition(".")[2]),
                    severity=Severity.ERROR,
                )
                for where, words in done.problems
            ),
            *(
                UploadProblemOut(
                    where=one.where,
                    detail=one.words + one.fix,
                    field=one.field,
                    severity=one.severity,
                )
                for one in done.left
            ),
        ],
    )
