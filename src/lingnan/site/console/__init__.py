"""`/{lang}/admin/`: Django's admin for the security administrator. It reads; services write.

Only with the hat and a second factor; every list and every row looked at is evidence.
"""
