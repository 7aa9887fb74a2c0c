"""Plain words every floor shares. No Django below this line."""
