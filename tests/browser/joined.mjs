// The joined-up story of examples/demo-county/joined.toml by hand in a real browser: a department's list becomes an alert, a visit, an
// application, a delegated decision, a spot check, a payment and the figures of the scorecard. The same file is played on both databases
// by tests/it/joined.rs. Afterwards everybody opens every page of every measure. Started by `cargo xtask test --only browser`.
import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { fill } from './clerk.mjs';
import { cast, chapter, must, play, seen, server } from './stage.mjs';

const script = parse(readFileSync(new URL('../../examples/demo-county/joined.toml', import.meta.url), 'utf8'));
// Whose pages are looked at when the story is over.
const EVERYBODY = ['chen.li', 'zhao.min', 'wang.fang', 'li.ming', 'liu.yan', 'qian.cheng', 'xu.ning'];
// How long the worker has for what follows a step.
const PATIENCE = 60_000;

/** Numbers by the names the story gives them. */
const known = {};

await play(async () => {
  for (const [at, step] of script.step.entries()) await take(step, at);
  await everyPage();
});

async function take(step, at) {
  if (server.today !== step.on) {
    await cast.goHome();
    await server.on(step.on);
  }
  chapter(`${step.on} ${step.by}：${step.tells}`);
  const person = await cast.person(step.by);
  if (!known.family) known.family = await family(person);
  if (step.begin) await begin(person, step.begin);
  if (step.press) await press(person, step.press);
  if (step.upload) await upload(person, step.upload);
  if (step.open) await open(person, step.open, `joined-${String(at + 1).padStart(2, '0')}`);
}

/** The household of the story, by the name of its head. */
async function family(person) {
  await person.go(`/households?q=${encodeURIComponent(script.head)}`);
  const link = person.page.locator('main table a[href^="/households/"]').first();
  return (await link.getAttribute('href')).match(/\d+/)[0];
}

/** Text with numbers for what stands in braces. */
async function filled(text, person) {
  let result = text;
  for (const [braces, name] of text.matchAll(/\{([^}]+)\}/g)) {
    const [kind, who] = name.split(' ');
    const number = kind === '身份证' ? await idNumber(person, who) : kind === '流水号' ? await serial(person, who) : known[name];
    if (!number) throw new Error(`nothing is called ${name}`);
    result = result.replace(braces, number);
  }
  return result;
}

/** An ID number is masked until somebody who may asks for it, and that is noted. */
async function idNumber(person, who) {
  const path = `/households/${known.family}`;
  await person.go(path);
  const buttons = person.page.locator('form[action$="/reveal"] button');
  for (let at = 0; at < await buttons.count(); at += 1) {
    await buttons.nth(at).click();
    await person.page.waitForLoadState('load');
    const text = await person.text();
    const number = text.replace(/\s/g, '').match(/\d{17}[\dX]/);
    if (text.includes(who) && number) return number[0];
    await person.go(path);
  }
  throw new Error(`${who} is not of the family, or her number is not shown`);
}

/** The bank's number of the only payment of a roster, read off the file for the bank. */
async function serial(person, roster) {
  await person.go(`/documents/${known[roster]}`);
  const links = await person.page.locator('main a[href*="/files/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  for (const href of links) {
    const file = await person.download(href);
    const [heads, row] = file.body.toString('utf8').replace(/^\uFEFF/, '').split(/\r?\n/).map((line) => line.split(','));
    if (heads.includes('流水号')) return row[heads.indexOf('流水号')];
  }
  throw new Error(`${roster} has no file for the bank`);
}

/** Fills in what the story says by the fields' names; the clerk does the rest. */
async function complete(person, values = {}) {
  const form = person.page.locator('#the-form');
  // Twice: an answer may bring up fields that depend on it.
  for (let round = 0; round < 2; round += 1) {
    for (const [name, told] of Object.entries(values)) {
      const value = told === true ? 'yes' : told === false ? 'no' : told;
      const box = form.locator(`#f-${name}-box`);
      if (await box.count() === 0 || !(await box.isVisible())) continue;
      const ticks = box.locator('input[type=radio], input[type=checkbox]');
      const officer = String(value).startsWith('@officer ') ? String(value).slice('@officer '.length) : null;
      if (await ticks.count() > 0 && officer) {
        await box.getByLabel(new RegExp(`^${officer}(（|$)`)).check();
      } else if (await ticks.count() > 0) {
        if (value === '@members') {
          for (const tick of await ticks.all()) await tick.check();
        } else {
          for (const one of [value].flat()) await box.locator(`input[value="${one}"]`).check();
        }
      } else if (await box.locator('select').count() > 0) {
        const option = officer ? box.locator('option').filter({ hasText: officer }) : box.locator(`option[value="${value}"]`);
        await box.locator('select').selectOption(await option.first().getAttribute('value'));
      } else {
        await box.locator('input:not([type=hidden]), textarea').first().fill(String(value).replace('¥', ''));
      }
    }
    await fill(person.page, server.today);
  }
}

