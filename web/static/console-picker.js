// A long list to choose from, narrowed by typing: names, other names, codes, groups. Without this script it is a list in
// groups. Enter takes the first that is found, the arrow keys go through them, Escape shows all again.
"use strict";
(() => {
  const SHOWN = 8;
  const plain = (words) => words.normalize("NFKC").toLowerCase();

  const prepare = (select) => {
    if (select.dataset.ready) return;
    select.dataset.ready = "1";
    const all = [...select.children].map((child) => child.cloneNode(true));
    const find = document.createElement("input");
    find.type = "search";
    find.className = "input picks-find";
    find.autocomplete = "off";
    find.placeholder = select.dataset.picks;
    find.setAttribute("aria-label", select.dataset.picks);
    find.setAttribute("aria-controls", select.id);
    const said = document.createElement("p");
    said.className = "field-help picks-said";
    said.setAttribute("role", "status");
    said.hidden = true;
    select.before(find);
    select.after(said);

    const say = (words) => {
      said.textContent = words;
      said.hidden = !words;
    };
    const matching = (terms) => {
      const fits = (option, group) => {
        const words = plain(`${option.textContent} ${group} ${option.dataset.find || ""}`);
        return option.value && terms.every((term) => words.includes(term));
      };
      return all.flatMap((child) => {
        if (child.tagName !== "OPTGROUP") return fits(child, "") ? [child.cloneNode(true)] : [];
        const kept = [...child.children].filter((option) => fits(option, child.label));
        if (!kept.length) return [];
        const group = child.cloneNode(false);
        group.append(...kept.map((option) => option.cloneNode(true)));
        return [group];
      });
    };
    const fill = (children, value) => {
      select.replaceChildren(...children);
      select.value = value;
    };
    const narrow = () => {
      const terms = plain(find.value).split(/\s+/).filter(Boolean);
      const before = select.value;
      if (!terms.length) return whole(before);
      fill(matching(terms), before);
      const count = select.options.length;
      select.size = Math.max(2, Math.min(SHOWN, count + select.querySelectorAll("optgroup").length));
      // What was chosen before stays chosen until another is.
      if (select.selectedIndex < 0 && before) keep.set(before);
      say(select.dataset.found.replace("{}", count));
      return undefined;
    };
    const keep = {
      set: (value) => {
        const option = all.flatMap((child) => (child.tagName === "OPTGROUP" ? [...child.children] : [child])).find((one) => one.value === value);
        if (!option) return;
        const held = option.cloneNode(true);
        held.hidden = true;
        select.append(held);
        select.value = value;
      },
    };
    const whole = (value) => {
      select.removeAttribute("size");
      fill(all.map((child) => child.cloneNode(true)), value);
      say("");
    };
    const take = () => {
      find.value = "";
      const name = select.selectedOptions.length && select.value ? select.selectedOptions[0].textContent : "";
      whole(select.value);
      if (name) say(select.dataset.chosen.replace("{}", name));
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const visible = () => [...select.options].filter((option) => !option.hidden);

    find.addEventListener("input", narrow);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        if (find.value.trim() && visible().length) {
          visible()[0].selected = true;
          take();
          select.focus();
        }
      } else if (event.key === "ArrowDown" && find.value.trim() && visible().length) {
        event.preventDefault();
        visible()[0].selected = true;
        select.focus();
      } else if (event.key === "Escape" && find.value) {
        event.stopPropagation();
        find.value = "";
        narrow();
      }
    });
    select.addEventListener("keydown", (event) => {
      if (!select.hasAttribute("size")) return;
      if (event.key === "Enter") {
        event.preventDefault();
        take();
        select.focus();
      } else if (event.key === "Escape") {
        find.focus();
      }
    });
    select.addEventListener("click", () => {
      if (select.hasAttribute("size") && select.value) take();
    });
  };

  const arrive = () => document.querySelectorAll("select[data-picks]").forEach(prepare);
  document.addEventListener("htmx:afterSettle", arrive);
  arrive();
})();
