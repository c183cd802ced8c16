// What is typed into a form about one's own case stays on this phone until it is sent: a dead network or a closed page
// costs nothing. Without this script the form is an ordinary one. ES5 for old phones.
(function () {
  "use strict";
  var PREFIX = "cg-typed:";
  var DAY = 24 * 3600 * 1000;

  function store(work) { try { return work(window.localStorage); } catch (error) { return null; } }

  // The page that follows a sent form says so in its address: what was kept for that case goes.
  if (/[?&]done=/.test(location.search)) {
    store(function (kept) {
      for (var i = kept.length - 1; i >= 0; i--) {
        var key = kept.key(i);
        if (key.indexOf(PREFIX + location.pathname + "/") === 0) kept.removeItem(key);
      }
    });
  }

  function follow(form) {
    var key = PREFIX + form.getAttribute("action");
    var line = form.querySelector("[data-state]");
    var fields = form.querySelectorAll("textarea");
    var isTold = false;
    // What is told of the bureau's own people stays nowhere, here neither.
    var isOfStaff = form.hasAttribute("data-told");

    function say(name) {
      line.textContent = name ? form.getAttribute("data-" + name) : "";
      line.hidden = !name;
    }

    function keep() {
      if (isOfStaff) return;
      var values = {};
      var some = false;
      for (var i = 0; i < fields.length; i++) {
        values[fields[i].name] = fields[i].value;
        if (fields[i].value) some = true;
      }
      store(function (kept) {
        if (some) kept.setItem(key, JSON.stringify({ at: Date.now(), values: values }));
        else kept.removeItem(key);
      });
    }

    function restore() {
      var found = store(function (kept) { return JSON.parse(kept.getItem(key)); });
      if (!found || !found.values) return;
      if (Date.now() - found.at > DAY) { store(function (kept) { kept.removeItem(key); }); return; }
      for (var i = 0; i < fields.length; i++) {
        // What the server shows again was sent later than what lies here.
        if (!fields[i].value && found.values[fields[i].name]) {
          fields[i].value = found.values[fields[i].name];
          say("restored");
        }
      }
    }

    if (isOfStaff) store(function (kept) { kept.removeItem(key); });
    restore();
    form.addEventListener("input", keep);
    form.addEventListener("submit", function (event) {
      keep();
      if (navigator.onLine === false) {
        event.preventDefault();
        isTold = true;
        say("offline");
      }
    });
    window.addEventListener("online", function () { if (isTold) say("online"); });
  }

  var forms = document.querySelectorAll("form[data-keep]");
  for (var i = 0; i < forms.length; i++) follow(forms[i]);
})();
