// What can be in the outbox, and how it is sent. A kind without an entry here is a small form: check-in, check-out, undo,
// cannot, code, place, store, ask (a refused one, brought to a person). To add one: an entry if it needs more than that,
// `data-<kind>` with its name in templates/_shared/outbox.html, its word in attendance/rules/words.py (TAPS), and
//   onsite.outbox.add({ id, kind, url, fields, about, after }, twin)
// `after` is the id of the entry it belongs to and is never sent before.
(function () {
  const onsite = (self.onsite = self.onsite || {});
  const FORM = { rank: 0, limit: 15000, body: (record) => new URLSearchParams(record.fields) };

  onsite.kinds = {
    // rank: what is small goes first. limit: how long a try may take. body(record): what is posted, or a promise of it.
    // post(record): instead of one post of a body; `more` in its answer says that it got on and has not finished.
    photo: { rank: 1, post: (record) => onsite.sendPhoto(record) },
  };
  onsite.kind = (record) => ({ ...FORM, ...onsite.kinds[record.kind] });
})();
