// Comfort; without this script every page does its job as well.

// "Near me": the browser asks, the place is rounded to a kilometre, goes into the address of the search and is kept nowhere.
for (const button of document.querySelectorAll('button[data-near]')) {
  const form = button.form;
  button.hidden = !('geolocation' in navigator);
  button.addEventListener('click', () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const fields = new FormData(form);
        fields.delete('chercher');
        fields.set('q', form.elements.chercher.dataset.words ?? '');
        fields.set('near', `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
        for (const [name, value] of [...fields]) if (value === '') fields.delete(name);
        location.assign(`${form.getAttribute('action')}?${new URLSearchParams(fields)}`);
      },
      () => {
        button.disabled = false;
        const told = document.getElementById(button.getAttribute('aria-describedby'));
        told.textContent = told.dataset.text;
      },
      { timeout: 10000, maximumAge: 600000 });
  });
}

// The last word is completed to a town: what stands before it is kept, unless the field is a town's alone.
for (const box of document.querySelectorAll('input[data-places]')) {
  const list = document.getElementById(box.getAttribute('list'));
  let asked = '';
  box.addEventListener('input', async () => {
    const cut = 'whole' in box.dataset ? 0 : box.value.lastIndexOf(' ') + 1;
    const word = box.value.slice(cut);
    if (word.length < 2 || word === asked) return;
    asked = word;
    const answer = await fetch(`${box.dataset.places}?limit=8&q=${encodeURIComponent(word)}`).catch(() => undefined);
    if (!answer?.ok || word !== asked) return;
    const { items } = await answer.json();
    list.replaceChildren(...items.map((place) => {
      const option = document.createElement('option');
      option.value = `${box.value.slice(0, cut)}${place.name} (${place.departement.code})`;
      return option;
    }));
  });
}

// What the phone shares with.
for (const button of document.querySelectorAll('button[data-share]')) {
  button.hidden = !navigator.share;
  button.addEventListener('click', () => navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {}));
}
