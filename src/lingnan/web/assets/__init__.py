"""Style sheets, scripts and pictures: named by their content, compressed once, served from memory.

`lingnan migrate` collects them (`storage.py`); `serving.Assets` stands before Django and answers
`/static/…` in the process, with the compressed form to whoever takes it.
"""
