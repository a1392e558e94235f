// Writing a tap down before anything else happens to it. Resolves to the record, to the equal one another tab
// wrote first, or to null when this page cannot write at all.
(function () {
  const isOpen = (record) => record.state !== 'refused';
  const ends = ({ kind, state }) => kind === 'check-out' || (kind === 'undo' && state !== 'refused');
  const over = (record, all) => all.some((other) => other.after === record.id && ends(other));

  onsite.note = {
    // Without a position: it is still looked for, and outbox.complete() brings it.
    checkIn: (root, at, born, position) => {
      const { site, choice, url, name } = root.dataset;
      const id = unique();
      const fields = {
        ...base(id, at), site_id: site, choice, ...onsite.remark.fields(root), ...typed(root, at), ...(position && onsite.geo.fields(position)),
      };
      const isTwin = (r) => r.kind === 'check-in' && r.fields.site_id === site && isOpen(r) && (r.state !== 'sent' || r.sent > born);
      const twin = (r, i, all) => isTwin(r) && !over(r, all);
      return add({ id, kind: 'check-in', url, fields, about: name, locating: !position }, twin);
    },

    checkOut: (form, name, at) => {
      const id = unique();
      const fields = { ...Object.fromEntries(new FormData(form)), ...base(id, at) };
      delete fields.no_fix;
      const after = fields.check_in;
      const twin = (r) => r.kind === 'check-out' && r.after === after && isOpen(r);
      return add({ id, kind: 'check-out', url: form.getAttribute('action'), fields, about: name, after, locating: true }, twin);
    },

    undo: (form, name, at) => {
      const id = unique();
      const url = form.getAttribute('action');
      const after = url.split('/')[2];
      const twin = (r) => r.kind === 'undo' && r.after === after && isOpen(r);
      return add({ id, kind: 'undo', url, fields: base(id, at), about: name, after }, twin);
    },
    // An arrival at this store that is still on this phone.
    waiting: async (site) => (await onsite.outbox.list()).find((r, i, all) => {
      return ['check-in', 'cannot'].includes(r.kind) && r.fields.site_id === site && isOpen(r) && !over(r, all);
    }),
    unique,
    base,
    typed,
  };

  // Digits of the store, if somebody typed them, with the time they were typed.
  function typed(root, at) {
    const code = root.querySelector('[name=code]')?.value.trim();
    return code ? { code, code_at: at.toISOString() } : {};
  }

  // Without TLS browsers offer randomness but no randomUUID.
  function unique() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, digit);
  }

  const digit = (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16);

  function base(id, at) {
    return { client_id: id, uid: onsite.outbox.uid(), tapped_at: at.toISOString() };
  }

  const add = (entry, twin) => onsite.outbox.add(entry, twin).catch(() => null);
})();
