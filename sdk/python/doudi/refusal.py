"""Why a call gives no answer. A refusal is an answer by rule: the person reads it and can mend it. Any other exception is a bug
of the plugin, and the kernel says so with the plugin's name."""

from dataclasses import dataclass


@dataclass
class Problem:
    """One thing wrong: the field, and a Chinese sentence that says how to mend it."""

    field: str
    message: str
    code: str = "invalid"


class Refusal(Exception):
    """Codes: `refused`, `invalid`, `not-found`, `denied`, `unknown`, `limit`, `internal`."""

    def __init__(self, message: str, code: str = "refused", problems: list[Problem] | None = None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.problems = problems or []

    @classmethod
    def invalid(cls, message: str, problems: list[Problem] | None = None) -> "Refusal":
        return cls(message, "invalid", problems)

    @classmethod
    def not_found(cls, message: str) -> "Refusal":
        return cls(message, "not-found")

    @classmethod
    def unknown(cls, what: str, name: str) -> "Refusal":
        """An action, page, form, job, feed or topic the plugin does not know: manifest and code disagree."""
        return cls(f"插件没有{what}“{name}”，请联系插件的提供者", "unknown")


def refusal_of(raised: BaseException) -> Refusal | None:
    """What the kernel answered a read with, as a refusal that may be caught or passed on."""
    if isinstance(raised, Refusal):
        return raised
    error = getattr(raised, "value", None)
    if hasattr(error, "code") and hasattr(error, "message"):
        problems = [Problem(one.field, one.message, one.code) for one in error.problems]
        return Refusal(error.message, error.code, problems)
    return None
