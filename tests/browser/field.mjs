// A village coordinator with her phone, with and without a signal: the list is kept, a visit is filled in with a photo and a
// position while there is no network, survives a reload, is counted as unsent, arrives once when the signal is back; somebody
// else was quicker with another, and both values stand side by side; a session that ended loses nothing. Then the scorecard, the
// calendar of duties and the city's table, which are fed by the same measure. Started by `cargo xtask test --only browser`.
import { deflateSync } from 'node:zlib';
import { browser, cast, chapter, must, play, seen, server, surroundings } from './stage.mjs';

const { DOUDI_PASSWORD } = surroundings('DOUDI_PASSWORD');

function same(found, expected, what) {
  must(String(found) === String(expected), `${what}: ${found}, expected ${expected}`);
}

/** A look leaves the window wide; hers is a phone's. */
async function seenOnPhone(name) {
  await seen(phone, name);
  await phone.setViewportSize(PHONE);
}

/** A photo as a camera gives it: a PNG of so many pixels, in stripes. */
function photo(width, height) {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value >>> 0;
  });
  const crc = (bytes) => {
    let value = 0xffffffff;
    for (const byte of bytes) value = table[(value ^ byte) & 0xff] ^ (value >>> 8);
    return (value ^ 0xffffffff) >>> 0;
  };
  const chunk = (type, data) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const end = Buffer.alloc(4);
    end.writeUInt32BE(crc(body));
    return Buffer.concat([head, body, end]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = 2;
  const row = 1 + width * 3;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) pixels[y * row + 1 + x * 3 + ((x >> 5) % 3)] = (x + y) & 0xff;
  }
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]);
}

const PHONE = { width: 360, height: 740 };

let context;
let phone;

await play(async () => {
  await server.on('2022-07-20');
  const visits = await planned();
  await withoutSignal(visits);
  await signalAgain(visits);
  await bothSides(visits);
  await signedOut(visits);
  await counted();
}, async () => {
  if (phone) await phone.screenshot({ path: new URL('./screenshots/field-broken.png', import.meta.url).pathname }).catch(() => {});
});

