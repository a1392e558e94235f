// "Add a photo" beside an open visit, and beside a check-in that is still on this phone. Whatever happens to a photo
// says so in its own line and never touches the check-in.
(function () {
  const able = self.crypto && crypto.subtle && self.createImageBitmap;

  // In Today the check-in block says whether its store takes photos; the button itself is a template of the page.
  onsite.bind('section[data-photo]', (root) => {
    const stub = document.getElementById('t-photo');
    if (!able || !stub || root.dataset.photo === 'no') return;
    let box = null;
    const about = root.dataset.name;
    const checkIn = () => root.querySelector('[data-checkout] [name=check_in]')?.value || root.dataset.record;
    const update = () => {
      const shown = root.dataset.checkin === 'open' || (root.dataset.record && !['sending', 'armed'].includes(root.dataset.view));
      if (!box && shown && checkIn()) {
        box = stub.content.firstElementChild.cloneNode(true);
        root.querySelector('.second').before(box);
        control(box, checkIn, about);
      }
      if (box) box.hidden = !shown;
    };
    new MutationObserver(update).observe(root, { attributes: true });
    update();
  });

  onsite.bind('form[data-photo-box]', (form) => {
    if (!able) return;
    form.querySelector('[data-plain]').hidden = true;
    form.addEventListener('submit', (event) => event.preventDefault());
    control(form, () => form.dataset.checkIn, form.dataset.name);
  });

  function control(box, checkIn, about) {
    const input = box.querySelector('[type=file]');
    const told = box.querySelector('[data-told]');
    const mine = new Set();
    const say = (name, values) => {
      const text = told.dataset[name].replace(/\{(\w)\}/g, (whole, key) => values[key]);
      told.hidden = false;
      told.className = ['unreadable', 'full', 'refused'].includes(name) ? 'notice att' : 'meta';
      if (told.textContent !== text) told.textContent = text;
    };
    input.addEventListener('change', async () => {
      const file = input.files[0];
      if (!file) return;
      say('busy');
      const small = await onsite.shrink(file).catch(() => null);
      input.value = '';
      if (!small) return say('unreadable');
      const id = await keep(small, checkIn(), about, told.dataset.lost).catch(() => null);
      if (!id) return say('full');
      mine.add(id);
      say('saved');
      onsite.outbox.flush('tap');
    });
    document.addEventListener('onsite:outbox', ({ detail }) => {
      const { kind, record, part, here, text } = detail;
      if (!box.isConnected || !mine.has(record.id)) return;
      if (kind === 'progress') say('part', { p: Math.round(part * 100) });
      if (kind === 'kept') say('saved');
      if (kind === 'refused') say('refused', { r: record.reason });
      if (kind === 'dropped') told.hidden = true;
      if (kind !== 'sent') return;
      say('sent');
      if (here && text) onsite.put(text, true);
      const root = box.closest('#checkin');
      if (root && root.dataset.photo === 'needed' && !root.querySelector('.finish[open]')) onsite.fresh();
    });
    onsite.outbox.list().then((records) => {
      const ours = records.filter((record) => record.kind === 'photo' && record.fields.check_in === checkIn());
      ours.forEach((record) => mine.add(record.id));
      if (ours.length) say(ours.at(-1).state === 'refused' ? 'refused' : 'saved', { r: ours.at(-1).reason });
    });
  }

  // The picture first: an entry without one could never be sent.
  async function keep({ bytes, sha }, checkIn, about, lost) {
    const id = crypto.randomUUID();
    const fields = { check_in: checkIn, size: bytes.byteLength, sha, tapped_at: new Date().toISOString(), lost };
    const twin = (r) => r.kind === 'photo' && r.fields.sha === sha && r.fields.check_in === checkIn && r.state !== 'refused';
    const whole = await onsite.photos.add({ id, uid: onsite.outbox.uid(), created: Date.now(), bytes });
    const kept = await onsite.outbox.add({ id, kind: 'photo', url: '/photos', fields, about, after: checkIn }, twin);
    if (kept.id !== id) await onsite.photos.remove(id);
    if (kept.id !== id || whole || kept.unsaved) return kept.id;
    // an entry others can see, whose picture only this page has, would be lost with it
    await onsite.outbox.drop(id);
    return null;
  }

  if (able) onsite.photos.tidy();
})();
