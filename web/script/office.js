/* Shortcuts of officers' pages: J and K walk the rows, Enter opens, C searches, ? lists them.
   Everything works without this file. */
(function () {
  "use strict";
  var rows = Array.prototype.slice.call(document.querySelectorAll(".inbox tbody th a"));
  function typing(el) {
    return el && (el.isContentEditable || el.tagName === "TEXTAREA" || el.tagName === "SELECT" ||
      el.tagName === "INPUT" && el.type !== "radio" && el.type !== "checkbox");
  }
  function walk(by) {
    if (!rows.length) return;
    var at = rows.indexOf(document.activeElement);
    var to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by));
    rows[to].focus();
  }
  document.addEventListener("keydown", function (ev) {
    if (ev.ctrlKey || ev.metaKey || ev.altKey || typing(ev.target)) {
      if (ev.key === "Escape" && typing(ev.target)) ev.target.blur();
      return;
    }
    var find = document.querySelector("[data-find]"), help = document.querySelector("[data-keys]");
    if (ev.key === "j" || ev.key === "J") walk(1);
    else if (ev.key === "k" || ev.key === "K") walk(-1);
    else if ((ev.key === "c" || ev.key === "C") && find) { ev.preventDefault(); find.focus(); find.select(); }
    else if (ev.key === "?" && help) help.click();
  });
  var sum = document.querySelector(".sum");
  if (sum) sum.focus();
})();
