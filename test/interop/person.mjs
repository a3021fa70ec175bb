// The sandbox person in a browser without scripts: cookies, redirects, forms (docs/spec/oidc.md).
export class Person {
  constructor(run) { this.run = run; this.jar = new Map() }

  // open follows redirects until a page, or until an address of the app.
  async open(url, form) {
    for (let i = 0; i < 20; i++) {
      const res = await fetch(url, { redirect: 'manual', method: form ? 'POST' : 'GET',
        headers: { cookie: [...this.jar].map(([k, v]) => `${k}=${v}`).join('; '), ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) },
        body: form && new URLSearchParams(form).toString() })
      for (const c of res.headers.getSetCookie()) {
        const [pair, ...rest] = c.split(';'), at = pair.indexOf('=')
        if (rest.some(a => /max-age=(0|-)/i.test(a.trim()))) this.jar.delete(pair.slice(0, at))
        else this.jar.set(pair.slice(0, at), pair.slice(at + 1))
      }
      form = undefined
      if (res.status < 300 || res.status > 399) return { url: new URL(url), status: res.status, text: await res.text() }
      url = new URL(res.headers.get('location'), url).href
      if (!url.startsWith(this.run.issuer)) return { url: new URL(url), status: 0, text: '' }
    }
    throw new Error('too many redirects')
  }

  hidden(page, name) {
    const m = page.text.match(new RegExp(`name="${name}" value="([^"]*)"`))
    if (!m) throw new Error(`no ${name} on ${page.url} (${page.status})`)
    return m[1].replaceAll('&amp;', '&').replaceAll('&#43;', '+').replaceAll('&#34;', '"')
  }

  // reach opens an address, signs in where it is asked to, and returns the page behind.
  async reach(url) {
    const page = await this.open(url)
    if (page.url.pathname !== '/signin') return page
    const who = this.run.person.sign_in, [y, m, d] = who.birth_date.split('-'), to = this.hidden(page, 'to')
    const code = await this.open(this.run.issuer + '/signin', { kind: 'resident', to, number: who.nik, name: who.name, contact: who.contact,
      'birth_date.d': d, 'birth_date.m': m, 'birth_date.y': y })
    return this.open(this.run.issuer + '/signin/code', { attempt: this.hidden(code, 'attempt'), to, code: this.run.code })
  }

  // agree goes from an authorization request to the app's address.
  async agree(url) {
    const page = await this.reach(url)
    if (page.status === 0) return page.url
    const done = await this.open(this.run.issuer + '/consent', { request: this.hidden(page, 'request'), agree: 'yes' })
    if (done.status !== 0) throw new Error(`consent ended at ${done.url} ${done.status}`)
    return done.url
  }

  // approve enters the code that a device shows.
  async approve(code) {
    let page = await this.reach(this.run.issuer + '/device?user_code=' + code)
    page = await this.open(this.run.issuer + '/device', { user_code: code })
    await this.open(this.run.issuer + '/approve', { request: this.hidden(page, 'request'), agree: 'yes' })
  }
}

export const run = JSON.parse(process.env.LANCAR_RUN)
export const ok = (is, what) => { if (!is) throw new Error('not so: ' + what); console.log('ok', what) }

export async function keyPair() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { pair, jwks: { keys: [{ kty, crv, x, y, kid: 'k1', use: 'sig', alg: 'ES256' }] } }
}

export const callback = 'https://rp.example/cb'
