"""How long the door waits for a client: one sweep over all connections, not a timer for each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talentsphere.server.answers import TOO_SLOW

if TYPE_CHECKING:
    from talentsphere.server.protocol import DoorProtocol

IDLE, HEAD, BODY = range(3)
"""What a connection is reading."""


def check_time(connection: DoorProtocol, now: float) -> None:
    """Close or refuse when the client takes too long; called a few times a second."""
    limits = connection.limits
    if _is_stalled(connection, now):
        connection.transport.abort()
    elif connection.transport.is_closing():
        return
    elif connection.lingering:
        if now - connection.written_at > limits.linger_s:
            connection.transport.close()
    elif connection.reading != IDLE:
        if not connection.flow.read_paused and _is_slow(connection, now):
            connection.stop(TOO_SLOW)
    elif connection.is_idle() and now - connection.idle_since > limits.idle_s:
        connection.transport.close()


def _is_slow(connection: DoorProtocol, now: float) -> bool:
    limits = connection.limits
    if now - connection.heard_at > limits.client_timeout_s:
        return True
    if connection.reading == HEAD:
        return now - connection.begun_at > limits.head_timeout_s
    return now - connection.begun_at > limits.deadline_s + connection.body_bytes / limits.slowest_body_bytes_s


def _is_stalled(connection: DoorProtocol, now: float) -> bool:
    """Tell whether bytes wait to be sent and none has left for long."""
    unsent = connection.transport.get_write_buffer_size()
    if not unsent or unsent != connection.unsent_bytes:
        connection.unsent_bytes = unsent
        if not connection.lingering:
            connection.written_at = now
        return False
    return now - connection.written_at > connection.limits.stalled_write_s
