// Writing a tap down before anything else happens to it. Resolves to the record, to the equal one another tab
// wrote first, or to null when this page cannot write at all.
(function () {
  onsite.noteCheckIn = function (root, at, position, born) {
    const { site, choice, url, name } = root.dataset;
    const id = unique();
    const fields = { ...base(id, at), site_id: site, choice, ...onsite.geo.fields(position) };
    const twin = (r) => r.kind === 'check-in' && r.fields.site_id === site && r.state !== 'refused' && (r.state !== 'sent' || r.sent > born);
    return add({ id, kind: 'check-in', url, fields, about: name }, twin);
  };

  onsite.noteCheckOut = function (form, name, at, position) {
    const id = unique();
    const fields = { ...Object.fromEntries(new FormData(form)), ...base(id, at), ...onsite.geo.fields(position) };
    const after = fields.check_in;
    const twin = (r) => r.kind === 'check-out' && r.after === after && r.state !== 'refused';
    return add({ id, kind: 'check-out', url: form.getAttribute('action'), fields, about: name, after }, twin);
  };

  // Without TLS browsers offer randomness but no randomUUID.
  const unique = () => (crypto.randomUUID ? crypto.randomUUID() : '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, digit));
  const digit = (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16);
  const base = (id, at) => ({ client_id: id, uid: onsite.outbox.uid(), tapped_at: at.toISOString() });
  const add = (entry, twin) => onsite.outbox.add(entry, twin).catch(() => null);
})();
