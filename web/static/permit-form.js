// The form a clerk fills in: what depends on an answer appears once it is given. Works without scripts by saving.
"use strict";
(() => {
  const form = document.getElementById("permit-step");
  if (form) {
    form.addEventListener("change", ({ target }) => {
      if (!target.matches("select, input[type=checkbox]")) return;
      const stay = form.querySelector("button[value=stay]");
      try { sessionStorage.setItem("permit-step", target.id || ""); } catch { /* then the page begins at its top */ }
      form.requestSubmit(stay);
    });
    let last = "";
    try { last = sessionStorage.getItem("permit-step") || ""; sessionStorage.removeItem("permit-step"); } catch { last = ""; }
    const field = last && document.getElementById(last);
    if (field) field.focus();
  }
  const print = document.querySelector("[data-prints]");
  if (print) print.addEventListener("click", () => window.print());
})();
