const pause = () => new Promise((go) => (document.hidden ? go() : setTimeout(go)));

/** The program. Under another address it is another instance, with a memory of its own. */
const load = async (prefix) => {
  const [{ default: init, ...program }, file] = await Promise.all([import(prefix + JS), fetch(prefix + WASM)]);
  await init({ module_or_path: file });
  await new Promise((go) => setTimeout(go));
  if (!(await program.load(IS_TOPIC))) throw new Error('A part of the page did not come.');
  return program;
};

/** How many nodes the server's part of the body has. What a browser's extensions add stands behind the scripts. */
const nodes = () => {
  let count = 0;
  for (const part of document.body.childNodes) {
    if (part.localName === 'script') break;
    for (const all = document.createNodeIterator(part); all.nextNode(); ) count += 1;
  }
  return count;
};

const fields = () => [...document.querySelectorAll('textarea, input:not([type=hidden], [type=checkbox], [type=radio])')];

/** Does something that puts other fields into the page, and keeps what was typed and where the cursor is. */
const keepingTyped = (act) => {
  const before = fields();
  const focused = before.indexOf(document.activeElement);
  const ends = before.map((field) => field.selectionEnd);
  act();
  for (const [n, { name, value, defaultValue }] of before.entries()) {
    const field = name && document.getElementsByName(name)[0];
    if (!field) continue;
    if (value !== defaultValue) field.value = value;
    if (n === focused) field.focus();
    if (n === focused && ends[n] !== null) field.setSelectionRange(ends[n], ends[n]);
  }
};

const drawAnew = (program) => {
  console.warn('The markup was changed on its way to this browser. The page is drawn anew.');
  program.prepare();
  keepingTyped(() => program.replace_markup());
};

// First what one reads: the text is painted before anything else takes the line. A page that nobody sees paints nothing.
await new Promise((go) => { requestAnimationFrame(() => setTimeout(go)); setTimeout(go, 200); });
try {
  const program = await load('');
  if (nodes() === NODES) {
    try {
      program.prepare();
      await pause();
      program.take_over();
    } catch {
      // A copy of the markup has no listeners: its forms work as without a script, whatever comes of the other instance.
      keepingTyped(() => document.body.replaceWith(document.body.cloneNode(true)));
      drawAnew(await load('/anew'));
    }
  } else {
    drawAnew(program);
  }
} catch {
  // The browser says by itself what did not come. The page stays as it is.
}
