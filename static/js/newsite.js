// A store that is not in the list: its name goes into the list of what is unsent, and once it is kept or sent the day
// can be reported from there.
(function () {
  onsite.bind('[data-new-site]', (box) => {
    const form = box.querySelector('[data-kind=store]');
    const next = box.querySelector('[data-next]');
    const report = next.querySelector('form');

    form.addEventListener('input', () => { form.dataset.name = form.elements.name.value.trim(); });
    document.addEventListener('onsite:outbox', ({ detail: { kind, record, text } }) => {
      if (record.kind !== 'store' || !['sent', 'kept'].includes(kind)) return;
      if (kind === 'sent' && text) show(text);
      report.dataset.name = record.about;
      report.elements.about.value = record.about;
      report.elements.store.value = record.id;
      next.hidden = false;
    });

    // Listed stores that are near, or called alike.
    function show(html) {
      const found = new DOMParser().parseFromString(html, 'text/html').getElementById('alike');
      if (found) document.getElementById('alike').replaceWith(found);
    }
  });
})();
