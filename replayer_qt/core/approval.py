"""The one ticket that a broker takes: an order that the gate allowed and the engine released."""

from replayer_qt.core.commands import Command
from replayer_qt.core.errors import ContractBroken
from replayer_qt.core.order_book import Order
from replayer_qt.core.orders import OrderState


class Approval(Command, frozen=True, kw_only=True):
    """An order that the gate allowed, that is on stable storage and that now goes to its venue.

    A command, so that it takes the feed's own way to the venue's connection.

    Attributes:
        order: as it stood when it was released.
        expires_in_ms: how long it may wait on its way before it must not be sent any more [ms].
    """

    order: Order
    expires_in_ms: int = 2_000

    def __post_init__(self) -> None:
        verdict = self.order.verdict
        if verdict is None or not verdict.allowed or self.order.state is not OrderState.SENT:
            raise ContractBroken("only an order that was allowed and released can be sent")
