// A plain form that takes the position along if a few seconds give one; without, it says why and goes all the same.
(function () {
  onsite.bind('form[data-place]:not([data-cannot])', (form) => {
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      onsite.busy(form.querySelector('[type=submit]'), true);
      const found = onsite.geo.fields(await onsite.geo.best(4000, 4000));
      for (const [name, value] of Object.entries(found)) {
        const input = form.elements[name] || form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name }));
        input.value = value;
      }
      if (found.lat) form.elements.no_fix.remove();
      form.submit();
    }, { once: true });
  });
})();
