// A form that goes through the outbox from a page of its own: written down at the tap, sent at once or when there is a
// network, and the page says which. data-kind says what it is, data-after what it belongs to; with data-place it takes
// along what position a few seconds give; with a number there, it is nothing without one and has that many milliseconds.
(function () {
  function note(form, at) {
    const { kind, name, after, place } = form.dataset;
    const { unique, base, typed } = onsite.note;
    const id = unique();
    const url = form.getAttribute('action');
    const locating = place !== undefined;
    const fields = { ...Object.fromEntries(new FormData(form)), ...base(id, at), ...typed(form, at) };
    if (locating) delete fields.no_fix;
    const same = ['site_id', 'code', 'name', 'store', ...(kind === 'store' ? ['note'] : [])];
    const again = (r) => !['store', 'ask'].includes(kind) || at - Date.parse(r.created) < 600000;
    const isTwin = (r) => r.kind === kind && r.url === url && again(r) && same.every((key) => r.fields[key] === fields[key]);
    const twin = (r) => isTwin(r) && !['refused', 'sent'].includes(r.state);
    return onsite.outbox.add({ id, kind, url, fields, about: name || fields.name, after, locating }, twin).catch(() => null);
  }

  onsite.bind('form[data-kind]', (form) => {
    const button = form.querySelector('[type=submit]');
    const told = form.querySelector('[data-told]');
    const long = Number(form.dataset.place);
    let waiting = '';

    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button.getAttribute('aria-busy')) return null;
      if (waiting) return onsite.outbox.flush('tap');
      onsite.busy(button, true);
      const record = await note(form, new Date());
      if (!record) return form.submit();
      if (record.state === 'sent') return done();
      waiting = record.id;
      if (record.state === 'locating') {
        const found = await onsite.geo.best(long || 4000, long ? 10000 : 0);
        if (long && !found.fix) return forgo(record.id);
        await onsite.outbox.complete(record.id, onsite.geo.fields(found));
      }
      return onsite.outbox.flush('tap');
    });

    document.addEventListener('onsite:outbox', ({ detail: { kind, record, why } }) => {
      if (!waiting || record.id !== waiting) return;
      if (kind === 'sending') onsite.busy(button, true);
      if (kind === 'sent') done();
      if (!['kept', 'refused', 'dropped'].includes(kind)) return;
      onsite.busy(button, false);
      if (kind === 'kept') return say(record.unsaved ? told.dataset.unsaved : why === 'signin' ? told.dataset.signin : told.dataset.kept);
      waiting = '';
      if (kind === 'dropped') return null;
      // the person is here and can correct it: nothing of it has to wait in a list
      onsite.outbox.drop(record.id);
      return say(record.reason, true);
    });

    function done() {
      if (!told.dataset.sent) return location.assign('/today');
      button.hidden = true;
      return say(told.dataset.sent);
    }

    async function forgo(id) {
      waiting = '';
      await onsite.outbox.drop(id);
      onsite.busy(button, false);
      say(told.dataset.lost, true);
    }

    function say(text, isProblem) {
      told.hidden = false;
      told.className = 'notice ' + (isProblem ? 'att' : '');
      told.textContent = text;
      told.focus();
      if (isProblem) onsite.buzz(false);
    }
  });
})();
