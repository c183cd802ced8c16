// Cases on the map: counts by square far out, one by one near by, heat on demand; the list follows what is in view.
"use strict";
(() => {
  const one = (selector, within) => (within || document).querySelector(selector);
  const element = one("#map"), form = one("#map-filters"), button = one("#heat"), note = one("#map-note");
  if (!element || !window.L) return;
  const NEAR = 16, IN_LIST = 20;
  const ground = window.mapGround.begin(element);
  const { map, setup, toMap, fromMap } = ground;
  const heat = window.mapHeat(ground.colour), marks = L.layerGroup().addTo(map);
  const words = (name, count) => setup.words[name].replace("{}", count);
  let hot = false, asked = null, cells = { level: 0, spots: [] };

  // ---- where the map stands, in the address: #zoom/latitude/longitude, and whether it is hot

  const write = () => {
    const at = map.getCenter();
    const place = [map.getZoom(), at.lat.toFixed(5), at.lng.toFixed(5), ...(hot ? ["heat"] : [])].join("/");
    history.replaceState(null, "", `${location.pathname}${location.search}#${place}`);
  };
  const placed = () => {
    const [zoom, lat, lng, warm] = location.hash.slice(1).split("/");
    hot = warm === "heat";
    if (!(Number(zoom) >= 4) || !Number.isFinite(Number(lat)) || !Number.isFinite(Number(lng))) return false;
    map.setView([Number(lat), Number(lng)], Number(zoom), { animate: false });
    return true;
  };

  // ---- asking

  const query = () => {
    const given = new URLSearchParams(new FormData(form));
    const usual = { days: "30" };
    [...given].forEach(([name, value]) => (value === "" || usual[name] === value) && given.delete(name));
    return given;
  };
  const box = () => {
    const bounds = map.getBounds().pad(0.05);
    const [south, west] = fromMap(bounds.getSouth(), bounds.getWest());
    const [north, east] = fromMap(bounds.getNorth(), bounds.getEast());
    return [west, south, east, north].map((part) => part.toFixed(6)).join(",");
  };
  const ask = async (path, signal) => {
    const given = query();
    given.set("box", box());
    given.set("zoom", map.getZoom());
    const answer = await fetch(`/console/map/${path}?${given}`, { signal });
    // Signed out meanwhile: the page itself leads to the login and back.
    if (answer.redirected || answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };
  const load = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const [counted, found] = await Promise.all([ask("cells", signal), ask("spots", signal)]);
      cells = decoded(counted);
      draw(found);
      list(found.spots);
      element.dataset.loaded = String(Number(element.dataset.loaded || 0) + 1);
    } catch (fault) {
      if (fault.name !== "AbortError") note.textContent = words("lost");
    }
  };

  // ---- squares: numbers whose bits are those of column and row in turn, of more than 32 bits

  const apart = (cell) => {
    let column = 0, row = 0, rest = cell;
    for (let bit = 1; rest > 0; bit *= 2, rest = Math.floor(rest / 4)) {
      column += bit * (rest % 2);
      row += bit * (Math.floor(rest / 2) % 2);
    }
    return [column, row];
  };
  const centre = (cell, level) => {
    const [column, row] = apart(cell), side = 2 ** level;
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (row + 0.5)) / side))) * 180) / Math.PI;
    return toMap(lat, ((column + 0.5) / side) * 360 - 180);
  };
  const decoded = ({ level, cells: flat }) => {
    const spots = [];
    for (let at = 0; at < flat.length; at += 2) spots.push({ cell: flat[at], at: centre(flat[at], level), count: flat[at + 1] });
    return { level, spots };
  };
  const finger = () => window.matchMedia("(max-width: 720px)").matches;
  const clustered = () => {
    // Squares of 64 pixels, on a phone of 128.
    const up = Math.max(0, cells.level - map.getZoom() - (finger() ? 1 : 2)), found = new Map();
    cells.spots.forEach(({ cell, at, count }) => {
      const parent = Math.floor(cell / 4 ** up), group = found.get(parent) || { lat: 0, lng: 0, count: 0 };
      group.lat += at[0] * count;
      group.lng += at[1] * count;
      group.count += count;
      found.set(parent, group);
    });
    return [...found.values()].map(({ lat, lng, count }) => ({ at: [lat / count, lng / count], count }));
  };

  // ---- drawing

  const mark = (at, text, className, size, label) => {
    const html = document.createElement("span");
    html.textContent = text;
    const icon = L.divIcon({ html, className, iconSize: [size, size] });
    const made = L.marker(at, { icon, title: label, riseOnHover: true }).addTo(marks);
    made.getElement().setAttribute("aria-label", label);
    return made;
  };
  const drawClusters = () => {
    clustered().forEach(({ at, count }) => {
      const size = Math.max(finger() ? 44 : 26, Math.min(52, 20 + 9 * Math.log10(count + 1)));
      const open = () => {
        map.setView(at, Math.min(map.getMaxZoom(), map.getZoom() + 2));
        element.focus({ preventScroll: true });
      };
      mark(at, count, "map-cluster", size, words("cluster", count))
        .on("click", open)
        .on("keypress", (event) => event.originalEvent.key === "Enter" && open());
    });
  };
  const drawSpots = (spots) => {
    const piles = new Map();
    spots.forEach((spot) => {
      const key = `${spot.latitude.toFixed(5)},${spot.longitude.toFixed(5)}`;
      piles.set(key, [...(piles.get(key) || []), spot]);
    });
    piles.forEach((pile) => {
      const [first] = pile, several = pile.length > 1;
      const label = several ? words("here", pile.length) : `${first.category} ${first.state.words} ${first.place}`;
      const urgent = pile.some((spot) => spot.urgency) ? " urgent" : "";
      const text = several ? pile.length : first.urgency ? "!" : first.state.words.slice(0, 1);
      const content = document.createElement("div");
      pile.slice(0, 10).forEach((spot) => content.append(line(spot, "p")));
      mark(toMap(first.latitude, first.longitude), text, `map-spot ${first.state.tone}${urgent}`, finger() ? 44 : 28, label)
        .bindPopup(content, { maxWidth: 320 });
    });
  };
  const draw = (found) => {
    const zoom = map.getZoom(), near = zoom >= NEAR && !found.more;
    marks.clearLayers();
    if (near) drawSpots(found.spots);
    else if (!hot) drawClusters();
    note.textContent = cells.spots.length === 0 ? words("none") : zoom >= NEAR && found.more ? words("more") : "";
    heat.show(cells.spots.map(({ at, count }) => [...at, count]), 256 / 2 ** (cells.level - zoom));
    const most = cells.spots.reduce((high, spot) => Math.max(high, spot.count), 0);
    one("#map-scale").hidden = !hot;
    one("#map-scale .less").textContent = words("less");
    one("#map-scale .most").textContent = words("most", most);
  };

  // ---- the list

  const part = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  };
  const line = (spot, tag) => {
    const made = document.createElement(tag), link = part("a", "", spot.category);
    link.href = spot.href;
    made.append(link, " ", part("span", `chip ${spot.state.tone}`, spot.state.words));
    if (spot.urgency) made.append(" ", part("span", "chip late", spot.urgency));
    const where = spot.is_outside ? setup.words.outside : spot.area;
    made.append(" ", part("span", "small soft", [spot.place, where, spot.at].filter(Boolean).join(" · ")));
    return made;
  };
  const list = (spots) => {
    const title = one("#spots-title");
    title.textContent = title.dataset.inView;
    one("#spots").replaceChildren(...spots.slice(0, IN_LIST).map((spot) => line(spot, "li")));
  };

  // ---- narrowing: the lists beside the map come anew, the map itself stays where it is

  const narrow = async (event) => {
    const given = query(), search = given.size ? `?${given}` : "";
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
    try {
      const answer = await fetch(`${location.pathname}${search}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = one("#map-list", page);
      if (!fresh) return location.reload();
      one("#map-list").replaceChildren(...fresh.childNodes);
      const { bounds } = JSON.parse(one("#map", page).dataset.setup);
      if (event.target.name === "area" && bounds) ground.fit(bounds);
    } catch {
      note.textContent = words("lost");
    }
    return load();
  };

  button.hidden = false;
  const warm = () => {
    button.setAttribute("aria-pressed", String(hot));
    hot ? heat.addTo(map) : heat.remove();
  };
  button.addEventListener("click", () => {
    hot = !hot;
    warm();
    write();
    load();
  });
  form.addEventListener("change", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  if (!placed()) setup.bounds ? ground.fit(setup.bounds) : map.setView([35, 105], 4);
  warm();
  let waiting = 0;
  map.on("moveend", () => {
    write();
    clearTimeout(waiting);
    waiting = setTimeout(load, 120);
  });
  ground.drawAreas();
  load();
})();
