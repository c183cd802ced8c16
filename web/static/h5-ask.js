// Questions without leaving the page: clears the line when it was answered, says so when it could not be sent.
(function () {
  "use strict";
  var form = document.getElementById("ask");
  var line = document.getElementById("q");
  var lost = document.getElementById("lost");
  var turns = document.getElementById("turns");
  if (!form || !line || !lost || !turns) return;

  document.body.addEventListener("htmx:afterRequest", function (event) {
    var answered = event.detail.successful;
    var status = event.detail.xhr ? event.detail.xhr.status : 0;
    lost.textContent = answered ? "" : lost.getAttribute(status === 429 ? "data-often" : "data-line");
    lost.hidden = answered;
    if (!answered || event.detail.elt !== form) return;
    // What could not be answered stays, to be put in other words.
    var last = turns.lastElementChild;
    if (last && last.hasAttribute("data-keep")) line.select();
    else line.value = "";
  });
})();
