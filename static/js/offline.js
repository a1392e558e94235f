// The page kept for no network: what this phone itself holds of the person who used it last, with the scripts of Today.
(function () {
  const LATELY = 6 * 3600000;
  const piece = (name) => document.querySelector('template[data-' + name + ']').content.cloneNode(true);

  onsite.bind('[data-offline]', draw);
  onsite.bare = { piece, draw, arrived: ({ kind }) => ['check-in', 'cannot'].includes(kind) };

  async function draw(box) {
    const uid = onsite.outbox.uid();
    const [plan, visit] = await Promise.all(['plan', 'visit'].map(onsite.store.recall));
    const mine = (kept) => (kept && uid && kept.uid === uid ? kept : null);
    if (mine(plan)) show(box, isToday(plan) ? plan.stops : [], await open(mine(visit), plan.stops));
  }

  // A night shift goes on after midnight.
  function isToday(plan) {
    const now = new Date();
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
    return plan.on === day || Date.now() - plan.at < LATELY;
  }

  // The visit that can be finished: the last one tapped here, else the one the server knew, unless it is finished.
  async function open(known, stops) {
    const records = (await onsite.outbox.list()).filter((record) => record.state !== 'refused');
    const tapped = records.filter(onsite.bare.arrived).pop();
    const { photo = '' } = (tapped && stops.find(({ site }) => site === tapped.fields.site_id)) || {};
    const visit = tapped ? { id: tapped.id, name: tapped.about, photo } : known;
    const ends = ({ kind, after }) => ['check-out', 'undo'].includes(kind) && after === visit.id;
    return visit && !records.some(ends) ? visit : null;
  }

  // The visit, or the next store; and the others below.
  function show(box, stops, visit, chosen) {
    const next = chosen || stops.find((stop) => !stop.done);
    box.replaceChildren();
    if (visit) finish(box, visit);
    else if (next) arrive(box, next, chosen ? 'manual' : 'auto');
    if (stops.length) others(box, stops, visit || next);
    else if (!visit) put(box, piece('bare'));
    put(box, piece('unlisted'));
  }

  function arrive(box, stop, choice) {
    const block = piece('stop');
    const { remark, ...known } = stop;
    Object.assign(block.querySelector('#checkin').dataset, known, { choice });
    want(block.querySelector('[data-remark]'), remark);
    const ask = piece('unable');
    ask.querySelector('form').dataset.name = stop.name;
    ask.querySelector('[name=site_id]').value = stop.site;
    block.querySelector('#checkin').append(ask);
    block.querySelector('[data-stop-name]').textContent = stop.name;
    block.querySelector('[data-sub]').textContent = document.getElementById('views').dataset.goSub = stop.name;
    put(box, block);
  }

  function want(field, remark) {
    if (!remark) return field.remove();
    field.dataset.remark = remark;
    field.hidden = remark === 'outside';
    return field;
  }

  function finish(box, visit) {
    const block = piece('visit');
    block.querySelectorAll('[data-id]').forEach((el) => { el.id = el.dataset.id; });
    block.querySelector('#checkin').dataset.name = visit.name;
    block.querySelector('#checkin').dataset.photo = visit.photo ?? 'no';
    block.querySelector('[data-stop-name]').textContent = visit.name;
    block.querySelector('[name=check_in]').value = visit.id;
    put(box, block);
    onsite.takeBack(visit.id);
  }

  function others(box, stops, now) {
    const block = piece('others');
    const rest = stops.filter((stop) => stop.name !== now?.name);
    block.querySelector('[data-none]').hidden = rest.length;
    block.querySelector('ul').append(...rest.map((stop) => {
      const row = piece('other');
      row.querySelector('.main').textContent = stop.name;
      row.querySelector('button').addEventListener('click', () => {
        show(box, stops, null, stop);
        box.querySelector('[data-main]').focus();
      });
      return row;
    }));
    put(box, block);
  }

  function put(box, part) {
    const added = [...part.children];
    box.append(part);
    added.forEach(onsite.scan);
  }

  // What leads to a page that needs the network is here, below.
  const BELOW = { '/sites/choose': 'others-title', '/me/outbox': 'outbox' };
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    const found = link && document.getElementById(BELOW[link.pathname]);
    if (!found) return;
    event.preventDefault();
    unfold();
    found.focus();
  });
  const unfold = () => { document.querySelector('[data-list]').hidden = false; };
  if (location.pathname === '/me/outbox') unfold();
})();
