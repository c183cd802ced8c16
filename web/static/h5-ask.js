// Questions without leaving the page: clears the line when it was answered, says so when it could not be sent.
(function () {
  "use strict";
  var form = document.getElementById("ask");
  var line = document.getElementById("q");
  var lost = document.getElementById("lost");
  if (!form || !line || !lost) return;

  document.body.addEventListener("htmx:afterRequest", function (event) {
    var answered = event.detail.successful;
    lost.hidden = answered;
    if (answered && event.detail.elt === form) line.value = "";
  });
})();
