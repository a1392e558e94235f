// "Undo (30)": said at 30, 20, 10 and 5 only, and gone at 0, when the untimed way remains.
(function () {
  onsite.bind('[data-undo]', (form) => {
    const left = form.querySelector('[data-left]');
    const end = Date.now() + Number(form.dataset.undo) * 1000;
    const tick = () => {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      if (!form.isConnected) return;
      if (seconds <= 0) return leave(form);
      const step = [5, 10, 20, 30].find((n) => seconds <= n) || seconds;
      if (left) left.textContent = '(' + step + ')';
      setTimeout(tick, 1000);
    };
    tick();
  });

  function leave(form) {
    const next = form.parentElement.querySelector('[data-after-undo]');
    const held = form.contains(document.activeElement);
    form.remove();
    if (!next) return;
    next.hidden = false;
    if (held) next.focus();
  }
})();
