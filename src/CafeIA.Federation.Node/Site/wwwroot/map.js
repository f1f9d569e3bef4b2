// The map moves; without this script its links do the same. What stands on it comes from the page that the server drew: its dots are the only truth, and the list beside them is of the same frame.
const drawn = document.getElementById('carte-dessin');
const list = document.getElementById('carte-liste');
const holder = document.getElementById('carte-vive');
const PAGE_TILE = 256;
const LIBRARY_TILE = 512;
const MAX_LATITUDE = 85;

const frame = () => {
  const svg = drawn.querySelector('svg.map');
  const { longitude, latitude, zoom } = svg.dataset;
  return { svg, longitude: +longitude, latitude: +latitude, zoom: +zoom, size: svg.viewBox.baseVal.width };
};

// Web Mercator (EPSG:3857): pixels of the whole world at a zoom level.
const world = (zoom) => PAGE_TILE * 2 ** zoom;
const eastOf = (longitude, zoom) => ((longitude + 180) / 360) * world(zoom);
const southOf = (latitude, zoom) => (0.5 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / (2 * Math.PI)) * world(zoom);
const longitudeOf = (east, zoom) => (east / world(zoom)) * 360 - 180;
const latitudeOf = (south, zoom) => (Math.atan(Math.sinh((0.5 - south / world(zoom)) * 2 * Math.PI)) * 180) / Math.PI;

async function begin() {
  const { Map: LiveMap, Marker, setWorkerUrl } = await import(holder.dataset.library);
  setWorkerUrl(new URL(holder.dataset.worker, location.href).href);
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue(name).trim();
  const at = frame();
  holder.hidden = false;
  const map = new LiveMap({
    container: holder,
    center: [at.longitude, at.latitude],
    zoom: at.zoom - Math.log2(LIBRARY_TILE / PAGE_TILE) + Math.log2(holder.clientWidth / at.size),
    minZoom: 1,
    maxZoom: 16,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    attributionControl: false,
    style: {
      version: 8,
      sources: {
        land: { type: 'geojson', data: new URL(holder.dataset.outline, location.href).href },
        ...(holder.dataset.tiles && { tiles: { type: 'raster', tiles: [holder.dataset.tiles], tileSize: PAGE_TILE } }),
      },
      layers: [
        { id: 'sea', type: 'background', paint: { 'background-color': colour('--sea') } },
        { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': colour('--card'), 'fill-outline-color': colour('--soft') } },
        ...(holder.dataset.tiles ? [{ id: 'tiles', type: 'raster', source: 'tiles' }] : []),
      ],
    },
  });
  map.touchZoomRotate.disableRotation();
  map.getCanvas().setAttribute('aria-label', drawn.querySelector('svg.map').getAttribute('aria-label'));
  map.once('error', () => { if (!map.loaded()) giveUp(); });
  holder.closest('.atlas').classList.add('alive');

  let markers = [];
  let asked;

  // One marker for each dot of the drawing, a link as it is there.
  function show() {
    const { svg, longitude, latitude, zoom, size } = frame();
    const [west, north] = [eastOf(longitude, zoom) - size / 2, southOf(latitude, zoom) - size / 2];
    for (const marker of markers) marker.remove();
    markers = [...svg.querySelectorAll('a')].map((dot) => {
      const circle = dot.querySelector('circle');
      const link = document.createElement('a');
      link.className = 'dot';
      link.href = dot.getAttribute('href');
      link.title = dot.getAttribute('aria-label');
      link.setAttribute('aria-label', dot.getAttribute('aria-label'));
      link.textContent = dot.querySelector('text')?.textContent ?? '';
      link.style.width = link.style.height = `${circle.r.baseVal.value * 1.5}px`;
      return new Marker({ element: link }).setLngLat([longitudeOf(west + circle.cx.baseVal.value, zoom), latitudeOf(north + circle.cy.baseVal.value, zoom)]).addTo(map);
    });
  }

  // The server counts anew for what is seen now.
  async function follow() {
    const bounds = map.getBounds();
    const box = [Math.max(-180, bounds.getWest()), Math.max(-MAX_LATITUDE, bounds.getSouth()), Math.min(180, bounds.getEast()), Math.min(MAX_LATITUDE, bounds.getNorth())];
    const address = new URL(location.href);
    address.searchParams.set('bbox', box.map((degrees) => degrees.toFixed(4)).join(','));
    asked?.abort();
    asked = new AbortController();
    const answer = await fetch(address, { headers: { Accept: 'text/html' }, signal: asked.signal }).catch(() => undefined);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    history.replaceState(null, '', address);
    list.replaceChildren(...page.getElementById('carte-liste').childNodes);
    drawn.replaceChildren(...page.getElementById('carte-dessin').childNodes);
  }

  function giveUp() {
    map.remove();
    holder.hidden = true;
    holder.closest('.atlas').classList.remove('alive');
  }

  // Also when a café is published meanwhile (live.js).
  new MutationObserver(show).observe(drawn, { childList: true });
  map.on('moveend', follow);
  show();
}

if (holder?.dataset.library && document.createElement('canvas').getContext('webgl2') && !navigator.connection?.saveData) begin().catch(() => { holder.hidden = true; });
