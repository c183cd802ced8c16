// The forms of a case on a phone in the rain: photos from the camera, a bad network, a page that was left.
"use strict";
(() => {
  const one = (selector, within) => (within || document).querySelector(selector);
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];

  // ---- what is typed stays on this device until it is taken

  const DAY_MS = 86400000;

  // Photos are too large for the store of the texts; they go into a database of the browser's own.
  const SHOTS = "console-shots";
  const shots = (act) => new Promise((done) => {
    let opened;
    try { opened = indexedDB.open(SHOTS, 1); } catch { return done(null); }
    opened.onupgradeneeded = () => opened.result.createObjectStore("forms");
    opened.onerror = () => done(null); // none to be had: the page itself still holds them
    opened.onsuccess = () => {
      const asked = act(opened.result.transaction("forms", "readwrite").objectStore("forms"));
      asked.transaction.oncomplete = () => { opened.result.close(); done(asked.result); };
      asked.transaction.onerror = asked.transaction.onabort = () => { opened.result.close(); done(null); };
    };
    return undefined;
  });
  const keepShots = (key, files) => shots((store) => (files.length ? store.put({ at: Date.now(), files }, key) : store.delete(key)));
  const shotsOf = (picker) => `${picker.closest("form").dataset.keeps}/${one("input[multiple]", picker).name}`;
  const dropShots = (key) => shots((store) => store.delete(IDBKeyRange.bound(key, `${key}/\uffff`)));
  const KEPT = "console.draft.";
  const load = (key) => {
    try { return JSON.parse(localStorage.getItem(KEPT + key)); } catch { return null; }
  };
  const save = (key, texts, typed) => {
    try {
      if (typed) localStorage.setItem(KEPT + key, JSON.stringify({ at: Date.now(), texts }));
      else localStorage.removeItem(KEPT + key);
    } catch { /* no room: the page itself still holds it */ }
  };
  const dropText = (key) => {
    try { localStorage.removeItem(KEPT + key); } catch { /* nothing was kept */ }
  };
  const drop = (key) => {
    if (waitingFor === key) clearTimeout(waiting);
    dropText(key);
    if (window.indexedDB) dropShots(key);
  };
  // Nothing of a caller is kept.
  const TYPED = "textarea, input[type=text]:not([data-unkept])";
  const FIELDS = `${TYPED}, [data-keeps-all] select, [data-kept], [data-keeps-all] [name=source]:checked`;
  const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "1" : "") : field.value);
  const put = (field, text) => {
    if (field.type === "checkbox") field.checked = text === "1";
    else field.value = text;
  };
  // A choice of few: what was chosen, not what stands first.
  const choose = (form, text) => all("[name=source]", form).forEach((one) => { if (text) one.checked = one.value === text; });
  const texts = (form) => all(FIELDS, form).reduce((kept, field) => ({ ...kept, [field.name]: valueOf(field) }), {});
  const isTyped = (form) => all(TYPED, form).some((field) => field.value.trim()) || all(".picked li", form).length > 0;

  // Which form was sent last on this tab: where it leads to says that it was taken, at whatever address.
  const SENT = "console.sent";
  const lastSent = () => {
    try {
      const key = sessionStorage.getItem(SENT) || "";
      sessionStorage.removeItem(SENT);
      return key;
    } catch { return ""; }
  };
  document.addEventListener("submit", (event) => {
    const isLook = event.submitter && event.submitter.hasAttribute("formtarget");
    if (isLook || !event.target.dataset.keeps) return;
    try { sessionStorage.setItem(SENT, event.target.dataset.keeps); } catch { /* kept once more, no harm */ }
  });

  let waiting = 0, waitingFor = "";
  const keepNow = (form) => save(form.dataset.keeps, texts(form), isTyped(form));
  // Whoever leaves leaves at once: the last words too are kept.
  window.addEventListener("pagehide", () => all("form[data-keeps]").filter(isTyped).forEach((form) => {
    if (form.dataset.sent === undefined || form.dataset.unsent) keepNow(form);
  }));
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keeps]");
    if (!form || !event.target.matches(FIELDS)) return;
    if (waitingFor === form.dataset.keeps) clearTimeout(waiting);
    waitingFor = form.dataset.keeps;
    waiting = setTimeout(() => keepNow(form), 300);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-drops]");
    if (!button) return;
    const form = button.closest("form");
    drop(form.dataset.keeps);
    all(TYPED, form).forEach((field) => { field.value = field.defaultValue; });
    all("[data-keeps-all] select, [data-kept]:not([name=act])", form).forEach((field) => put(field, ""));
    form.dispatchEvent(new CustomEvent("console:restored", { bubbles: true }));
    all(".picker", form).forEach((picker) => { held.set(picker, []); show(picker); });
    button.closest(".draft").hidden = true;
  });

  const restoreShots = async (form, picker) => {
    if (!window.indexedDB || held.has(picker)) return;
    const kept = await shots((store) => store.get(shotsOf(picker)));
    if (!kept || held.has(picker)) return;
    if (Date.now() - kept.at > 3 * DAY_MS) { keepShots(shotsOf(picker), []); return; }
    held.set(picker, kept.files);
    show(picker);
    one(".draft", form).hidden = false;
    const act = form.closest("details");
    if (act) act.open = true;
  };
  const restore = (form) => {
    all(".picker", form).forEach((picker) => restoreShots(form, picker));
    const kept = load(form.dataset.keeps);
    if (!kept || Date.now() - kept.at > 3 * DAY_MS) {
      // Part of the page came anew while somebody was typing: what they typed a moment ago is about to be kept.
      if (!isTyped(form)) dropText(form.dataset.keeps);
      return undefined;
    }
    let found = false;
    if ("keepsAll" in form.dataset) choose(form, kept.texts.source);
    for (const field of all(FIELDS, form)) {
      if (field.type === "radio") continue;
      const text = kept.texts[field.name];
      if (field.name === "act" && !("fresh" in field.dataset)) continue;
      if (field.type === "checkbox" && text === "1") field.checked = true;
      // What the server gave back is newer than what this device kept.
      if (!text || text === field.value || (field.value && field.value !== field.defaultValue) || field.hasAttribute("aria-invalid")) continue;
      put(field, text);
      found = found || field.matches(TYPED);
    }
    if (!found) return undefined;
    const tell = () => form.dispatchEvent(new CustomEvent("console:restored", { bubbles: true }));
    // Before the page is there nobody listens.
    if (document.readyState === "complete") tell();
    else window.addEventListener("load", tell, { once: true });
    one(".draft", form).hidden = false;
    const act = form.closest("details");
    if (act) act.open = true;
    return undefined;
  };

  // ---- a network that is not there

  const lost = (form, yes) => {
    const said = form && one(".lost", form);
    if (said) said.hidden = !yes;
    if (form && yes) {
      form.dataset.unsent = "1";
      keepNow(form);
    } else if (form && form.dataset) delete form.dataset.unsent;
  };
  // Who tapped "send" under a bridge does not tap again on the other side: sent twice it counts once.
  window.addEventListener("online", () => all("form[data-unsent]").forEach((form) => form.requestSubmit()));
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-forgets]") && window.indexedDB) indexedDB.deleteDatabase(SHOTS);
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      // The form itself: hints that did not arrive send nothing later.
      const form = event.target.matches && event.target.matches("form[data-keeps]") && event.target;
      if (!form) return;
      lost(form, true);
      form.dispatchEvent(new CustomEvent("console:usable", { bubbles: true }));
    });
  }
  document.addEventListener("htmx:beforeRequest", (event) => lost(event.target, false));

  // ---- photos

  const EDGE = 2560; // pixels of the longer side: enough to read a sign, a tenth of what a camera makes
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 1500000 || !window.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.86); });
      return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    } catch {
      return file; // what this browser cannot draw, the server may
    }
  };

  const held = new WeakMap(); // the picker's files, gathered over several shots
  const drawn = new WeakMap(); // the addresses under which they are shown
  const show = (picker) => {
    const files = held.get(picker) || [];
    const main = one("input[multiple]", picker);
    const list = one(".picked", picker);
    const carried = new DataTransfer();
    files.forEach((file) => carried.items.add(file));
    main.files = carried.files;
    const form = picker.closest("form[data-keeps]");
    if (form && window.indexedDB) keepShots(shotsOf(picker), files);
    (drawn.get(picker) || []).forEach((address) => URL.revokeObjectURL(address));
    const addresses = files.map((file) => URL.createObjectURL(file));
    drawn.set(picker, addresses);
    list.replaceChildren(...files.map((file, number) => {
      const item = document.createElement("li");
      const picture = document.createElement("img");
      picture.alt = file.name;
      picture.src = addresses[number];
      const away = document.createElement("button");
      away.type = "button";
      away.textContent = "×";
      away.setAttribute("aria-label", `${picker.dataset.away} ${number + 1}`);
      away.onclick = () => {
        held.set(picker, files.filter((other) => other !== file));
        show(picker);
      };
      item.append(picture, away);
      return item;
    }));
    list.hidden = !files.length;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    main.setCustomValidity(bytes > Number(main.dataset.atMost) ? main.dataset.tooLarge : "");
    if (main.validationMessage) main.reportValidity();
  };
  document.addEventListener("change", async (event) => {
    const input = event.target;
    const picker = input.matches("input[type=file]") && input.closest(".picker");
    if (!picker) return;
    const chosen = [...input.files];
    const before = held.get(picker) || [];
    const made = await Promise.all(chosen.map(smaller));
    held.set(picker, [...before, ...made]);
    // The camera's own field is only the way in: everything travels in the other one.
    if ("camera" in input.dataset) input.value = "";
    show(picker);
  });

  // A text to begin from goes into its field after what is there already.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fills]");
    if (!button) return;
    const field = document.getElementById(button.dataset.fills);
    const said = button.closest(".template").querySelector(".reply").textContent;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n${said}` : said;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    button.closest("details").open = false;
    field.focus();
  });

  const arrive = () => {
    all("[data-fills]").forEach((button) => { button.hidden = false; });
    all(".picker").forEach((picker) => picker.classList.add("ready"));
    const { done } = document.documentElement.dataset;
    if (done) {
      drop(`${location.pathname.split("/").pop()}/${done}`);
      const sent = lastSent();
      if (sent) drop(sent);
    }
    delete document.documentElement.dataset.done;
    all("[data-taken]").forEach((one) => drop(one.dataset.taken));
    all("form[data-keeps]").forEach(restore);
  };
  document.addEventListener("htmx:afterSettle", arrive);
  arrive();
})();
