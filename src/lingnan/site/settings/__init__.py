"""Settings: `environment` reads and checks, `base` builds, the other three choose."""
