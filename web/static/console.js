// Small comforts. Every page works without them.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll(".case-row[data-reference]")];
  let at = null; // the reference the keyboard stands on; it survives a refresh of the list

  const mark = (row) => {
    document.querySelectorAll(".case-row.at").forEach((old) => old.classList.remove("at"));
    if (!row) return;
    at = row.dataset.reference;
    row.classList.add("at");
    row.querySelector(".story").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select")) return;
    const list = rows();
    const where = list.findIndex((row) => row.dataset.reference === at);
    if (list.length && event.key === "j") mark(list[Math.min(where + 1, list.length - 1)]);
    else if (list.length && event.key === "k") mark(list[Math.max(where - 1, 0)]);
    else if (event.key === "/" && document.getElementById("find")) document.getElementById("find").focus();
    else if (event.key === "u" && document.querySelector("a.back")) document.querySelector("a.back").click();
    else return;
    event.preventDefault();
  });

  // A second tap on a button must not send the form again while the first is on its way.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = form.querySelector("button:not([type=button])");
    if (button) button.setAttribute("aria-busy", "true");
  });

  // Too much to send is said before it is sent: the server would only hang up.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("input[type=file][data-at-most]")) return;
    const bytes = [...input.files].reduce((sum, file) => sum + file.size, 0);
    input.setCustomValidity(bytes > Number(input.dataset.atMost) ? input.dataset.tooLarge : "");
    input.reportValidity();
  });

  // Coming back with the browser's back button finds the form usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      const button = form.querySelector("[aria-busy]");
      if (button) button.removeAttribute("aria-busy");
    });
  });

  // Opening one act closes the others, so the panel stays short.
  document.addEventListener("toggle", (event) => {
    const act = event.target;
    if (!act.matches || !act.matches("details.act") || !act.open) return;
    document.querySelectorAll("details.act[open]").forEach((other) => {
      if (other !== act && !other.querySelector("[aria-invalid]")) other.open = false;
    });
  }, true);

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
  document.addEventListener("htmx:afterSwap", () => {
    const row = rows().find((each) => each.dataset.reference === at);
    if (row) row.classList.add("at");
  });

  // "Done" belongs to the moment, not to a page that is reloaded or bookmarked.
  const url = new URL(location.href);
  if (url.searchParams.has("done")) {
    url.searchParams.delete("done");
    history.replaceState(null, "", url);
  }
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
})();
