"""Who is at the other end: signing in and out, hats, passwords, second factors, portals."""

from django.urls import path

from . import enrolling, entering, passkeys, security

urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign_in"),
    path("sign-in/code/", entering.second_factor, name="second_factor"),
    path("sign-in/passkey/options/", passkeys.ask, name="passkey_ask"),
    path("sign-in/passkey/", passkeys.answer, name="passkey_answer"),
    path("sign-out/", entering.sign_out, name="sign_out"),
    path("password/", security.change_password, name="password"),
    path("hats/", entering.choose_hat, name="hats"),
    path("security/", security.overview, name="security"),
    path("security/authenticator/", enrolling.authenticator, name="authenticator"),
    path("security/passkey/options/", enrolling.passkey_options, name="passkey_options"),
    path("security/passkey/", enrolling.passkey, name="passkey"),
    path("security/codes/", enrolling.codes, name="recovery_codes"),
    path("security/factors/<uuid:factor>/remove/", enrolling.remove, name="factor_remove"),
    path("security/sessions/<uuid:session>/end/", security.end_session, name="session_end"),
    path("security/sessions/end/", security.end_others, name="sessions_end"),
]

__all__ = ["urlpatterns"]
