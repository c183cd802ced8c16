// The list of cases: choosing several, and on the street what is near. The list works without.
"use strict";
(() => {
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const boxes = () => all(".case-row input[name=case]");
  const fill = (sentence, value) => sentence.replace("{}", value);

  // ---- several at once: what was chosen survives a refresh of the list, by the case and not by its place

  const AT_MOST = 100;
  const chosen = new Set();
  let last = null;
  const reference = (box) => box.closest(".case-row").dataset.reference;
  let nothing = null; // what is said while nothing is chosen
  const say = () => {
    const bar = one("#several");
    if (!bar) return;
    const said = one(".several-said", bar);
    if (nothing === null) nothing = said.textContent;
    const count = boxes().filter((box) => box.checked).length;
    said.textContent = count ? fill(said.dataset.chosen, count) : nothing;
    bar.classList.toggle("some", count > 0);
    one("[data-choose-page]", bar).hidden = !boxes().length || count === boxes().length;
    one("[data-choose-none]", bar).hidden = !count;
    all("button[name=move]", bar).forEach((button) => { button.disabled = !count; });
    boxes().forEach((box) => box.closest(".case-row").classList.toggle("chosen", box.checked));
  };
  const choose = (box, yes) => {
    if (yes && chosen.size >= AT_MOST) return;
    box.checked = yes;
    if (yes) chosen.add(reference(box));
    else chosen.delete(reference(box));
  };
  const chooseTo = (box) => {
    const list = boxes();
    const from = list.findIndex((each) => reference(each) === last);
    const to = list.indexOf(box);
    if (from < 0) return choose(box, true);
    return list.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => choose(each, true));
  };
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".case-row input[name=case]");
    if (box) {
      if (event.shiftKey) chooseTo(box);
      else choose(box, box.checked);
      last = reference(box);
      return say();
    }
    if (event.target.closest("[data-choose-page]")) boxes().forEach((each) => choose(each, true));
    else if (event.target.closest("[data-choose-none]")) boxes().forEach((each) => choose(each, false));
    else return undefined;
    return say();
  });

  const off = () => {
    try { return localStorage.getItem("console-keys") === "off"; } catch { return false; }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off() || one("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "x") {
      const box = one(".case-row.at input[name=case]");
      if (!box) return;
      if (event.shiftKey) chooseTo(box);
      else choose(box, !box.checked);
      last = reference(box);
      say();
    } else if (/^[a-z]$/.test(key) && boxes().some((box) => box.checked)) {
      const button = one(`#several button[data-key="${key}"]`);
      if (!button) return;
      button.click();
    } else return;
    event.preventDefault();
  });

  // ---- what is near: reckoned here, the phone's place goes nowhere

  const radians = (degrees) => degrees * Math.PI / 180;
  const metres = (from, row) => {
    const latitude = Number(row.dataset.latitude), longitude = Number(row.dataset.longitude);
    const north = radians(latitude - from.latitude) * 6371000;
    const east = radians(longitude - from.longitude) * 6371000 * Math.cos(radians(latitude));
    return Math.hypot(north, east);
  };
  let here = null; // where the phone was a moment ago; null: in the order of what is due
  const near = () => {
    const words = one(".near");
    if (!words || !here) return;
    const rows = all(".case-row");
    const far = new Map(rows.map((row) => [row, row.dataset.latitude ? metres(here, row) : Infinity]));
    for (const [row, distance] of far) {
      const said = one(".far", row);
      if (!said || distance === Infinity) continue;
      said.textContent = distance < 1000
        ? fill(words.dataset.metres, Math.max(10, Math.round(distance / 10) * 10))
        : fill(words.dataset.kilometres, (distance / 1000).toFixed(1));
      said.hidden = false;
    }
    rows.sort((a, b) => far.get(a) - far.get(b)).forEach((row) => row.parentNode.append(row));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-near]");
    if (!button) return;
    const words = button.closest(".near"), said = one("[data-near-said]", words);
    if (here) {
      location.reload(); // the order of what is due is the server's
      return;
    }
    said.textContent = words.dataset.locating;
    navigator.geolocation.getCurrentPosition((position) => {
      here = position.coords;
      button.setAttribute("aria-pressed", "true");
      said.textContent = "";
      near();
    }, () => { said.textContent = words.dataset.noPlace; }, { maximumAge: 60000, timeout: 8000 });
  });
  // Apple's phones know another kind of address for their map.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-map]");
    if (link && /iPhone|iPad/.test(navigator.userAgent)) link.href = link.href.replace(/^geo:([^?]+).*$/, "maps://?q=$1");
  });

  const arrive = () => {
    const narrowing = one(".narrowing");
    // A phone has room for the list or for what narrows it.
    if (narrowing && !("narrowed" in narrowing.dataset) && matchMedia("(max-width: 720px)").matches) narrowing.open = false;
    const before = new Set(chosen);
    chosen.clear();
    boxes().forEach((box) => choose(box, box.checked || before.has(reference(box))));
    const words = one(".near");
    if (words && navigator.geolocation) words.hidden = false;
    near();
    say();
  };
  document.addEventListener("htmx:afterSettle", arrive);
  window.addEventListener("pageshow", arrive);
  arrive();
})();
