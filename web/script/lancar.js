/* Keeps answers that were typed and not yet sent, on this device alone, one entry a form.
   Everything works without this file. */
(function () {
  "use strict";
  var PREFIX = "lancar:", DAY = 864e5, body = document.body;
  function each(fn) {
    for (var i = localStorage.length - 1; i >= 0; i--) {
      var k = localStorage.key(i);
      if (k && k.indexOf(PREFIX) === 0) fn(k);
    }
  }
  function load(k) { try { return JSON.parse(localStorage.getItem(k)); } catch (e) { return null; } }
  function kept(el) {
    return el.name && el.type !== "file" && el.type !== "hidden" && el.type !== "password" && !el.hasAttribute("data-secret");
  }
  function read(form) {
    var out = {};
    Array.prototype.forEach.call(form.elements, function (el) {
      if (!kept(el) || el.tagName === "BUTTON") return;
      if (el.type === "radio" || el.type === "checkbox") {
        if (!out[el.name]) out[el.name] = [];
        if (el.checked) out[el.name].push(el.value);
      } else out[el.name] = el.value;
    });
    return out;
  }
  function write(form, data) {
    var changed = false;
    Array.prototype.forEach.call(form.elements, function (el) {
      if (!kept(el) || el.tagName === "BUTTON" || !(el.name in data)) return;
      var v = data[el.name];
      if (el.type === "radio" || el.type === "checkbox") {
        var on = v.indexOf(el.value) >= 0;
        if (el.checked !== on) { el.checked = on; changed = true; }
      } else if (el.value !== v) { el.value = v; changed = true; }
    });
    return changed;
  }
  function say(form, name) {
    var n = form.querySelector("[data-say=" + name + "]");
    if (n) { n.hidden = false; n.focus(); }
  }
  try {
    if (body.hasAttribute("data-forget")) each(function (k) { localStorage.removeItem(k); });
    each(function (k) { var e = load(k); if (!e || Date.now() - e.at > DAY) localStorage.removeItem(k); });
    Array.prototype.forEach.call(document.querySelectorAll("form[data-keep]"), function (form) {
      var key = PREFIX + form.getAttribute("data-keep"), base = form.getAttribute("data-version");
      var e = load(key);
      if (e && e.base === base) { if (write(form, e.data)) say(form, "restored"); }
      else localStorage.removeItem(key);
      function keep() {
        localStorage.setItem(key, JSON.stringify({
          at: Date.now(), base: base, path: location.pathname, title: document.title, data: read(form)
        }));
      }
      form.addEventListener("input", keep);
      form.addEventListener("change", keep);
      form.addEventListener("submit", function (ev) {
        if (!navigator.onLine) { ev.preventDefault(); keep(); say(form, "offline"); }
      });
    });
    /* A page that knows a draft's versions drops what the server already has. */
    Array.prototype.forEach.call(document.querySelectorAll("[data-saved]"), function (n) {
      var k = PREFIX + n.getAttribute("data-saved"), e = load(k);
      if (e && e.base !== n.getAttribute("data-version")) localStorage.removeItem(k);
    });
    var list = document.getElementById("kept");
    if (list) each(function (k) {
      var e = load(k), li = document.createElement("li"), a = document.createElement("a"), b = document.createElement("b"), s = document.createElement("span");
      if (!e) return;
      a.href = e.path; b.textContent = e.title; s.appendChild(b); a.appendChild(s); li.appendChild(a); list.appendChild(li);
      list.parentNode.hidden = false;
    });
  } catch (e) { /* storage is full or forbidden: the server still saves every step */ }
  /* A chosen file is sent at once, by the same button that people without script press. */
  document.addEventListener("change", function (ev) {
    var el = ev.target;
    if (!el || el.type !== "file" || !el.files.length || !el.form || !el.parentNode) return;
    var go = el.parentNode.querySelector("[data-upload]");
    if (go && navigator.onLine) go.click();
  });
  var retry = document.querySelector("[data-retry]");
  if (retry) retry.addEventListener("click", function (ev) { ev.preventDefault(); location.reload(); });
  /* A page that waits for something looks now and then whether it has come (web.Watch). */
  var watched = body.getAttribute("data-watch");
  if (watched) setInterval(function () {
    if (document.hidden || !navigator.onLine) return;
    fetch(watched, { credentials: "same-origin", cache: "no-store" }).then(function (r) { return r.ok ? r.text() : ""; }).then(function (word) {
      if (word && word !== body.getAttribute("data-now")) location.reload();
    }).catch(function () {});
  }, 5000);
  Array.prototype.forEach.call(document.querySelectorAll("[data-script]"), function (n) { n.hidden = false; });
  if ("serviceWorker" in navigator && document.querySelector("link[rel=manifest]")) navigator.serviceWorker.register("/sw.js").catch(function () {});
  var go = document.querySelector("form[data-go]");
  if (go) go.submit();
  var sum = document.querySelector(".sum");
  if (sum) sum.focus();
})();
