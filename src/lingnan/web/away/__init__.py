"""Work away from signal: what a device may keep, under which key, and what became of it.

The server issues a key for one account on one device. The browser imports it so that no script can
read it out (WebCrypto, not extractable), seals drafts and ledgers with it (AES-GCM) and keeps them in
IndexedDB. On the device the key lives no longer than the sign-in; what was sealed outlives it and can be
opened again only when the same account signs in and the server gives the key out once more. Revoking a
device deletes the secret here: what lies there can then never be opened by anybody.

A system offers what is worth keeping by `System(away=…)`; this package knows no business.
"""

from .terms import DeviceAdmitted, DeviceRevoked, Ledger, Packet, Page, WorkLeft

__all__ = ["DeviceAdmitted", "DeviceRevoked", "Ledger", "Packet", "Page", "WorkLeft"]
