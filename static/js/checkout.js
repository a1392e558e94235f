// Finishing a visit: the same road as the check-in, from Today and from the visit's own page. It is written down at the
// tap; whatever position a few seconds give goes with it.
(function () {
  const HELD = ['sending', 'saved-out', 'signin-out', 'unsaved', 'full'];

  onsite.bind('form[data-checkout]', (form) => {
    const root = form.closest('[data-checkin]');
    const button = form.querySelector('button:not([type=button])');
    const view = onsite.views(root);
    const range = root.querySelector('.range');
    const before = range.cloneNode(true);

    form.parentElement.addEventListener('toggle', () => {
      form.scrollIntoView({ block: 'nearest' });
      form.querySelector('[type=radio]').focus({ preventScroll: true }); // the summary that had it is gone
    });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (HELD.includes(root.dataset.view)) return onsite.outbox.flush('tap');
      onsite.busy(button, true);
      view.show('sending');
      return send(await onsite.note.checkOut(form, root.dataset.name, new Date()));
    });

    async function send(record) {
      if (!record) return form.submit();
      if (record.state === 'sent') return onsite.fresh();
      root.dataset.record = record.id;
      if (record.state === 'locating') await onsite.outbox.complete(record.id, onsite.geo.fields(await onsite.geo.best(4000, 0)));
      return onsite.outbox.flush('tap');
    }

    document.addEventListener('onsite:outbox', ({ detail: { kind, record, why } }) => {
      if (!root.isConnected || root.dataset.record !== record.id || record.kind === 'undo') return;
      if (!['kept', 'refused', 'dropped', 'sent'].includes(kind)) return;
      onsite.busy(button, false);
      if (kind === 'sent') return root.id !== 'checkin' && location.assign('/today');
      const numbers = { t: onsite.time(record.fields?.tapped_at), w: onsite.because(why), r: record.reason };
      if (kind === 'kept') return view.show(record.unsaved || (why === 'signin' ? 'signin-out' : 'saved-out'), numbers);
      delete root.dataset.record;
      return kind === 'refused' ? view.show('refused', numbers) : forget();
    });

    // removed from the outbox: the visit is open as it was
    function forget() {
      delete root.dataset.view;
      range.className = before.className;
      range.replaceChildren(...before.cloneNode(true).childNodes);
    }
  });
})();
