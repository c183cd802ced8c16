// Counts what is typed into an answer; the server says the same without scripts.
"use strict";
(() => {
  for (const area of document.querySelectorAll("[data-counts]")) {
    const said = document.getElementById(area.dataset.counts);
    const most = Number(area.dataset.atMost);
    const count = () => {
      const length = [...area.value.trim()].length;
      said.textContent = said.dataset.words.replace("{}", length);
      said.classList.toggle("over", length > most);
    };
    area.addEventListener("input", count);
    count();
  }
})();
