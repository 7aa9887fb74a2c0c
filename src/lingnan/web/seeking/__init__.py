"""The box in the shell: its pages, its API, and what the shell itself offers."""
