// What is typed outlives a change of language and a sign-in that ended meanwhile: kept in this tab for the next
// page of the same person, only where the server did not get it, and never passwords or files.
(function () {
  const KEY = 'onsite-typed';
  const MINUTES = 15;
  const uid = document.documentElement.dataset.uid || '';
  const gone = document.querySelector('[data-signed-out]');
  const signing = location.pathname.startsWith('/login');
  const kept = take();

  if (kept && gone) {
    gone.href = '/login?next=' + encodeURIComponent(kept.page);
    put({ ...kept, held: true });
  } else if (kept && kept.held && signing) put(kept);
  else if (kept && kept.held && kept.uid === uid && Date.now() - kept.at < MINUTES * 60000) kept.forms.forEach(fill);

  document.addEventListener('submit', ({ target: form }) => {
    const action = form.getAttribute('action');
    if (form.method !== 'post' || form.matches('[hx-post]') || signing || !uid || action === '/logout') return;
    const forms = [...document.querySelectorAll('form[method=post]')].map(read).filter(({ fields }) => fields.length);
    put({ page: location.pathname + location.search, uid, at: Date.now(), held: action === '/language', forms });
  });

  function read(form) {
    const fields = [...form.elements].filter(typed).map((el) => ({ name: el.name, value: el.value, on: Boolean(el.checked) }));
    return { action: form.getAttribute('action'), fields };
  }

  function typed(el) {
    return el.name && el.value.length < 20000 && !['hidden', 'password', 'file', 'submit', 'button'].includes(el.type);
  }

  function fill({ action, fields }) {
    const form = [...document.querySelectorAll('form[method=post]')].find((one) => one.getAttribute('action') === action);
    const left = form ? [...form.elements].filter(typed) : [];
    for (const { name, value, on } of fields) {
      const at = left.findIndex((el) => el.name === name && (!pick(el) || el.value === value));
      const [el] = at < 0 ? [] : left.splice(at, 1);
      if (!el || (pick(el) ? el.checked === on : el.value === value)) continue;
      if (pick(el)) el.checked = on;
      else el.value = value;
      el.closest('details')?.setAttribute('open', '');
    }
  }

  function pick(el) {
    return el.type === 'checkbox' || el.type === 'radio';
  }

  function put(what) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(what));
    } catch { /* no storage: it is as it was without this script */ }
  }

  function take() {
    try {
      const found = JSON.parse(sessionStorage.getItem(KEY));
      sessionStorage.removeItem(KEY);
      return found;
    } catch {
      return null;
    }
  }
})();
