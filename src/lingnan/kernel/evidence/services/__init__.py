from ..queries.states import State, add_states, remove_states
from ..queries.verifiers import add_verifier, remove_verifier
from .adopting import adopt_states
from .erasure import AlreadyErased, NoBody, erase_body
from .keys import KeyExposed, KeyMissing, rotate_key
from .letters import NoSuchLetter, NoSuchListener, retry
from .outbox import drain, listen, listen_in_batches, listeners, unlisten
from .recording import TooManyWriters, record, record_many
from .sequencing import TreeBroken, sequence

__all__ = [
    "AlreadyErased",
    "KeyExposed",
    "KeyMissing",
    "NoBody",
    "NoSuchLetter",
    "NoSuchListener",
    "State",
    "TooManyWriters",
    "TreeBroken",
    "add_states",
    "add_verifier",
    "adopt_states",
    "drain",
    "erase_body",
    "listen",
    "listen_in_batches",
    "listeners",
    "record",
    "record_many",
    "remove_states",
    "remove_verifier",
    "retry",
    "rotate_key",
    "sequence",
    "unlisten",
]
