// What the offline page will need of this one: the language and looks, the person's stores of today, the open visit.
(function () {
  const { uid, theme, size, blind } = document.documentElement.dataset;
  const { recall } = onsite.store;
  const keep = onsite.store.keep;
  const offline = document.querySelector('[data-offline]');
  const OFTEN = 600000;
  let asked = false;

  // Asked for beside the page, which has to stay small, and not each time.
  onsite.bind('.today #checkin', async () => {
    if (!uid || offline || asked) return;
    asked = true;
    const old = await recall('plan');
    if (old && old.uid === uid && Date.now() - old.at < OFTEN) return;
    const answer = await fetch('/today/plan', { headers: { 'X-Onsite-User': uid }, priority: 'low' }).catch(() => null);
    if (answer && answer.ok && !answer.redirected) keep('plan', { uid, at: Date.now(), ...(await answer.json()) });
  });

  onsite.bind('#checkin', (root) => {
    const form = root.querySelector('form[data-checkout]');
    if (!offline) keep('visit', form && { uid, id: form.elements.check_in.value, name: root.dataset.name, photo: root.dataset.photo });
  });

  // A store where a check-in was tapped is no longer the next one, sent or not.
  document.addEventListener('onsite:outbox', async ({ detail: { kind, record } }) => {
    if (kind !== 'sending' || !['check-in', 'cannot'].includes(record.kind)) return;
    const plan = await recall('plan');
    const stop = plan && plan.stops.find(({ site }) => site === record.fields.site_id);
    if (stop && plan.uid === record.uid) keep('plan', { ...plan, stops: plan.stops.map((s) => (s === stop ? { ...s, done: '1' } : s)) });
  });

  const forget = () => ['plan', 'visit'].forEach((key) => keep(key, null));
  onsite.bind('form[data-signout]', (form) => {
    form.addEventListener('submit', (event) => event.defaultPrevented || forget());
  });
  if (!uid && !offline) forget(); // the page of the sign-out may be gone before it has

  const look = { lang: document.documentElement.lang, ...(theme && { theme }), ...(size && { size }), ...(blind !== undefined && { blind: 'yes' }) };
  if (uid) recall('look').then((old) => JSON.stringify(old) !== JSON.stringify(look) && keep('look', look));
})();
