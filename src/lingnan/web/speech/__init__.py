"""Read-aloud that does not depend on the browser's own speech: a port, and what stands behind it.

No voice comes with the software: without `LINGNAN_SPEECH_URL` there is none, and the page says so.
"""

from .port import HttpSpeech, NoSpeech, Speech, Spoken, spoken, use_speech

__all__ = ["HttpSpeech", "NoSpeech", "Speech", "Spoken", "spoken", "use_speech"]
