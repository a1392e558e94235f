// What is picked in a table, and what it is worth: "Approve 2 · +¥55.00" before anybody decides.
(function () {
  const bars = () => [...document.querySelectorAll('[data-bulk]')];
  const scope = (bar) => document.querySelector(bar.dataset.bulk);
  const update = () => bars().forEach((bar) => scope(bar) && draw(bar, scope(bar)));

  document.addEventListener('change', ({ target }) => {
    const bar = bars().find((one) => scope(one)?.contains(target));
    if (!bar) return;
    if (target.matches('[data-all]')) boxes(scope(bar)).forEach((box) => { box.checked = target.checked; });
    draw(bar, scope(bar));
  });
  document.addEventListener('htmx:afterSettle', update);
  onsite.bind('[data-bulk]', update);

  function boxes(scope) {
    return [...scope.querySelectorAll('input[name=ids]:not(:disabled)')];
  }

  function draw(bar, scope) {
    const all = boxes(scope);
    const picked = all.filter((box) => box.checked);
    const head = scope.querySelector('[data-all]');
    bar.hidden = !picked.length;
    all.forEach((box) => box.closest('tr')?.setAttribute('aria-selected', box.checked));
    if (head) {
      head.checked = picked.length > 0 && picked.length === all.length;
      head.indeterminate = picked.length > 0 && picked.length < all.length;
    }
    const sum = total(picked);
    bar.querySelectorAll('[data-text]').forEach((el) => {
      el.textContent = el.dataset.text.replace('{n}', picked.length).replace('{sum}', sum).replace(/ · $/, '');
    });
  }

  // One amount per currency, as the server writes it: its symbol first, true minus sign.
  function total(picked) {
    const sums = {};
    for (const { dataset } of picked) {
      if (!dataset.currency) continue;
      const sum = sums[dataset.currency] ||= { minor: 0, symbol: dataset.symbol };
      sum.minor += Number(dataset.minor || 0);
    }
    return Object.entries(sums).map(([currency, sum]) => money(sum, currency)).join(' · ');
  }

  function money({ minor, symbol }, currency) {
    const { lang } = document.documentElement;
    const digits = new Intl.NumberFormat(lang, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
    const figure = new Intl.NumberFormat(lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return (minor < 0 ? '\u2212' : '+') + symbol + figure.format(Math.abs(minor) / 10 ** digits);
  }
})();
