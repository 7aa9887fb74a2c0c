"""Who is at the other end: signing in and out, hats, passwords, second factors, portals."""

from django.urls import path

from . import enrolling, entering, passkeys, portals, provider, security

urlpatterns = [
    path("sign-in/", entering.sign_in, name="sign_in"),
    path("sign-in/code/", entering.second_factor, name="second_factor"),
    path("sign-in/passkey/options/", passkeys.ask, name="passkey_ask"),
    path("sign-in/passkey/", passkeys.answer, name="passkey_answer"),
    path("sign-in/portal/<uuid:portal>/", portals.begin, name="portal_begin"),
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

# Between programs, so without a language.
open_id = [
    path(".well-known/openid-configuration", provider.discovery, name="oidc_discovery"),
    path("oidc/keys", provider.keys, name="oidc_keys"),
    path("oidc/authorize", provider.authorize, name="oidc_authorize"),
    path("oidc/token", provider.token, name="oidc_token"),
    path("oidc/userinfo", provider.userinfo, name="oidc_userinfo"),
    path("oidc/back", portals.back, name="oidc_back"),
]

__all__ = ["open_id", "urlpatterns"]
