// Small helps in forms: search while typing (not inside a Chinese composition), password eye, hidden amounts.
(function () {
  const waiting = new WeakMap();
  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (!form || event.isComposing || event.target.type !== 'search') return;
    typed(form);
  });
  document.addEventListener('compositionend', (event) => event.target.type === 'search' && typed(event.target.form));

  function typed(form) {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => form.dispatchEvent(new Event('typed', { bubbles: true })), 400));
  }

  onsite.bind('[data-show]', (button) => {
    const input = document.getElementById(button.dataset.show);
    button.hidden = false;
    button.addEventListener('click', () => {
      const shown = input.type === 'password';
      input.type = shown ? 'text' : 'password';
      button.setAttribute('aria-pressed', shown);
    });
  });

  const page = document.documentElement;
  if (onsite.remember('onsite-money') === 'hidden') page.dataset.money = 'hidden';
  onsite.bind('[data-hide-money]', (button) => {
    const tell = () => button.setAttribute('aria-pressed', page.dataset.money === 'hidden');
    tell();
    button.addEventListener('click', () => {
      const hide = page.dataset.money !== 'hidden';
      if (hide) page.dataset.money = 'hidden';
      else delete page.dataset.money;
      onsite.remember('onsite-money', hide ? 'hidden' : '');
      tell();
    });
  });
})();
