// Keeps the summary beside the form up to date. Without it the form works the same, by its button.
(() => {
  const form = document.getElementById("manage");
  const summary = document.getElementById("summary");
  if (!form || !summary) return;
  let waiting = 0;
  let asked = 0;
  const update = async () => {
    const mine = ++asked;
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const text = await answer.text();
    if (mine === asked && answer.ok) summary.innerHTML = text;
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 250);
  });
})();
