"""Lists in one parameter: `fa,ar` and `["fa,ar"]` mean the same as `["fa", "ar"]`."""

from collections.abc import Callable

from pydantic_core import PydanticCustomError


def parted(most: int, what: str) -> Callable[[object], object]:
    """Takes a list apart that stands in one text, or in several.

    Args:
        most: items that it may have.
        what: they are, for the error.
    """

    def part(value: object) -> object:
        """The items; what each of them is, is not looked at.

        Raises:
            PydanticCustomError: there are too many.
        """
        given = value.split(",", most) if isinstance(value, str) else value
        if not isinstance(given, list):
            return value
        items = [item for one in given for item in (one.split(",") if isinstance(one, str) else [one])]
        if len(items) > most:
            raise PydanticCustomError(
                "too_many", "Input should have at most {most} {what}", {"most": most, "what": what}
            )
        return items

    return part
