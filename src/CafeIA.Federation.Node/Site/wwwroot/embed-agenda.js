// <cafeia-agenda hub="…" near="Lyon" radius="25" limit="5"></cafeia-agenda>: the next cafés of a search, in the page of another site.
// Every attribute but limit is a filter of the agenda; colours follow the page through --cafeia-ink, --cafeia-accent and --cafeia-line.
const home = new URL(import.meta.url).origin;
const style = new CSSStyleSheet();
style.replaceSync(`
  :host { display: block; color: var(--cafeia-ink, inherit); font: inherit; }
  ul { list-style: none; margin: 0; padding: 0; }
  li { border-top: 1px solid var(--cafeia-line, #8884); padding: .6em 0; }
  a { color: var(--cafeia-accent, inherit); font-weight: 600; }
  p { margin: .2em 0 0; }
`);

class CafeiaAgenda extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' });
    // Not a style element: a site whose policy forbids inline styles still gets these.
    this.shadowRoot.adoptedStyleSheets = [style];
    this.show();
  }

  async show() {
    const query = new URLSearchParams({ from: new Date().toISOString(), limit: '5' });
    for (const { name, value } of this.attributes) {
      if (!['class', 'id', 'style', 'lang', 'hidden', 'slot'].includes(name)) query.set(name, value);
    }
    const agenda = element('a', 'Tout l’agenda des cafés IA');
    agenda.href = `${home}/agenda`;
    const list = element('ul');
    try {
      const answer = await fetch(`${home}/api/v1/events?${query}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { items } = await answer.json();
      for (const item of items) list.append(card(item));
      this.shadowRoot.replaceChildren(items.length ? list : element('p', 'Aucun café n’est annoncé pour l’instant.'), agenda);
    } catch {
      this.shadowRoot.replaceChildren(element('p', 'L’agenda ne répond pas pour l’instant.'), agenda);
    }
  }
}

function card(item) {
  const link = element('a', item.occurrence?.title ?? item.content.title);
  link.href = item.url;
  const where = item.content.mode === 'online' ? 'En ligne' : [item.content.place?.name, item.place?.commune?.name].filter(Boolean).join(', ');
  const off = { cancelled: 'Annulé', postponed: 'Reporté' }[item.occurrence?.status ?? item.content.status];
  const line = element('li');
  line.append(link, element('p', [off, when(item), where].filter(Boolean).join(' · ')));
  return line;
}

function when(item) {
  const start = item.occurrence?.start;
  if (!start) return 'Date non précisée';
  const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: item.content.timeZone ?? 'Europe/Paris' };
  return start.includes('T')
    ? new Intl.DateTimeFormat('fr', { ...day, hour: 'numeric', minute: '2-digit' }).format(new Date(start))
    : new Intl.DateTimeFormat('fr', { ...day, timeZone: 'UTC' }).format(new Date(`${start}T00:00:00Z`));
}

// What an entry says is text, never markup.
function element(name, text) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  return made;
}

customElements.define('cafeia-agenda', CafeiaAgenda);
