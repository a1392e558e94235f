// Writing a tap down before anything else happens to it. Resolves to the record, to the equal one another tab
// wrote first, or to null when this page cannot write at all.
(function () {
  onsite.noteCheckIn = function (root, at, position, born) {
    const { site, choice, url, name } = root.dataset;
    const id = unique(root.querySelector('form'));
    const fields = { ...base(id, at), site_id: site, choice, ...onsite.geo.fields(position) };
    const twin = (r) => r.kind === 'check-in' && r.fields.site_id === site && r.state !== 'refused' && (r.state !== 'sent' || r.sent > born);
    return add({ id, kind: 'check-in', url, fields, about: name }, twin);
  };

  onsite.noteCheckOut = function (form, name, at, position) {
    const id = unique(form);
    const fields = { ...Object.fromEntries(new FormData(form)), ...base(id, at), ...onsite.geo.fields(position) };
    const after = fields.check_in;
    const twin = (r) => r.kind === 'check-out' && r.after === after && r.state !== 'refused';
    return add({ id, kind: 'check-out', url: form.getAttribute('action'), fields, about: name, after }, twin);
  };

  // Without TLS browsers make no UUIDs: then the server's, which the form carries for plain posts.
  const unique = (form) => (crypto.randomUUID ? crypto.randomUUID() : form.elements.client_id.value);
  const base = (id, at) => ({ client_id: id, uid: onsite.outbox.uid(), tapped_at: at.toISOString() });
  const add = (entry, twin) => onsite.outbox.add(entry, twin).catch(() => null);
})();
