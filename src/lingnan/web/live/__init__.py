"""What a page hears without asking: new work on the desk, how far long work is."""
