/* Passkeys: a form with data-passkey asks the server for a challenge, the browser for an answer,
   and is then sent as any form. It stays hidden where the browser has no passkeys; a code always
   works instead. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  function bytes(s) {
    s = atob(s.replace(/-/g, "+").replace(/_/g, "/"));
    var out = new Uint8Array(s.length);
    for (var i = 0; i < s.length; i++) out[i] = s.charCodeAt(i);
    return out;
  }
  function text(b) {
    var s = "", a = new Uint8Array(b);
    for (var i = 0; i < a.length; i++) s += String.fromCharCode(a[i]);
    return btoa(s).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function ready(o) {
    o.challenge = bytes(o.challenge);
    if (o.user) o.user.id = bytes(o.user.id);
    (o.excludeCredentials || []).concat(o.allowCredentials || []).forEach(function (c) { c.id = bytes(c.id); });
    return o;
  }
  function plain(c) {
    var r = c.response, out = {
      id: c.id, rawId: text(c.rawId), type: c.type, authenticatorAttachment: c.authenticatorAttachment || undefined,
      clientExtensionResults: c.getClientExtensionResults(), response: { clientDataJSON: text(r.clientDataJSON) }
    };
    if (r.attestationObject) {
      out.response.attestationObject = text(r.attestationObject);
      out.response.transports = r.getTransports ? r.getTransports() : [];
    } else {
      out.response.authenticatorData = text(r.authenticatorData);
      out.response.signature = text(r.signature);
      out.response.userHandle = r.userHandle ? text(r.userHandle) : undefined;
    }
    return JSON.stringify(out);
  }
  Array.prototype.forEach.call(document.querySelectorAll("form[data-passkey]"), function (form) {
    var failed = form.querySelector("[data-failed]"), busy = false;
    form.hidden = false;
    form.addEventListener("submit", function (ev) {
      if (form.elements.response.value) return;
      ev.preventDefault();
      if (busy) return;
      busy = true;
      failed.hidden = true;
      fetch(form.getAttribute("data-passkey"), { method: "POST", credentials: "same-origin", cache: "no-store" }).then(function (r) {
        if (!r.ok) throw new Error(String(r.status));
        return r.json();
      }).then(function (offer) {
        form.elements.state.value = offer.state;
        var o = { publicKey: ready(offer.options.publicKey) };
        return form.hasAttribute("data-new") ? navigator.credentials.create(o) : navigator.credentials.get(o);
      }).then(function (c) {
        form.elements.response.value = plain(c);
        form.submit();
      }).catch(function () { busy = false; failed.hidden = false; failed.focus(); });
    });
  });
})();
