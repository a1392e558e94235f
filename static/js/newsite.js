// A store that is not in the list: its name goes into the list of what is unsent, and once it is kept or sent the day
// can be reported from there.
(function () {
  onsite.bind('[data-new-site]', (box) => {
    const form = box.querySelector('[data-kind=store]');
    const next = box.querySelector('[data-next]');
    const report = next.querySelector('form');
    const title = box.querySelector('[data-title]');
    const typed = [...box.querySelectorAll('[data-said]'), form.querySelector('[type=submit]')];

    let tapped = false; // another one may wait, and is tried again while this page is open

    form.addEventListener('submit', () => { tapped = true; });
    document.addEventListener('onsite:outbox', ({ detail: { kind, record, text } }) => {
      const mine = tapped && record.kind === 'store' && record.about === form.elements.name.value;
      if (!mine || !['sent', 'kept', 'refused'].includes(kind)) return;
      const done = kind !== 'refused';
      for (const part of typed) part.hidden = done;
      title.hidden = next.hidden = !done;
      if (!done) return;
      if (kind === 'sent' && text) show(text);
      title.textContent = record.about;
      report.dataset.name = record.about;
      report.elements.about.value = record.about;
      report.elements.store.value = record.id;
    });

    // Listed stores that are near, or called alike.
    function show(html) {
      const found = new DOMParser().parseFromString(html, 'text/html').getElementById('alike');
      if (found) document.getElementById('alike').replaceWith(found);
    }
  });
})();
