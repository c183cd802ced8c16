// What every citizens' page does beyond HTML. Written for the WebViews of old phones: no modules, no new syntax.
(function () {
  "use strict";
  var root = document.documentElement;

  // How much larger than asked the phone draws text: WeChat's own font setting, or the browser's.
  function zoom() {
    var probe = document.createElement("span");
    probe.textContent = "\u56fd\u56fd\u56fd\u56fd\u56fd\u56fd\u56fd\u56fd\u56fd\u56fd";
    probe.setAttribute("aria-hidden", "true");
    var style = probe.style;
    style.position = "absolute";
    style.visibility = "hidden";
    style.whiteSpace = "nowrap";
    style.fontSize = "20px";
    document.body.appendChild(probe);
    var drawn = probe.offsetWidth / 200;
    style.fontSize = "initial";
    var browser = parseFloat(getComputedStyle(probe).fontSize) / 16;
    document.body.removeChild(probe);
    return (drawn || 1) * (browser || 1);
  }

  var found = zoom();
  if (found > 1.05) root.style.setProperty("--zoom", String(Math.min(found, 1.412)));
  // Whoever set the phone to large text gets large print, until they say otherwise here.
  if (found >= 1.25 && root.getAttribute("data-print") === "unchosen") {
    root.classList.add("large");
    document.cookie = "cg_print=large; path=/h5; max-age=31536000; samesite=lax";
    var other = document.querySelector(".print");
    if (other) {
      other.href = other.getAttribute("data-normal");
      other.textContent = other.getAttribute("data-words");
    }
  }

  // A form that is sent twice by a doubled tap is sent once. The server would notice it too.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-many")) return;
    if (form.getAttribute("data-sent") === "1") {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-sent", "1");
    var button = event.submitter || form.querySelector("button:not([type]), button[type=submit]");
    if (button) button.setAttribute("aria-busy", "true");
  });

  // A refused form stands in the history as a page to ask for: back to it, or afresh, sends nothing and breaks nothing.
  if (document.querySelector('[role="alert"], .field-wrong')) history.replaceState(history.state, "", location.href);
  // Whoever cannot see it is told what is wrong: by the list of it, else by the first field that is.
  var wrong = document.getElementById("faults") || document.querySelector(".field.wrong textarea, .field.wrong input");
  if (wrong) wrong.focus();

  // Coming back by the back button, the page may be as it was left: it can be sent again.
  window.addEventListener("pageshow", function () {
    var sent = document.querySelectorAll("form[data-sent]");
    for (var i = 0; i < sent.length; i++) {
      sent[i].removeAttribute("data-sent");
      var busy = sent[i].querySelectorAll("[aria-busy]");
      for (var j = 0; j < busy.length; j++) busy[j].removeAttribute("aria-busy");
    }
  });

  // Dialogs and drawers: a button names the one it opens. Without <dialog>, the link behind the button is followed.
  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target.closest("[data-opens], [data-closes]") : null;
    if (!target) return;
    if (target.hasAttribute("data-closes")) {
      var open = target.closest("dialog");
      if (open) open.close();
      return;
    }
    var dialog = document.getElementById(target.getAttribute("data-opens"));
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
  });
})();
