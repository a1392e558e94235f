// What is typed outlives a change of language and a sign-in that ended meanwhile: kept in this tab for the next
// page of the same person, only where the server did not get it, and never passwords or files. What is typed about an
// open visit also outlives a look at other pages. The hidden fields of a page that asks "Is this right?" (data-typed) were
// typed on the page before.
(function () {
  const KEY = 'onsite-typed';
  const VISIT = 'onsite-visit';
  const MINUTES = 15;
  const uid = document.documentElement.dataset.uid || '';
  const gone = document.querySelector('[data-signed-out]');
  const signing = location.pathname.startsWith('/login');
  const kept = take(KEY);
  const visit = () => document.querySelector('form[data-checkout]');
  const begun = visit() && take(VISIT);

  if (kept && gone) {
    gone.href = '/login?next=' + encodeURIComponent(kept.page);
    put(KEY, { ...kept, held: true });
  } else if (kept && kept.held && signing) put(KEY, kept);
  else if (kept && kept.held && mine(kept)) restore(kept.forms);
  if (begun && mine(begun) && begun.of === visit().check_in.value) restore([begun]);

  addEventListener('pagehide', () => {
    const form = visit();
    const typing = form && !form.closest('[data-record]') && [...form.elements].some((el) => typed(el) && (pick(el) ? el.checked : el.value));
    if (typing) put(VISIT, { ...read(form), of: form.check_in.value, uid, at: Date.now() });
  });

  document.addEventListener('submit', ({ target: form }) => {
    const action = form.getAttribute('action');
    if (form.method !== 'post' || form.matches('[hx-post]') || signing || !uid || action === '/logout') return;
    const forms = [...document.querySelectorAll('form[method=post]')].map(read).filter(({ fields }) => fields.length);
    put(KEY, { page: document.documentElement.dataset.page || location.pathname + location.search, uid, at: Date.now(), held: action === '/language', forms });
  });

  function mine(what) {
    return what.uid === uid && Date.now() - what.at < MINUTES * 60000;
  }

  function read(form) {
    const fields = [...form.elements].filter(typed).map((el) => ({ name: el.name, value: el.value, on: el.checked || el.type === 'hidden' }));
    return { action: form.getAttribute('action'), fields };
  }

  function typed(el) {
    const from = el.form && 'typed' in el.form.dataset && el.type === 'hidden';
    return el.name && el.value.length < 20000 && (from || !['hidden', 'password', 'file', 'submit', 'button'].includes(el.type));
  }

  // Yes and no go to one address: each form fills the next one of its address in which something can be typed.
  function restore(forms) {
    const free = [...document.querySelectorAll('form[method=post]')].filter((form) => [...form.elements].some(typed));
    forms.forEach(({ action, fields }) => {
      const at = free.findIndex((form) => form.getAttribute('action') === action);
      if (at >= 0) fill(free.splice(at, 1)[0], fields);
    });
  }

  function fill(form, fields) {
    const left = [...form.elements].filter(typed);
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

  function put(key, what) {
    try {
      sessionStorage.setItem(key, JSON.stringify(what));
    } catch { /* no storage: it is as it was without this script */ }
  }

  function take(key) {
    try {
      const found = JSON.parse(sessionStorage.getItem(key));
      sessionStorage.removeItem(key);
      return found;
    } catch {
      return null;
    }
  }
})();
