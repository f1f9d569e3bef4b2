// An open page stays true: when the directory changes it asks for itself again and takes over what is marked data-live. Without this script a reload does the same.
const regions = [...document.querySelectorAll('[data-live]')];
const news = document.getElementById('nouvelles');
let source;
let asking = false;
let again = false;

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.ok) takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    // The node is away: the stream comes back by itself, and its opening asks again.
  } finally {
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function takeOver(page) {
  let changed = false;
  for (const region of regions) {
    const fresh = page.getElementById(region.id);
    if (!fresh || fresh.innerHTML === region.innerHTML) continue;
    // Nobody loses their place: what holds the focus waits for it to leave.
    if (region.contains(document.activeElement)) {
      region.addEventListener('focusout', refresh, { once: true });
      continue;
    }
    region.replaceChildren(...fresh.childNodes);
    changed = true;
  }
  if (changed) news.textContent = news.dataset.text;
}

// A page that nobody sees holds no connection.
function listen() {
  if (document.hidden) {
    source?.close();
    source = undefined;
  } else if (!source) {
    source = new EventSource('/streams/v1/pulse');
    source.addEventListener('open', refresh);
    source.addEventListener('changed', refresh);
  }
}

if (regions.length && news) {
  document.addEventListener('visibilitychange', listen);
  listen();
}
