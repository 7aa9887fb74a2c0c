"""`Idempotency-Key` on a POST of the API: the work is done once, the answer is given again.

    curl -X POST -H 'Idempotency-Key: 0192f0c1-…' -H 'Authorization: Bearer …' …/filings

The same key, actor and body get the stored answer with `Idempotency-Replayed: true`; the same key
with another body gets 409 `idempotency_key_reused`; a duplicate that arrives while the first still
runs waits a little, then gets 409 `still_running` with `Retry-After`. A key is kept for a day.
A view has nothing to do.
"""
