// On the page kept for no network: a check-in is taken back behind it, through the outbox; and what was asked from there
// is said to be kept.
(function () {
  const WINDOW = 30000;

  // For as long as the server does not have it, and half a minute more.
  onsite.takeBack = async function (id) {
    const record = (await onsite.store.all()).find((one) => one.id === id);
    const root = document.getElementById('checkin');
    const left = record && record.state === 'sent' ? record.sent + WINDOW - Date.now() : record ? WINDOW : 0;
    if (left <= 0 || !root || root.querySelector('[data-taking]')) return;
    const block = onsite.bare.piece('back');
    const form = block.querySelector('form');
    form.dataset.taking = id;
    form.action = '/check-ins/' + id + '/undo';
    form.addEventListener('submit', (event) => { event.preventDefault(); take(form, record.about); });
    if (record.state === 'sent') setTimeout(() => form.remove(), left);
    root.append(block);
  };

  async function take(form, name) {
    const at = new Date();
    const box = document.querySelector('[data-offline]');
    if (!(await onsite.note.undo(form, name, at))) return;
    await onsite.bare.draw(box);
    say(box, onsite.bare.piece('taken').querySelector('[data-text]').dataset.text.replace('{t}', onsite.time(at)));
    onsite.outbox.flush('tap');
  }

  function say(box, text) {
    box.prepend(onsite.bare.piece('taken'));
    box.querySelector('[data-text]').textContent = text;
    box.firstElementChild.focus();
  }

  document.addEventListener('onsite:outbox', async ({ detail: { kind, record } }) => {
    const told = document.querySelector('form[data-kind=cannot] [data-told]');
    if (kind === 'kept' && record.kind === 'cannot' && told && !record.unsaved) {
      const box = document.querySelector('[data-offline]');
      await onsite.bare.draw(box);
      say(box, told.dataset.kept);
    }
    if (document.getElementById('checkin')?.dataset.record !== record.id) return;
    if (kind === 'dropped') document.querySelector('[data-taking]')?.remove();
    if (kind === 'kept' && onsite.bare.arrived(record)) onsite.takeBack(record.id);
  });
})();
