// Small comforts of every console page. Every page works without them.
"use strict";
(() => {
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const rows = () => all(".case-row[data-reference]");
  let at = null; // the reference the keyboard stands on; it survives a refresh of the list

  const mark = (row) => {
    all(".case-row.at").forEach((old) => old.classList.remove("at"));
    if (!row) return;
    at = row.dataset.reference;
    row.classList.add("at");
    one(".story", row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  // ---- the keyboard

  const go = (selector) => {
    const link = one(selector);
    if (link && !link.hidden) link.click();
    return Boolean(link);
  };
  const openAct = (act) => {
    if (!act) return false;
    act.open = true;
    act.scrollIntoView({ block: "nearest" });
    const field = one("textarea, select, .input, button", act);
    if (field) field.focus();
    return true;
  };
  const help = () => {
    const dialog = one("#keys");
    if (!dialog || !dialog.showModal) return false;
    if (dialog.open) dialog.close();
    else dialog.showModal();
    return true;
  };
  const keys = {
    j: (list, where) => list.length > 0 && (mark(list[Math.min(where + 1, list.length - 1)]), true),
    k: (list, where) => list.length > 0 && (mark(list[Math.max(where - 1, 0)]), true),
    "/": () => one("#find") && (one("#find").focus(), true),
    u: () => go("a.back"),
    "]": () => go("a.next"),
    "[": () => go("a.before"),
    n: () => one("#note-note") && (one("#note-note").focus(), true),
    "?": help,
  };
  // A letter by itself may be a command of somebody's screen reader: then ours are switched off, for this browser.
  const QUIET = "console-keys";
  const quiet = () => {
    try { return localStorage.getItem(QUIET) === "off"; } catch { return false; }
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-on]")) return;
    try {
      if (event.target.checked) localStorage.removeItem(QUIET);
      else localStorage.setItem(QUIET, "off");
    } catch { /* for this page only, then */ }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || quiet()) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const shut = one("#keys[open]") && event.key !== "?";
    const list = rows();
    const where = list.findIndex((row) => row.dataset.reference === at);
    const act = /^[1-9]$/.test(event.key) && all("details.act")[event.key - 1];
    const done = !shut && (act ? openAct(act) : keys[event.key] && keys[event.key](list, where));
    if (done) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-opens], [data-prints]");
    if (button) "prints" in button.dataset ? window.print() : help();
    else if (event.target.id === "keys") event.target.close();
  });

  // ---- from one case to the next, in the order of the list somebody came from

  const TRAIL = "console.trail";
  const read = (key) => {
    try { return JSON.parse(sessionStorage.getItem(key)) || []; } catch { return []; }
  };
  const trail = () => {
    const list = rows().map((row) => one(".story", row).getAttribute("href"));
    try {
      if (list.length) sessionStorage.setItem(TRAIL, JSON.stringify(list));
    } catch { /* a full or forbidden store: no way on, everything else works */ }
    const kept = read(TRAIL);
    const here = kept.findIndex((href) => href.split("?")[0] === location.pathname);
    for (const [name, step] of [["before", -1], ["next", 1]]) {
      const link = one(`a.${name}`);
      if (!link || here < 0 || !kept[here + step]) continue;
      link.href = kept[here + step];
      link.hidden = false;
    }
  };

  // ---- time left, counted on between two refreshes

  const fill = (sentence, ...values) => values.reduce((text, value) => text.replace("{}", value), sentence);
  const span = (words, ms) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, rest = minutes % 60;
    if (days >= 3 || (days && !hours)) return fill(words.days, days);
    if (days) return fill(words.daysHours, days, hours);
    if (hours && rest) return fill(words.hoursMinutes, hours, rest);
    if (hours) return fill(words.hours, hours);
    return rest ? fill(words.minutes, rest) : words.moment;
  };
  // A desk's own clock may be wrong: what counts is how it differs from the server's.
  const skew = Number(document.documentElement.dataset.now || Date.now()) - Date.now();
  const SOON_MS = 4 * 3600 * 1000;
  const tick = () => {
    const words = one("#due-words") && one("#due-words").dataset;
    if (!words) return;
    for (const due of all("[data-due]")) {
      const left = Date.parse(due.dataset.due) - Date.now() - skew;
      const late = left <= 0;
      one(".left", due).textContent = fill(late ? words.late : words.left, span(words, left));
      // The server says what is near; the browser only lets it come nearer.
      const tone = late ? "late" : due.classList.contains("soon") || left <= SOON_MS ? "soon" : "good";
      if (due.classList.contains(tone)) continue;
      due.classList.remove("good", "soon");
      due.classList.add(tone);
      one(".glyph", due).textContent = late ? "!" : "◔";
    }
  };
  setInterval(tick, 20000);

  // ---- forms

  // A second tap on a button must not send the form again while the first is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-forgets]")) {
      try {
        Object.keys(localStorage).filter((key) => key.startsWith("console.")).forEach((key) => localStorage.removeItem(key));
      } catch { /* nothing was kept there */ }
    }
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "1";
    const button = one("button:not([type=button])", form);
    if (button) button.setAttribute("aria-busy", "true");
  }, true);
  const usable = (form) => {
    delete form.dataset.sent;
    const button = one("[aria-busy]", form);
    if (button) button.removeAttribute("aria-busy");
  };
  // Coming back with the browser's back button finds the form usable again.
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach(usable));
  document.addEventListener("console:usable", (event) => usable(event.target));

  // Opening one act closes the others, so the panel stays short.
  document.addEventListener("toggle", (event) => {
    const act = event.target;
    if (!act.matches || !act.matches("details.act") || !act.open) return;
    all("details.act[open]").forEach((other) => {
      if (other !== act && !one("[aria-invalid]", other)) other.open = false;
    });
  }, true);

  // ---- refreshing

  // Nobody is looking: the refresh waits, and an abandoned desk does not keep its session alive.
  const QUIET_MS = 20 * 60 * 1000;
  let touched = Date.now();
  for (const sign of ["pointermove", "pointerdown", "keydown", "scroll"]) {
    document.addEventListener(sign, () => { touched = Date.now(); }, { passive: true });
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    const away = document.hidden || Date.now() - touched > QUIET_MS;
    if (away && event.target.id === "cases") event.preventDefault();
  });

  const arrive = () => {
    const row = rows().find((each) => each.dataset.reference === at);
    if (row) row.classList.add("at");
    all("[data-opens], [data-prints]").forEach((button) => { button.hidden = false; });
    all("[data-keys-on]").forEach((box) => { box.checked = !quiet(); });
    trail();
    tick();
    // "Done" belongs to the moment, not to a page that is reloaded or bookmarked.
    const url = new URL(location.href);
    if (url.searchParams.has("done")) {
      document.documentElement.dataset.done = url.searchParams.get("done");
      url.searchParams.delete("done");
      history.replaceState(history.state, "", url);
    }
    const wrong = one("[aria-invalid=true]");
    if (wrong) wrong.focus();
  };
  document.addEventListener("htmx:afterSettle", arrive);
  arrive();
})();
