// The ground of every map: the bureau's own areas, an approved base map under them where there is one.
"use strict";
window.mapGround = (() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // ---- GCJ-02: what such a base map shows is moved by some hundred metres; so is what is drawn on it

  const A = 6378245.0;
  const EE = 0.006693421622965943;
  const wave = (t, first, second, divisor) => first * Math.sin(t * Math.PI) + second * Math.sin((t / divisor) * Math.PI);
  const long = (t, first, second, near, far) =>
    first * Math.sin((t / near) * Math.PI) + second * Math.sin((t * Math.PI) / far);
  const distortion = (lat, lng) => {
    if (lat < 0.8293 || lat > 55.8271 || lng < 72.004 || lng > 137.8347) return [0, 0];
    const x = lng - 105, y = lat - 35, root = Math.sqrt(Math.abs(x));
    const ripple = 20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI);
    let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root;
    north += ((ripple + wave(y, 20, 40, 3) + long(y, 160, 320, 12, 30)) * 2) / 3;
    let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root;
    east += ((ripple + wave(x, 20, 40, 3) + long(x, 150, 300, 12, 30)) * 2) / 3;
    const phi = (lat * Math.PI) / 180, shape = 1 - EE * Math.sin(phi) ** 2;
    const meridian = (A * (1 - EE)) / (shape * Math.sqrt(shape)), parallel = (A / Math.sqrt(shape)) * Math.cos(phi);
    return [(north / meridian) * (180 / Math.PI), (east / parallel) * (180 / Math.PI)];
  };
  const shifted = (lat, lng) => {
    const [north, east] = distortion(lat, lng);
    return [lat + north, lng + east];
  };
  const straight = (lat, lng) => {
    let at = [lat, lng];
    for (let round = 0; round < 4; round += 1) {
      const [north, east] = distortion(at[0], at[1]);
      at = [lat - north, lng - east];
    }
    return at;
  };

  // ---- the areas: lines of each kind, and the names of the kind that the zoom is for

  const LINES = {
    district: { weight: 2.5, ink: "ink-soft", from: 0 },
    street: { weight: 1.5, ink: "ink-faint", from: 0 },
    grid: { weight: 0.8, ink: "line-control", from: 14, dashArray: "3 4" },
  };
  const NAMED = (zoom) => (zoom < 12 ? "district" : zoom < 16 ? "street" : "grid");
  const NAMES_AT_MOST = 120;

  const drawAreas = async (map, setup, toMap) => {
    const drawn = {}, names = L.layerGroup().addTo(map);
    const say = () => {
      names.clearLayers();
      const wanted = drawn[NAMED(map.getZoom())] || drawn.street || drawn.district;
      const bounds = map.getBounds();
      const inView = wanted ? wanted.getLayers().filter((one) => bounds.contains(one.getBounds().getCenter())) : [];
      if (inView.length > NAMES_AT_MOST) return;
      inView.forEach((one) => {
        const html = document.createElement("span");
        html.textContent = one.feature.properties.name;
        const icon = L.divIcon({ html, className: "map-area-name", iconSize: [0, 0] });
        L.marker(one.getBounds().getCenter(), { icon, interactive: false, keyboard: false, pane: "names" }).addTo(names);
      });
    };
    const show = () => {
      for (const [kind, layer] of Object.entries(drawn)) {
        const wanted = map.getZoom() >= LINES[kind].from;
        if (wanted !== map.hasLayer(layer)) wanted ? layer.addTo(map) : layer.remove();
      }
      say();
    };
    map.on("moveend", show);
    await Promise.all(
      Object.entries(setup.areas).map(async ([kind, address]) => {
        const answer = await fetch(address);
        if (!answer.ok) return;
        const { weight, ink, dashArray } = LINES[kind];
        const filled = kind === "district" && !setup.base;
        drawn[kind] = L.geoJSON(await answer.json(), {
          interactive: false,
          pane: "areas",
          coordsToLatLng: ([lng, lat]) => L.latLng(toMap(lat, lng)),
          style: {
            color: colour(ink), weight, dashArray, fill: filled, fillColor: colour("paper"), fillOpacity: 1,
            renderer: map.areasRenderer,
          },
        });
      }),
    );
    // The largest first, so that lines of smaller ones stand on their ground.
    for (const kind of Object.keys(LINES)) if (drawn[kind] && map.getZoom() >= LINES[kind].from) drawn[kind].addTo(map);
    show();
  };

  // ---- the map itself

  const begin = (element, more = {}) => {
    const setup = JSON.parse(element.dataset.setup);
    const moved = setup.base && setup.base.datum === "gcj02";
    const toMap = moved ? shifted : (lat, lng) => [lat, lng];
    const fromMap = moved ? straight : (lat, lng) => [lat, lng];
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(element, {
      zoomControl: false, attributionControl: false, minZoom: 4, maxZoom: setup.base ? setup.base.deepest : 19,
      zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, ...more,
    });
    map.createPane("areas").style.zIndex = 350;
    map.createPane("names").style.zIndex = 450;
    map.areasRenderer = L.canvas({ pane: "areas", padding: 0.4 });
    // The small map of one case has room for neither, and shows nothing but our own lines.
    if (!setup.point) {
      L.control.attribution({ prefix: false }).addAttribution(setup.credit).addTo(map);
      L.control.scale({ imperial: false }).addTo(map);
    }
    L.control.zoom({ zoomInTitle: setup.words.zoom_in, zoomOutTitle: setup.words.zoom_out }).addTo(map);
    if (setup.base) {
      setup.base.tiles.forEach((address) =>
        L.tileLayer(address, { subdomains: setup.base.servers || "a", maxZoom: setup.base.deepest }).addTo(map),
      );
    }
    const fit = ([west, south, east, north]) => {
      map.fitBounds([toMap(south, west), toMap(north, east)], { animate: false, padding: [8, 8] });
    };
    return { map, setup, toMap, fromMap, fit, colour, drawAreas: () => drawAreas(map, setup, toMap) };
  };
  return { begin, straight };
})();