/** The town plans visits to families of 刘燕's village. */
async function planned() {
  chapter('the town plans four visits');
  const wang = await cast.person('wang.fang');
  await wang.go('/households?village=340223101216');
  const links = await wang.page.locator('main a[href^="/households/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  const families = [...new Set(links.filter((href) => /^\/households\/\d+$/.test(href)))];
  must(families.length > 0, 'there are families in 奎湖村');
  const visits = [];
  for (const [at, due] of ['2022-07-15', '2022-07-21', '2022-07-24', '2022-07-31'].entries()) {
    await wang.go(`${families[at % families.length]}/new/outing/visit`);
    await wang.page.locator('#f-due').fill(due);
    await wang.submit();
    visits.push(wang.path.split('/').pop());
  }
  return visits;
}

async function signIn(page) {
  await page.goto(`${server.url}/sign-in?next=/field`);
  await giveName(page);
}

async function giveName(page) {
  await page.locator('#login').fill('liu.yan');
  await page.locator('#password').fill(DOUDI_PASSWORD);
  await page.locator('main button').click();
  await page.waitForURL((url) => url.pathname === '/field');
}

function unsent() {
  return phone.locator('#unsent-count').innerText();
}

function form(visit) {
  return `/field/documents/${visit}/record`;
}

async function fillIn(condition, note) {
  await phone.locator('form[data-ready=yes]').waitFor();
  await phone.getByLabel(condition, { exact: true }).check();
  await phone.locator('#f-note').fill(note);
  await phone.getByText('已存在本机').waitFor();
}

async function withoutSignal([first, second]) {
  chapter('without a signal: the list, a visit with a photo, a reload');
  context = await browser.newContext({
    viewport: PHONE, deviceScaleFactor: 2, isMobile: true, hasTouch: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai',
    geolocation: { latitude: 31.3521, longitude: 118.4331, accuracy: 12 }, permissions: ['geolocation'],
  });
  phone = await context.newPage();
  phone.on('dialog', (dialog) => dialog.accept());
  await signIn(phone);
  await phone.locator('body[data-pages]').waitFor({ state: 'attached', timeout: 20_000 });
  same(await phone.locator('body').getAttribute('data-pages'), 5, 'the list and four forms are kept');
  await seenOnPhone('field-list');
  await context.setOffline(true);
  await phone.goto(`${server.url}/field`);
  must(await phone.locator('#kept-note').isVisible(), 'a kept page says that it is one');
  must((await phone.locator('#signal').innerText()).includes('没有网络'), 'the bar says that there is no signal');
  same(await phone.locator('#tasks-title + ul .task').count(), 4, 'the list without a signal');
  await phone.locator(`a[href="${form(first)}"]`).click();
  await phone.waitForURL((url) => url.pathname === form(first));
  await phone.locator('form[data-ready=yes]').waitFor();
  const chooser = phone.locator('input[type=file][capture=environment]');
  same(await chooser.count(), 1, 'the camera is offered');
  await chooser.setInputFiles({ name: '现场.png', mimeType: 'image/png', buffer: photo(2400, 1200) });
  await phone.locator('.photos img').waitFor();
  await fillIn('困难', '老人独自在家，屋顶漏雨');
  await phone.locator('#f-people').fill('1');
  await seenOnPhone('field-form');
  await phone.reload();
  await phone.locator('form[data-ready=yes]').waitFor();
  same(await phone.locator('#f-note').inputValue(), '老人独自在家，屋顶漏雨', 'what was typed is there after a reload');
  must(await phone.getByLabel('困难', { exact: true }).isChecked(), 'what was chosen is there, too');
  await phone.locator('.photos img').waitFor();
  const kept = await phone.evaluate(() => window.DoudiField.store.drafts(window.DoudiField.user()).then((drafts) => drafts.map((draft) => draft.files.map((file) => [file.width, file.height, file.digest.length, file.type]))));
  same(JSON.stringify(kept), JSON.stringify([[[1600, 800, 64, 'image/jpeg']]]), 'the photo is scaled down and known by its digest');
  same(await unsent(), 1, 'one is unsent');
  await phone.locator('form button.main').click();
  await phone.waitForURL((url) => url.pathname === '/field');
  must((await phone.locator('#unsent').innerText()).includes('待发送'), 'it waits to be sent');
  // A second one, only begun.
  await phone.goto(server.url + form(second));
  await fillIn('一般', '家里没有人');
  await phone.goto(`${server.url}/field`);
  await phone.locator('#unsent .task').nth(1).waitFor();
  same(await unsent(), 2, 'two are unsent');
  await phone.screenshot({ path: new URL('./screenshots/field-offline-360.png', import.meta.url).pathname, fullPage: true });
  // Nobody offers what is not kept.
  await phone.goto(`${server.url}/field/documents/999999/record`);
  must((await phone.locator('main').innerText()).includes('草稿都在本机'), 'a page that is not kept says so');
}

async function signalAgain([first]) {
  chapter('the signal is back: it arrives by itself, once');
  await phone.goto(`${server.url}/field`);
  await phone.locator('#unsent .task').nth(1).waitFor();
  await context.setOffline(false);
  await phone.locator('#arrived .task').waitFor({ timeout: 20_000 });
  same(await unsent(), 1, 'what was only begun stays');
  await phone.goto(`${server.url}/documents/${first}`);
  const text = await phone.locator('main').innerText();
  for (const words of ['已走访', '老人独自在家，屋顶漏雨', 'hard']) must(text.includes(words), `the visit has ${words}`);
  must(/现场登记时间\s*20\d\d-\d\d-\d\dT\d\d:\d\d/.test(text), `it says when it was filled in:\n${text}`);
  same(await phone.locator('main a[href^="/attachments/"]').count(), 1, 'the photo arrived once');
  const chen = await cast.person('chen.li');
  await chen.go(`/documents/${first}`);
  same((await chen.text()).match(/登记走访/g)?.length >= 1, true, 'the county sees it');
}

async function bothSides([, second]) {
  chapter('somebody else was quicker: both values side by side');
  await phone.goto(server.url + form(second));
  await fillIn('危急', '断粮两天');
  await context.setOffline(true);
  const wang = await cast.person('wang.fang');
  await wang.press(second, 'record', { 家庭情况: '一般', 情况说明: '电话联系，家中平安' });
  await phone.locator('form button.main').click();
  await phone.waitForURL((url) => url.pathname === '/field');
  await context.setOffline(false);
  await phone.locator('#unsent').getByText('要您选择').waitFor({ timeout: 20_000 });
  await phone.locator('#unsent .task a').first().click();
  await phone.locator('.conflict').waitFor();
  const both = await phone.locator('.conflict').innerText();
  for (const words of ['王芳', '登记走访', '您填写的', '系统中现在的', '危急', '一般', '断粮两天', '电话联系，家中平安']) {
    must(both.includes(words), `both sides show ${words}`);
  }
  await seenOnPhone('field-conflict');
  // Her own note, the other's finding.
  await phone.locator('#keep-condition-theirs').check();
  await phone.locator('.conflict button.main').click();
  await phone.waitForURL((url) => url.pathname === '/field' && url.search.includes('done=sent'));
  same(await unsent(), 0, 'nothing is unsent');
  await phone.goto(`${server.url}/documents/${second}`);
  const text = await phone.locator('main').innerText();
  must(text.includes('断粮两天') && text.includes('fair'), `what was chosen is there:\n${text}`);
}

async function signedOut([, , third]) {
  chapter('a session that ended and a logout lose nothing');
  await phone.goto(server.url + form(third));
  await fillIn('困难', '门口有狗，隔着门说的话');
  const cookies = await context.cookies();
  await context.clearCookies({ name: 'doudi_session' });
  await phone.locator('form button.main').click();
  // The server sends her to sign in; where it answers late she sees the kept list, with a link.
  await phone.locator('#login, #sign-in-again a').filter({ visible: true }).first().waitFor();
  if (!(await phone.locator('#login').isVisible())) await phone.locator('#sign-in-again a').click();
  await giveName(phone);
  await phone.locator('#arrived').getByText('走访').first().waitFor({ timeout: 20_000 });
  await phone.waitForFunction(() => document.getElementById('unsent-count').textContent === '0', null, { timeout: 20_000 });
  must(cookies.length > 0, 'there was a session');
  await phone.goto(`${server.url}/documents/${third}`);
  must((await phone.locator('main').innerText()).includes('隔着门说的话'), 'it was sent after signing in again');
  // What is begun stays through a logout, and another account on the same phone does not see it.
  await phone.goto(server.url + form(third));
  await fillIn('困难', '第二次去');
  await phone.goto(`${server.url}/worklist`);
  await phone.locator('.top details.menu-button summary').click();
  await phone.getByRole('button', { name: '退出登录' }).click();
  await phone.waitForURL((url) => url.pathname === '/sign-in');
  same(await phone.evaluate(() => caches.keys().then((names) => names.filter((name) => name.startsWith('doudi-pages-')).length)), 0, 'no pages of hers are left');
  await phone.locator('#login').fill('wang.fang');
  await phone.locator('#password').fill(DOUDI_PASSWORD);
  await phone.locator('main button').click();
  await phone.waitForURL((url) => url.pathname !== '/sign-in');
  await phone.goto(`${server.url}/field`);
  await phone.locator('#others').waitFor();
  must(!(await phone.locator('main').innerText()).includes('第二次去'), "another account does not see what is hers");
  await phone.goto(`${server.url}/worklist`);
  await phone.locator('.top details.menu-button summary').click();
  await phone.getByRole('button', { name: '退出登录' }).click();
  // Signing out leads somewhere; going elsewhere before that would break off one of the two.
  await phone.waitForURL((url) => url.pathname === '/sign-in');
  await signIn(phone);
  await phone.locator('#unsent .task').first().waitFor();
  await phone.locator('#unsent .task a').first().click();
  await phone.locator('form[data-ready=yes]').waitFor();
  same(await phone.locator('#f-note').inputValue(), '第二次去', 'it is there when she comes back');
}

async function counted() {
  chapter('duties, scorecard, the city');
  const chen = await cast.person('chen.li');
  await chen.go('/worklist');
  must((await chen.text()).includes('本月义务'), 'the worklist says what is due');
  await chen.go('/duties');
  for (const words of ['重点家庭走访', '通知第三条', '建议']) must((await chen.text()).includes(words), `the calendar has ${words}`);
  await seen(chen.page, 'duties');
  await chen.go('/worklist');
  await seen(chen.page, 'worklist-duties');
  await chen.go('/scorecard?month=2022-07');
  for (const words of ['按计划走访率', '75%', '未达标', '查看清单']) must((await chen.text()).includes(words), `the scorecard has ${words}`);
  await seen(chen.page, 'scorecard');
  await chen.page.getByRole('link', { name: /查看清单\s*：按计划走访率/ }).click();
  await chen.page.waitForLoadState('load');
  same(await chen.page.locator('main tbody tr').count(), 4, 'the list behind the figure');
  await seen(chen.page, 'scorecard-list');
  const city = await cast.person('xu.ning');
  await city.go('/scorecard?month=2022-07');
  must((await city.text()).includes('南陵县'), 'the city sees the counties');
  await seen(city.page, 'scorecard-city');
  await city.page.getByRole('link', { name: /75%/ }).first().click();
  await city.page.waitForLoadState('load');
  must((await city.text()).includes('本期到期的走访中已经登记的件数'), 'and what a figure means');
  must(!(await city.text()).includes('查看清单'), 'but no list');
  await seen(city.page, 'scorecard-from-city');
}
