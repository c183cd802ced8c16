// The form for a complaint: kept while it is typed, here and with us; photos sent meanwhile; sent again by itself when
// the network comes back. Without this script the page is an ordinary form. ES5 for old phones.
(function () {
  "use strict";
  var KEY = "cg-file";
  var WEEK = 7 * 24 * 3600 * 1000;
  var TEXTS = ["act", "code", "guest", "story", "place", "latitude", "longitude", "datum", "phone"];

  function $(id) { return document.getElementById(id); }
  function forget() { try { localStorage.removeItem(KEY); } catch (error) { return; } }

  var receipt = $("keep");
  if (receipt) {
    forget();
    receipt.hidden = false;
    $("print").onclick = function () { window.print(); };
    $("copy").onclick = function () { copy(this); };
  }
  var form = $("filing");
  if (!form) return;

  var files = window.cgFiles;
  var said = $("words").dataset;
  var token = form.elements.csrf_token.value;
  var isAnswer = !!($("faults") || $("misconduct"));
  var sendings = [];
  var isSending = false;
  var isWanted = false;
  var isTold = false;
  var isInDanger = false;
  var tries = 0;
  var saving = 0;
  var numbered = 0;
  var spoken = 0;
  var answers = {}; // to questions that are not on the page yet

  function words(name, values) {
    return said[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }

  function state(text, isWrong) {
    var line = $("state");
    line.hidden = !text;
    line.textContent = text;
    line.className = isWrong ? "field-wrong" : "field-help";
  }

  // ---- what is in the form

  function all(name) {
    var found = form.querySelectorAll('input[name="' + name + '"]');
    var values = [];
    for (var i = 0; i < found.length; i++) {
      if (found[i].type === "hidden" || found[i].checked) values.push(found[i].value);
    }
    return values;
  }

  function filled() {
    var content = { group: all("group")[0] || "", phone_agreed: all("phone_agreed")[0] || "", photo: all("photo"), voice: all("voice"), asked: all("asked"), same: all("same")[0] || "", near_seen: all("near_seen")[0] || "" };
    for (var one in answers) content[one] = answers[one];
    var told = $("questions").querySelectorAll('[name^="particular."]');
    for (var j = 0; j < told.length; j++) if (told[j].type !== "radio" || told[j].checked) content[told[j].name] = told[j].value;
    for (var i = 0; i < TEXTS.length; i++) content[TEXTS[i]] = form.elements[TEXTS[i]].value;
    return content;
  }

  function isBlank(content) {
    return !(content.group || content.story || content.place || content.phone || content.photo.length || content.voice.length);
  }

  // ---- kept here, and with us

  function keepHere() {
    if (isTold) return forget();
    try { localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), content: filled() })); } catch (error) { return; }
  }

  function restore() {
    var kept = null;
    try { kept = JSON.parse(localStorage.getItem(KEY)); } catch (error) { return; }
    if (!kept || !kept.content || Date.now() - kept.at > WEEK || isBlank(kept.content)) return;
    var now = filled();
    for (var i = 0; i < TEXTS.length; i++) {
      var name = TEXTS[i];
      // A sign that was just scanned knows better where it hangs.
      if (kept.content[name] && !(now.code && (name === "code" || name === "place"))) form.elements[name].value = kept.content[name];
    }
    check("group", kept.content.group);
    check("phone_agreed", kept.content.phone_agreed);
    for (var asked in kept.content) if (/^particular\./.test(asked) && kept.content[asked]) answers[asked] = kept.content[asked];
    refill();
    arrivedBefore("photo", kept.content.photo, now.photo);
    arrivedBefore("voice", kept.content.voice, now.voice);
    if (kept.content.phone) form.querySelector("details").open = true;
    if (!form.parentNode.querySelector(".notice.good")) state(said.restored);
    saving = setTimeout(function () { keepThere(true); }, 300);
  }

  // What came with the page is shown like what is sent from here.
  function adopt() {
    var shown = document.querySelectorAll("#pictures [data-file], #voices li");
    for (var i = 0; i < shown.length; i++) {
      var old = shown[i];
      var field = old.querySelector("input");
      var image = old.querySelector("img");
      var line = field.name === "photo" ? picture(image ? image.src : "") : recording(0);
      old.parentNode.replaceChild(line, old);
      mark(line, field.name, field.value);
    }
    if ($("unticked")) $("unticked").hidden = true;
  }

  function check(name, value) {
    var found = form.querySelectorAll('input[name="' + name + '"]');
    for (var i = 0; i < found.length; i++) if (value) found[i].checked = found[i].value === value;
  }

  function arrivedBefore(name, ids, known) {
    for (var i = 0; i < (ids || []).length; i++) {
      if (known.indexOf(ids[i]) >= 0) continue;
      var line = name === "photo" ? picture("") : recording(0);
      mark(line, name, ids[i]);
    }
  }

  function keepThere(isQuiet) {
    clearTimeout(saving);
    if (isSending) return;
    files.ask("POST", "/h5/file/draft", { "content-type": "application/json" }, JSON.stringify(filled()), token, function (answer) {
      isInDanger = !!answer.danger;
      $("danger").hidden = !isDanger();
      tellOn(answer.misconduct);
      ask(answer.questions || "");
      if (typeof answer.near === "string") nearby(answer.near);
      if (!answer.misconduct && isQuiet !== true) state(said.kept);
    }, function () { return; });
  }

  // What the category wants to know: as it was, as long as the same is asked, so that nobody loses what they type.
  function ask(html) {
    var box = $("questions");
    var fresh = document.createElement("div");
    fresh.innerHTML = html;
    if (names(fresh) !== names(box)) box.innerHTML = html;
    refill();
  }

  function refill() {
    for (var name in answers) {
      var found = $("questions").querySelectorAll('[name="' + name + '"]');
      for (var i = 0; i < found.length; i++) {
        if (found[i].type === "radio") found[i].checked = found[i].value === answers[name];
        else found[i].value = answers[name];
      }
      if (found.length) delete answers[name];
    }
  }

  // What was reported nearby: as it was, as long as it is the same, with what was chosen of it.
  function nearby(html) {
    var box = $("near");
    var fresh = document.createElement("div");
    fresh.innerHTML = html;
    if (offered(fresh) === offered(box)) return;
    var chosen = all("same")[0];
    box.innerHTML = html;
    check("same", chosen);
  }

  function offered(box) {
    var found = box.querySelectorAll('[name="same"]');
    var list = [];
    for (var i = 0; i < found.length; i++) list.push(found[i].value);
    return list.join(" ");
  }

  function names(box) {
    var found = box.querySelectorAll('[name="asked"]');
    var list = [];
    for (var i = 0; i < found.length; i++) list.push(found[i].value);
    return list.join(" ");
  }

  function changed() {
    $("danger").hidden = !isDanger();
    keepHere();
    clearTimeout(saving);
    saving = setTimeout(keepThere, 1500);
  }

  // Our own judgement knows more words than the form does: its numbers stay until it has judged again.
  function isDanger() {
    if (isInDanger) return true;
    var story = form.elements.story.value.toLowerCase();
    var signs = form.dataset.danger.split("|");
    for (var i = 0; i < signs.length; i++) if (signs[i] && story.indexOf(signs[i]) >= 0) return true;
    return false;
  }

  function tellOn(isAbout) {
    isTold = isAbout;
    var box = $("misconduct");
    if (!isAbout) {
      if (box) box.parentNode.removeChild(box);
      return;
    }
    forget();
    state("");
    if (!box) form.parentNode.insertBefore($("misconduct-words").content.cloneNode(true), form);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", function (event) { if (event.target.type !== "file") changed(); });
  window.addEventListener("pagehide", function () {
    if (isSending || isTold || isBlank(filled()) || !window.fetch) return;
    fetch("/h5/file/draft", { method: "POST", keepalive: true, credentials: "same-origin", body: JSON.stringify(filled()),
      headers: { "content-type": "application/json", "x-csrf-token": token } }).catch(function () { return; });
  });

  // ---- photos and recordings

  function picture(source) {
    numbered += 1;
    var number = numbered;
    var line = document.createElement("li");
    line.innerHTML = '<progress max="100" value="0"></progress><span class="photo-said" role="status"></span>' +
      '<button type="button" class="photo-remove"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M5.5 5.5l13 13M18.5 5.5l-13 13"/></svg></button>';
    line.querySelector("progress").setAttribute("aria-label", words("photo", { number: number }));
    line.querySelector("button").setAttribute("aria-label", words("remove", { number: number }));
    var image = document.createElement(source ? "img" : "span");
    if (source) image.src = source;
    if (source) image.alt = words("photo", { number: number });
    else image.textContent = words("photo", { number: number });
    if (!source) image.className = "photo-blank";
    line.insertBefore(image, line.firstChild);
    $("pictures").appendChild(line);
    removable(line);
    return line;
  }

  function recording(seconds) {
    var line = document.createElement("li");
    spoken += 1;
    var number = spoken;
    line.innerHTML = '<span></span> <span class="photo-said" role="status"></span> <button type="button" class="linkish"></button>';
    line.firstChild.textContent = words(seconds ? "voice" : "voiceBefore", { number: number, seconds: seconds });
    line.querySelector("button").textContent = said.removeVoice;
    $("voices").appendChild(line);
    removable(line);
    return line;
  }

  function removable(line) {
    line.querySelector("button").onclick = function () {
      if (line.sending) line.sending.isGone = true;
      sendings = sendings.filter(function (one) { return one !== line.sending; });
      line.parentNode.removeChild(line);
      changed();
      if (isWanted) send();
    };
  }

  function mark(line, name, id) {
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = id;
    line.appendChild(field);
    var shown = line.querySelector("progress");
    if (shown) shown.value = 100;
    line.setAttribute("data-state", "done");
    line.querySelector(".photo-said").textContent = said.done;
  }

  function post(content, name, line) {
    var shown = line.querySelector("progress");
    line.sending = files.send(content, name, token, function (where, share, refused) {
      line.setAttribute("data-state", where === "waiting" ? "sending" : where === "refused" ? "failed" : where);
      if (shown) shown.value = Math.round(share * 100);
      if (where === "refused" && shown && refused) noteOn(refused);
      line.querySelector(".photo-said").textContent = where === "refused" ? (!shown && refused) || said.failed : where === "waiting" ? said.waitingNet : Math.round(share * 100) + "%";
      if (where === "done") {
        mark(line, name, line.sending.id);
        changed();
      }
      if (where === "done" || where === "refused") waitingFor();
    });
    sendings.push(line.sending);
  }

  // A whole sentence: there is no room for it in a photo as wide as a thumb.
  function noteOn(sentence) {
    $("photos-said").hidden = !sentence;
    $("photos-said").textContent = sentence;
  }

  function left() {
    return sendings.filter(function (one) { return one.state === "sending" || one.state === "waiting"; }).length;
  }

  function waitingFor() {
    if (!isWanted) return;
    if (left()) state(words("waiting", { count: left() }));
    else send();
  }

  $("photos").addEventListener("change", function () {
    var chosen = Array.prototype.slice.call(this.files);
    var room = parseInt(form.dataset.photos, 10) - all("photo").length - form.querySelectorAll('#pictures [data-state="sending"]').length;
    var taken = chosen.slice(0, Math.max(0, room));
    noteOn(taken.length === chosen.length ? "" : words("many", { count: form.dataset.photos, more: chosen.length - taken.length }));
    for (var i = 0; i < taken.length; i++) {
      var line = picture(URL.createObjectURL(taken[i]));
      line.setAttribute("data-state", "sending");
      post(taken[i], "photo", line);
    }
    this.value = "";
  });

  // ---- sending

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (isSending) return;
    isWanted = true;
    keepHere();
    if (left()) return waitingFor();
    send();
  });

  function send() {
    if (isSending) return;
    isSending = true;
    isWanted = false;
    clearTimeout(saving);
    busy(true);
    state(said.sending);
    files.ask("POST", "/h5/file", { "content-type": "application/x-www-form-urlencoded" }, encoded(), token, function (answer) {
      if (/^\/h5\/filed\//.test(answer.next)) forget();
      location.replace(answer.next);
    }, refused);
  }

  function encoded() {
    var content = filled();
    var pairs = [];
    for (var name in content) {
      var values = Array.isArray(content[name]) ? content[name] : [content[name]];
      for (var i = 0; i < values.length; i++) pairs.push(encodeURIComponent(name) + "=" + encodeURIComponent(values[i]));
    }
    return pairs.join("&");
  }

  function refused(status, answer, wait) {
    isSending = false;
    if (status === 0 || status >= 500) {
      tries += 1;
      isSending = true;
      state(status === 0 ? said.offline : said.retrying, true);
      return files.later(Math.max(wait, Math.min(20, Math.pow(2, tries))) * 1000, function () { isSending = false; send(); });
    }
    tries = 0;
    busy(false);
    state("");
    if (answer.misconduct) {
      tellOn(true);
      return $("misconduct").scrollIntoView();
    }
    if (!answer.faults || status === 403) return form.submit();
    form.elements.act.value = answer.act;
    faults(answer.faults);
    keepHere();
  }

  function busy(is) {
    var button = form.querySelector(".bar button");
    if (is) button.setAttribute("aria-busy", "true"); else button.removeAttribute("aria-busy");
  }

  function faults(list) {
    var before = form.querySelectorAll('.field-wrong[id$="-wrong"]');
    for (var i = 0; i < before.length; i++) before[i].parentNode.removeChild(before[i]);
    var marked = form.querySelectorAll("[aria-invalid]");
    for (var j = 0; j < marked.length; j++) {
      marked[j].removeAttribute("aria-invalid");
      described(marked[j], "");
    }
    var box = $("faults") || document.createElement("div");
    box.id = "faults";
    box.className = "notice late";
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    box.innerHTML = "<strong></strong><ul></ul>";
    box.firstChild.textContent = said.faults;
    list.forEach(function (one) {
      var line = document.createElement("li");
      var about = one.field && $(one.field);
      if (about) {
        var link = document.createElement("a");
        link.className = "linkish";
        link.href = "#" + one.field;
        link.textContent = one.words;
        line.appendChild(link);
        inline(about, one.words);
      } else line.textContent = one.words;
      box.lastChild.appendChild(line);
    });
    form.parentNode.insertBefore(box, form);
    box.focus();
  }

  function inline(about, text) {
    var field = about.closest ? about.closest(".field") : null;
    if (!field) return;
    var open = field.closest("details");
    if (open) open.open = true;
    var wrong = document.createElement("p");
    wrong.className = "field-wrong said-wrong";
    wrong.id = about.id + "-wrong";
    wrong.textContent = text;
    field.insertBefore(wrong, field.children[1] || null);
    about.setAttribute("aria-invalid", "true");
    described(about, wrong.id);
  }

  // What a screen reader says of a field: what is wrong with it, then its hint.
  function described(about, wrong) {
    var ids = [wrong, $(about.id + "-hint") ? about.id + "-hint" : ""].filter(Boolean);
    if (ids.length) about.setAttribute("aria-describedby", ids.join(" "));
    else about.removeAttribute("aria-describedby");
  }

  function copy(button) {
    var field = document.createElement("textarea");
    field.value = button.dataset.words;
    document.body.appendChild(field);
    field.select();
    if (document.execCommand("copy")) button.textContent = button.dataset.done;
    document.body.removeChild(field);
  }

  window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
  window.cgFiling = { form: form, words: words, said: said, changed: changed, post: post, recording: recording, all: all };
  adopt();
  if (isAnswer) keepHere(); else restore();
  if ($("misconduct")) { isTold = true; forget(); }
  if (isDanger()) $("danger").hidden = false;
})();
