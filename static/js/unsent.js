// The list of what is still on this phone, with its reason and what can be done.
(function () {
  const DAY = 86400000;
  const asked = new Set(); // to be removed on the next tap, also when the list was drawn anew meanwhile

  onsite.bind('[data-outbox]', async (box) => {
    const number = await onsite.kept.missing();
    const draw = async () => paint(box, await onsite.outbox.list());
    document.addEventListener('onsite:outbox', ({ detail: { kind, record } }) => {
      if (kind === 'sent' && record.kind === 'ask') told(box, record);
      draw();
    });
    box.querySelector('[data-anew]').addEventListener('click', (event) => { event.preventDefault(); location.reload(); });
    if (number) lost(box.querySelector('[data-lost]'), number, draw);
    draw();
  });

  function paint(box, records) {
    const [row, words] = box.querySelectorAll('template');
    const list = box.querySelector('ul');
    const gone = box.querySelector('[data-lost]');
    const held = list.contains(document.activeElement);
    if (gone.hidden && !onsite.store.mute) onsite.kept.count(records.length);
    list.replaceChildren(...records.map((record) => line(row, words, record)));
    list.hidden = !records.length;
    box.querySelector('[data-mute]').hidden = !onsite.store.mute;
    box.querySelector('[data-empty]').hidden = Boolean(records.length) || !gone.hidden || Boolean(onsite.store.mute);
    if (held) box.focus();
  }

  function line(row, words, record) {
    const item = row.content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector('[data-' + name + ']');
    const text = (name, value) => { part(name).textContent = value; part(name).hidden = !value; };
    const said = words.dataset;
    const old = Date.now() - Date.parse(record.created) > DAY;
    const refused = record.state === 'refused';
    for (const name of old && !refused ? ['old', record.state] : [record.state]) part('state').append(chip(words, name));
    text('what', what(record, said));
    text('when', when(record.fields.tapped_at));
    text('reason', why(record, said, old));
    text('tries', record.attempts ? said.tries.replace('{t}', when(record.tried)).replace('{n}', record.attempts) : '');
    part('ask').hidden = !refused || record.kind === 'ask';
    part('ask').addEventListener('click', async () => { await ask(record); onsite.outbox.flush('tap'); });
    part('send').hidden = onsite.outbox.isNewer(record) || record.why === 'parent';
    part('send').addEventListener('click', () => onsite.outbox.retry(record.id));
    if (asked.has(record.id)) sure(part('drop'), record);
    part('drop').addEventListener('click', (event) => drop(event.currentTarget, record));
    return item;
  }

  const what = (record, said) => [said[onsite.camel(record.was || record.kind)], record.about].filter(Boolean).join(' · ');
  const chip = (words, name) => words.content.querySelector('[data-for="' + name + '"]').cloneNode(true);

  function why(record, said, old) {
    if (onsite.outbox.isNewer(record)) return said.newer;
    if (record.state === 'refused') return record.reason || said.refused;
    if (record.unsaved) return said[record.unsaved];
    const late = said[onsite.camel('why-' + (record.why || ''))] || (old ? said.old : '');
    return record.kind === 'ask' ? [late, said.asking].filter(Boolean).join(' ') : late;
  }

  // The time of the tap as the phone had it; with the day, when it was another one.
  function when(moment) {
    const at = new Date(moment || NaN);
    if (Number.isNaN(at.getTime())) return '';
    const time = at.toTimeString().slice(0, 5);
    if (at.toDateString() === new Date().toDateString()) return time;
    return at.toLocaleDateString(document.documentElement.lang, { month: 'short', day: 'numeric' }) + ' ' + time;
  }

  // A refused entry goes to a person, in one tap and with what waits for it. It stays here until that has arrived.
  async function ask(record) {
    const { id, kind, state, about, after, reason, fields } = record;
    const { client_id, uid, tapped_at, check_in, site_id = '' } = fields;
    const said = { client_id: client_id || id, uid, tapped_at, kind, about: about || '', reason: reason || '', site_id };
    const asks = { kind: 'ask', was: kind, url: '/me/outbox/ask', after: '', state: 'queued', why: '', reason: '', error: '', attempts: 0 };
    asks.fields = { ...said, check_in: after || check_in || '' };
    await onsite.store.change(id, (now) => now.kind === kind && now.state === state && asks);
    const others = (await onsite.outbox.list()).filter((other) => other.after === id);
    for (const other of others) await ask({ ...other, reason: other.reason || reason });
  }

  function drop(button, record) {
    if (asked.delete(record.id)) return onsite.outbox.drop(record.id);
    asked.add(record.id);
    return sure(button, record);
  }

  function sure(button, record) {
    const unsure = record.attempts && record.state !== 'refused';
    button.textContent = unsure ? button.dataset.unsure : button.dataset.sure;
  }

  function told(box, record) {
    const note = box.querySelector('[data-asked]');
    const about = what(record, box.querySelector('[data-words]').dataset);
    note.hidden = false;
    note.querySelector('[data-text]').textContent = note.dataset.asked.replace('{what}', about).replace('{t}', when(record.fields.tapped_at));
    note.focus();
  }

  // Told until somebody has seen it.
  function lost(note, number, draw) {
    const words = note.querySelector('[data-text]');
    words.textContent = words.dataset.text.replace('{n}', number);
    note.hidden = false;
    note.querySelector('button').addEventListener('click', () => {
      note.hidden = true;
      draw();
    });
  }
})();