async function begin(person, { plugin, collection, family: own, as, values }) {
  const path = own ? `/households/${known.family}/new/${plugin}/${collection}` : `/measures/${plugin}/new/${collection}`;
  await person.go(path);
  await complete(person, values);
  await person.submit();
  const made = person.path.match(/^\/documents\/(\d+)$/);
  if (!made) throw new Error(`${collection} was not begun:\n${await person.text()}`);
  known[as] = made[1];
}

async function press(person, { case: name, action, values }) {
  const path = `/documents/${known[name]}`;
  const link = person.page.locator(`main a[href="${path}/actions/${action}"]`);
  const button = person.page.locator(`form[action="${path}/actions/${action}"] button`);
  await until(async () => {
    await person.go(path);
    return await link.count() + await button.count() > 0;
  }, async () => `${person.login} finds no button ${action} on ${name}:\n${await person.text()}`);
  if (await link.count() > 0) {
    await link.first().click();
    await complete(person, values);
    await person.submit();
  } else {
    await Promise.all([person.page.waitForLoadState('load'), button.first().click()]);
  }
  await person.page.waitForURL((url) => url.pathname === path, { timeout: 15_000 }).catch(async () => {
    throw new Error(`${action} was refused:\n${await person.text()}`);
  });
}

async function upload(person, { case: name, feed, file, lines, taken }) {
  const content = [];
  for (const line of lines) content.push(await filled(line, person));
  await person.go(`/documents/${known[name]}`);
  await person.page.locator(`main a[href$="/feeds/${feed}"]`).first().click();
  await person.page.waitForLoadState('load');
  const bytes = Buffer.from(`${content.join('\n')}\n`, 'utf8');
  await person.page.locator('main input[type=file]').first().setInputFiles({ name: file, mimeType: 'text/csv', buffer: bytes });
  await person.page.locator('main form[enctype] button').first().click();
  await person.page.waitForLoadState('load');
  await person.page.locator('main form[action$="/run"] button').first().click();
  await person.page.waitForLoadState('load');
  const text = (await person.text()).replace(/\s/g, '');
  must(text.includes(`已处理（行）${taken}`), `${file}: ${taken} rows are taken:\n${text}`);
}

async function open(person, { page, row, as, shows = [] }, name) {
  const path = await filled(page, person);
  const words = [];
  for (const one of shows) words.push(await filled(one, person));
  const link = person.page.locator('main tr').filter({ hasText: row ?? '' }).locator('a[href^="/documents/"]');
  await until(async () => {
    await person.go(path);
    const text = await person.text();
    return words.every((one) => text.includes(one)) && (!row || await link.count() > 0);
  }, async () => `${path} should show ${[row, ...words].filter(Boolean).join('、')}:\n${await person.text()}`);
  for (const one of words) must((await person.text()).includes(one), `${path} shows ${one}`);
  await seen(person.page, name);
  if (row) known[as] = (await link.first().getAttribute('href')).match(/\d+/)[0];
}

/** The worker needs a moment for what follows. */
async function until(ready, why) {
  const end = Date.now() + PATIENCE;
  while (!(await ready())) {
    if (Date.now() > end) throw new Error(await why());
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

/** Every page of every measure that somebody's menu leads to, at three sizes and for axe. */
async function everyPage() {
  chapter('everybody opens every page of the measures');
  const done = new Set();
  for (const login of EVERYBODY) {
    const person = await cast.person(login);
    await person.go('/');
    const links = await person.page.locator('nav a[href]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    for (const href of new Set(links.filter((one) => /^\/(measures|scorecard|duties|worklist|field)\b/.test(one)))) {
      // A page looks alike to offices; each is looked at once, and opened by all.
      must(await person.go(href) === 200, `${login} opens ${href}`);
      const text = await person.text();
      must(!text.includes('现在不能回答'), `${href} answers ${login}`);
      const name = `page${href.split('?')[0].replaceAll('/', '-')}`;
      if (done.has(name)) continue;
      done.add(name);
      await seen(person.page, name);
    }
  }
  console.log(`  ${done.size} pages`);
}
