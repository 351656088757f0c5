"""What a measurement says."""

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    Attributes:
        name: what was measured.
        value: the figure.
        unit: its unit; `x` for a ratio.
        budget: the largest value allowed (smallest where `at_least`); None where there is none.
        at_least: whether the budget is a floor.
        note: what a reader should know, such as a peer that is not installed.
    """

    name: str
    value: float | None
    unit: str
    budget: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def within(self) -> bool | None:
        """Whether the budget was kept; None without a budget or a figure."""
        if self.budget is None or self.value is None:
            return None
        return self.value >= self.budget if self.at_least else self.value <= self.budget
