"""Authlib (Debian's python3-authlib) with requests against a conformance run."""
import html, json, os, re
from urllib.parse import urljoin, urlsplit, parse_qs

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url

run = json.loads(os.environ['LANCAR_RUN'])
issuer, callback = run['issuer'], 'https://rp.example/cb'


def ok(true, what):
    if not true:
        raise SystemExit('not so: ' + what)
    print('ok', what)


class Person:
    """The sandbox person in a browser without scripts (docs/spec/oidc.md)."""

    def __init__(self):
        self.http, self.who = requests.Session(), run['person']['sign_in']

    def open(self, url, form=None):
        for _ in range(20):
            r = self.http.request('POST' if form else 'GET', url, data=form, allow_redirects=False)
            form = None
            if not r.is_redirect:
                return url, r.text
            url = urljoin(url, r.headers['Location'])
            if not url.startswith(issuer):
                return url, ''
        raise SystemExit('too many redirects')

    def hidden(self, page, name):
        return html.unescape(re.search('name="%s" value="([^"]*)"' % name, page).group(1))

    def agree(self, url):
        at, page = self.open(url)
        if urlsplit(at).path == '/signin':
            year, month, day = self.who['birth_date'].split('-')
            to = self.hidden(page, 'to')
            _, page = self.open(issuer + '/signin', {'kind': 'resident', 'to': to, 'number': self.who['nik'], 'name': self.who['name'], 'contact': self.who['contact'],
                                                     'birth_date.d': day, 'birth_date.m': month, 'birth_date.y': year})
            at, page = self.open(issuer + '/signin/code', {'attempt': self.hidden(page, 'attempt'), 'to': to, 'code': run['code']})
        if at.startswith(issuer):
            at, _ = self.open(issuer + '/consent', {'request': self.hidden(page, 'request'), 'kind': 'name', 'agree': 'yes'})
        return at


known = OpenIDProviderMetadata(requests.get(get_well_known_url(issuer, external=True)).json())
for name in known.REGISTRY_KEYS:
    if name != 'request_object_signing_alg_values_supported':  # Authlib wants `none` there; we have none
        getattr(known, 'validate_' + name)()
ok(known['issuer'] == issuer, 'discovery, as Authlib validates it')

key = JsonWebKey.generate_key('EC', 'P-256', {'kid': 'k1', 'use': 'sig', 'alg': 'ES256'}, is_private=True)
scope = 'openid profile offline_access'
r = requests.post(known['registration_endpoint'], headers={'Authorization': 'Bearer ' + run['registration_token']}, json={
    'client_name': 'Authlib', 'redirect_uris': [callback], 'token_endpoint_auth_method': 'private_key_jwt', 'jwks': {'keys': [key.as_dict(is_private=False)]},
    'grant_types': ['authorization_code', 'refresh_token', 'client_credentials'], 'scope': scope + ' permits.read'})
ok(r.status_code == 201, 'registration')
app = OAuth2Session(r.json()['client_id'], key, token_endpoint_auth_method='private_key_jwt', scope=scope, redirect_uri=callback, code_challenge_method='S256',
                    revocation_endpoint_auth_method='private_key_jwt')
app.register_client_auth_method(PrivateKeyJWT(known['token_endpoint'], alg='ES256'))

person, verifier, nonce = Person(), generate_token(64), generate_token()
url, state = app.create_authorization_url(known['authorization_endpoint'], code_verifier=verifier, nonce=nonce)
back = person.agree(url)
ok(parse_qs(urlsplit(back).query)['iss'] == [issuer], 'the answer names its issuer')
token = app.fetch_token(known['token_endpoint'], authorization_response=back, state=state, code_verifier=verifier)
ok(token['token_type'] == 'Bearer', 'code with PKCE and private_key_jwt, its assertion good for an hour')
claims = JsonWebToken(['ES256']).decode(token['id_token'], JsonWebKey.import_key_set(requests.get(known['jwks_uri']).json()), claims_cls=CodeIDToken,
                                        claims_options={'iss': {'essential': True, 'value': issuer}, 'aud': {'essential': True, 'value': app.client_id}},
                                        claims_params={'nonce': nonce, 'access_token': token['access_token'], 'client_id': app.client_id})
claims.validate()
ok(claims['auth_time'], 'the ID token, with at_hash and nonce')
info = app.get(known['userinfo_endpoint']).json()
ok(info['sub'] == claims['sub'] and info['name'] == run['person']['sign_in']['name'], 'userinfo')
fresh = app.refresh_token(known['token_endpoint'], refresh_token=token['refresh_token'])
ok(fresh['refresh_token'] != token['refresh_token'], 'refresh')
app.revoke_token(known['revocation_endpoint'], token=fresh['refresh_token'], token_type_hint='refresh_token')
ok(app.get(known['userinfo_endpoint'], withhold_token=True, headers={'Authorization': 'Bearer ' + fresh['access_token']}).status_code == 401, 'revocation')
try:
    app.refresh_token(known['token_endpoint'], refresh_token=fresh['refresh_token'])
    ok(False, 'a revoked token is refused')
except OAuthError as refused:
    ok(refused.error == 'invalid_grant', 'a revoked token is refused')
ok(app.fetch_token(known['token_endpoint'], grant_type='client_credentials', scope='permits.read')['expires_in'] == 60, 'client credentials')
