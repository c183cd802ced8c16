// The form for a permit: every step kept while it is filled in, papers sent as they are picked. Without this script the
// pages are ordinary forms. ES5 for old phones.
(function () {
  "use strict";
  var form = document.getElementById("permit");
  if (!form) return;
  var saving = 0;
  var isBusy = false;
  var isWanted = false;
  var isLeaving = false;

  function say(line, words, isWrong) {
    if (!line) return;
    line.textContent = words;
    line.hidden = !words;
    line.className = isWrong ? "field-wrong" : "field-help";
  }

  function ask(method, address, body, answered, failed) {
    var request = new XMLHttpRequest();
    request.open(method, address);
    request.timeout = 30000;
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    request.onload = function () {
      var content = {};
      try { content = JSON.parse(request.responseText); } catch (error) { content = {}; }
      if (request.status >= 200 && request.status < 300) answered(content); else failed(request.status, content);
    };
    request.onerror = request.ontimeout = function () { failed(0, {}); };
    request.send(body);
  }

  function pairs(values) {
    var made = [];
    for (var i = 0; i < values.length; i++) made.push(encodeURIComponent(values[i][0]) + "=" + encodeURIComponent(values[i][1]));
    return made.join("&");
  }

  function filled() {
    var found = [];
    for (var i = 0; i < form.elements.length; i++) {
      var one = form.elements[i];
      if (!one.name || one.tagName === "BUTTON" || one.name === "clashes") continue;
      if ((one.type === "radio" || one.type === "checkbox") && !one.checked) continue;
      found.push([one.name, one.value]);
    }
    return found;
  }

  // ---- kept while it is filled in

  var line = form.querySelector("[data-state]");

  function names(box) {
    var found = [];
    var shown = box.querySelectorAll('input[name="shown"]');
    for (var i = 0; i < shown.length; i++) found.push(shown[i].value);
    return found.join(" ");
  }

  // An answer asks for other fields: they come and go, what is typed in the others stays.
  function renew(html) {
    var box = document.getElementById("fields");
    if (!box || !html) return;
    var fresh = document.createElement("div");
    fresh.innerHTML = html;
    if (names(fresh) === names(box)) return;
    var typed = {};
    var i;
    var old = box.querySelectorAll("input:not([type=radio]):not([type=checkbox]):not([type=hidden]), textarea");
    for (i = 0; i < old.length; i++) typed[old[i].name] = old[i].value;
    // What was chosen while the answer was on its way counts too.
    var ticked = {};
    old = box.querySelectorAll("input[type=radio], input[type=checkbox]");
    for (i = 0; i < old.length; i++) ticked[old[i].name + "=" + old[i].value] = old[i].checked;
    var here = document.activeElement && document.activeElement.name;
    var value = document.activeElement && document.activeElement.value;
    box.innerHTML = html;
    var now = box.querySelectorAll("input:not([type=radio]):not([type=checkbox]):not([type=hidden]), textarea");
    for (i = 0; i < now.length; i++) if (typed[now[i].name] !== undefined) now[i].value = typed[now[i].name];
    now = box.querySelectorAll("input[type=radio], input[type=checkbox]");
    for (i = 0; i < now.length; i++) {
      var before = ticked[now[i].name + "=" + now[i].value];
      if (before !== undefined) now[i].checked = before;
    }
    if (here) {
      var same = box.querySelectorAll("input, textarea");
      for (i = 0; i < same.length; i++) {
        if (same[i].name === here && (same[i].type !== "radio" || same[i].value === value)) { same[i].focus(); break; }
      }
    }
    if (window.cgPermitMap) window.cgPermitMap.renewed();
  }

  function keep() {
    clearTimeout(saving);
    if (isLeaving) return;
    if (isBusy) { isWanted = true; return; }
    isBusy = true;
    ask("POST", form.getAttribute("action"), pairs(filled()), function (answer) {
      isBusy = false;
      form.elements.revision.value = answer.revision;
      renew(answer.fields);
      var box = document.getElementById("clashes");
      if (box && !box.querySelector('[name="clashes"]')) box.innerHTML = answer.clashes || "";
      say(line, form.getAttribute("data-saved"));
      if (isLeaving) leave();
      else if (isWanted) { isWanted = false; keep(); }
    }, function (status) {
      isBusy = false;
      if (status === 409) say(line, form.getAttribute("data-elsewhere"), true);
      else if (status === 0) { say(line, form.getAttribute("data-lost"), true); saving = setTimeout(keep, 5000); }
      if (isLeaving) leave();
    });
  }

  function later() {
    clearTimeout(saving);
    saving = setTimeout(keep, 1200);
  }

  var pressed = null;
  function leave() {
    if (pressed) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = "go";
      field.value = pressed;
      form.appendChild(field);
    }
    form.submit();
  }

  form.addEventListener("input", later);
  form.addEventListener("change", function (event) {
    var at = event.target;
    while (at && at !== form && !(at.hasAttribute && at.hasAttribute("data-governs"))) at = at.parentNode;
    if (at && at !== form) keep(); else later();
  });
  form.addEventListener("cg-keep", later);
  form.addEventListener("click", function (event) {
    var button = event.target;
    if (button.name === "go") pressed = button.value;
  });
  // What is on its way is waited for: it would make the form look older than it is.
  form.addEventListener("submit", function (event) {
    clearTimeout(saving);
    isLeaving = true;
    if (isBusy) {
      if (!pressed) pressed = "next";
      event.preventDefault();
    }
  });
  window.addEventListener("pageshow", function () { isLeaving = false; });
  window.addEventListener("online", function () { if (!isLeaving && !line.hidden) keep(); });

  // ---- papers, sent as they are picked

  // A file makes a new revision of the draft. Answers come in any order; a form that did not know the revision before
  // stays as old as it is, and is told so when it is sent.
  var followed = {};
  function followedBy(answer) {
    followed[answer.before] = answer.revision;
    var field = form.elements.revision;
    while (followed[field.value] > field.value) field.value = followed[field.value];
  }

  function follow(paper) {
    var picker = paper.querySelector('input[type="file"]');
    var state = paper.querySelector("[data-state]");
    var code = paper.getAttribute("data-material");
    var list = document.querySelector('[data-files-of="' + code + '"] ul');
    var waiting = 0;
    if (!picker || !window.cgFiles) return;
    paper.querySelector("[data-plain]").hidden = true;

    function attach(id) {
      var values = [["csrf_token", paper.getAttribute("data-csrf")], ["material", code], ["file", id]];
      ask("POST", paper.getAttribute("data-attach"), pairs(values), function (answer) {
        waiting -= 1;
        list.innerHTML = answer.files;
        followedBy(answer);
        say(state, waiting ? paper.getAttribute("data-sending") : "");
      }, function (status, content) {
        waiting -= 1;
        say(state, content.title || paper.getAttribute("data-waiting"), true);
      });
    }

    function send(file) {
      waiting += 1;
      say(state, paper.getAttribute("data-sending"));
      var sent = window.cgFiles.send(file, "material", paper.getAttribute("data-token"), function (name, share, words) {
        if (name === "done") attach(sent.id);
        else if (name === "waiting") say(state, paper.getAttribute("data-waiting"), true);
        else if (name === "refused") { waiting -= 1; say(state, words, true); }
        else say(state, paper.getAttribute("data-sending") + " " + Math.round(share * 100) + "%");
      });
    }

    picker.addEventListener("change", function () {
      for (var i = 0; i < picker.files.length; i++) send(picker.files[i]);
      picker.value = "";
    });
  }

  var papers = document.querySelectorAll("form[data-material]");
  for (var i = 0; i < papers.length; i++) follow(papers[i]);
})();
