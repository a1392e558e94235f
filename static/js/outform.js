// A form that goes through the outbox from a page of its own: written down at the tap, sent at once or when there is a
// network, and the page says which. With data-place it takes along what position a few seconds give.
(function () {
  onsite.bind('form[data-kind]', (form) => {
    const button = form.querySelector('[type=submit]');
    const told = form.querySelector('[data-told]');
    let waiting = '';

    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (button.getAttribute('aria-busy')) return null;
      if (waiting) return onsite.outbox.flush('tap');
      onsite.busy(button, true);
      const record = await onsite.note.form(form, new Date());
      if (!record) return form.submit();
      if (record.state === 'sent') return location.assign('/today');
      waiting = record.id;
      if (record.state === 'locating') await onsite.outbox.complete(record.id, onsite.geo.fields(await onsite.geo.best(4000, 0)));
      return onsite.outbox.flush('tap');
    });

    document.addEventListener('onsite:outbox', ({ detail: { kind, record, why } }) => {
      if (!waiting || record.id !== waiting) return;
      if (kind === 'sending') onsite.busy(button, true);
      if (kind === 'sent') location.assign('/today');
      if (!['kept', 'refused', 'dropped'].includes(kind)) return;
      onsite.busy(button, false);
      if (kind === 'kept') return say(why === 'signin' ? told.dataset.signin : told.dataset.kept);
      waiting = '';
      if (kind === 'dropped') return null;
      // the person is here and can correct it: nothing of it has to wait in a list
      onsite.outbox.drop(record.id);
      return say(record.reason, true);
    });

    function say(text, isProblem) {
      told.hidden = false;
      told.className = 'notice ' + (isProblem ? 'att' : '');
      told.textContent = text;
      told.focus();
      if (isProblem) onsite.buzz(false);
    }
  });
})();
