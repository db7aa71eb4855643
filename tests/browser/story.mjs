// 张家's application from the spreadsheet to the printed letter, in a real browser, by the right people one after another; and
// at every step somebody who may not. Started by `cargo xtask test --only browser`, which prepares the city and tells where
// everything is in the environment.
import { writeFileSync } from 'node:fs';
import { ALL, fill } from './clerk.mjs';
import { browser, cast, chapter, must, play, seen, server, surroundings } from './stage.mjs';

const { DOUDI_ROSTER, DOUDI_MISTAKES } = surroundings('DOUDI_ROSTER', 'DOUDI_MISTAKES');


/** What an application needs to be complete. */
const COMPLETE = { 已签署核对授权书的成员: ALL, 声明没有收入的成员: ALL, 是否已提供银行账户: '是', 申请人承诺: ALL };

/** The days of the story; the posting runs for seven full days from its day. */
const OPENS = '2022-07-04';
const TOO_EARLY = '2022-07-11';
const OVER = '2022-07-12';

await play(async () => {
  await server.on(OPENS);
  await signingIn();
  await importing();
  const household = await searching();
  const caseId = await applying(household);
  await working(caseId);
  await otherCounty(household, caseId);
  await server.stop();
  await cast.goHome();

  chapter('the posting is not over yet');
  await server.on(TOO_EARLY);
  await notYet(caseId);
  await cast.goHome();

  chapter('a day later it is');
  await server.on(OVER);
  const decision = await confirming(caseId);
  await explaining(household, caseId, decision);
  await administering();
  await withoutScripts();
});

async function signingIn() {
  chapter('王芳 signs in to an empty worklist; a wrong password is refused in words');
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(`${server.url}/worklist`);
  must(new URL(page.url()).pathname === '/sign-in', 'nobody sees the worklist without signing in');
  await page.locator('#login').fill('wang.fang');
  await page.locator('#password').fill('not-her-password-1');
  await page.locator('main button').click();
  must((await page.locator('[role=alert]').innerText()).includes('不正确'), 'a wrong password is refused in words');
  await seen(page, 'sign-in');
  await context.close();
  const wang = await cast.person('wang.fang');
  must((await wang.text()).includes('工作台'), 'the worklist is the first page');
  await seen(wang.page, 'worklist-empty');
}

async function importing() {
  chapter('陈立 imports the roster from XLSX');
  const chen = await cast.person('chen.li');
  await chen.go('/imports');
  await seen(chen.page, 'import');
  const template = await chen.download('/imports/template');
  must(template.status === 200 && template.body.subarray(0, 2).toString() === 'PK', 'the template is a workbook');
  // First the file of mistakes: the check names each row, nothing is written.
  await upload(chen, DOUDI_MISTAKES);
  const told = await chen.text();
  must(/第\s*3\s*行/.test(told) || told.includes('校验位不符'), 'the check says which row is wrong and why');
  await seen(chen.page, 'import-mistakes');
  const errors = chen.page.locator('a[href$="/errors"]');
  must(await errors.count() > 0, 'a file with reasons is offered');
  if (await errors.count() > 0) {
    const file = await chen.download(await errors.first().getAttribute('href'));
    must(file.status === 200 && file.body.length > 1_000, 'the file with reasons is there');
  }
  await upload(chen, DOUDI_ROSTER);
  await seen(chen.page, 'import-checked');
  await chen.page.locator('form[action$="/run"] button').click();
  await chen.page.waitForLoadState('load');
  must((await chen.text()).includes('60'), 'sixty households are told of');
  await seen(chen.page, 'import-done');
  await upload(chen, DOUDI_ROSTER);
  must(/未变化|没有变化/.test(await chen.text()), 'the same file again changes nothing');
  const li = await cast.person('li.ming');
  must(await li.status('/imports') === 403, 'a reviewer may not import');
}

async function upload(person, file) {
  await person.go('/imports');
  await person.page.locator('main input[type=file]').first().setInputFiles(file);
  await person.page.locator('main form[enctype] button').first().click();
  await person.page.waitForLoadState('load');
}

/** Finds 张建国's household by pinyin initials; returns its id. */
async function searching() {
  chapter('王芳 finds 张家');
  const wang = await cast.person('wang.fang');
  await wang.go('/households');
  must(await wang.page.locator('main table').count() === 0, 'the search opens empty');
  await seen(wang.page, 'search');
  await wang.page.locator('#q').fill('zjg');
  await wang.page.locator('main form[role=search] button').click();
  const row = wang.page.locator('main tr').filter({ hasText: 'NL-000001' });
  must(await row.count() === 1, 'initials find the family');
  must(!(await wang.text()).includes('张建国'), 'names are masked in the list');
  await seen(wang.page, 'search-found');
  await row.locator('a').first().click();
  await wang.page.waitForLoadState('load');
  must(!(await wang.text()).includes('张建国'), 'names are masked in the file');
  await seen(wang.page, 'household');
  for (const tab of ['finances', 'decisions', 'documents', 'attachments']) await wang.go(`${wang.path}?tab=${tab}`);
  const liu = await cast.person('liu.yan');
  await liu.go(wang.path);
  must(!(await liu.text()).includes('1,800.00'), 'a village coordinator sees no income');
  return wang.path.split('/').pop();
}

async function applying(household) {
  chapter('王芳 enters the application; the trial calculation stands beside it');
  const wang = await cast.person('wang.fang');
  const approver = await cast.person('zhao.min');
  const path = `/households/${household}/new/dibao/application`;
  must(await approver.send(path) >= 400, 'an approver may not begin a case');
  await wang.go(`/households/${household}`);
  await wang.page.locator('summary').filter({ hasText: '新建申请' }).click();
  await wang.page.locator(`a[href="${path}"]`).click();
  await wang.page.waitForLoadState('load');
  // Nothing typed: everything that is missing is told at once, and stays on the page.
  await wang.submit();
  must(wang.path !== '/documents', 'an empty form is not taken');
  await seen(wang.page, 'application-missing');
  await wang.go(path);
  await fill(wang.page, server.today, { 申请人承诺: ALL });
  await wang.page.locator('#the-form button[name=_trial]').click();
  await wang.page.waitForLoadState('load');
  must((await wang.text()).includes('630.00'), 'the trial says 630.00 yuan');
  await seen(wang.page, 'application');
  await wang.submit();
  const found = wang.path.match(/^\/documents\/(\d+)$/);
  if (!found) throw new Error(`the application was not taken:\n${await wang.text()}`);
  await seen(wang.page, 'case-draft');
  return found[1];
}

/** Who may not press what; tried past the buttons as well. */
async function refusedTo(login, caseId, action) {
  const person = await cast.person(login);
  const status = await person.send(`/documents/${caseId}/actions/${action}`);
  must(status === 403 || status === 404, `${login} may not ${action} (status ${status})`);
}

async function working(caseId) {
  const wang = await cast.person('wang.fang');
  const chen = await cast.person('chen.li');
  const li = await cast.person('li.ming');
  chapter('submitted, sent back for what is missing, completed, accepted');
  await refusedTo('zhao.min', caseId, 'submit');
  await wang.press(caseId, 'submit');
  await wang.go(`/documents/${caseId}`);
  must((await wang.text()).includes('授权书'), 'what is missing stands on the page');
  await wang.press(caseId, 'request-supplement');
  await seen(wang.page, 'case-supplement');
  await wang.press(caseId, 'edit', COMPLETE);
  await wang.press(caseId, 'resubmit');
  await refusedTo('chen.li', caseId, 'accept');
  await wang.press(caseId, 'accept');
  await seen(wang.page, 'case-accepted');
  await wang.go('/worklist');
  await seen(wang.page, 'worklist');
  chapter('finance check, survey by two, opinion');
  await wang.press(caseId, 'request-check');
  await refusedTo('wang.fang', caseId, 'record-check');
  await chen.press(caseId, 'record-check');
  await refusedTo('li.ming', caseId, 'survey');
  await wang.press(caseId, 'survey', { 另一名调查人: '吴强', 在场成员是否签字: '是' });
  await refusedTo('wang.fang', caseId, 'opine');
  await li.press(caseId, 'opine');
  await seen(li.page, 'case-opinion');
  chapter('posted in the village');
  await refusedTo('li.ming', caseId, 'post');
  await wang.press(caseId, 'post');
  await seen(wang.page, 'case-posting');
  const posting = wang.page.locator('aside a[href^="/notices/"]').first();
  await posting.click();
  await wang.page.waitForLoadState('load');
  const sheet = await wang.page.locator('.sheet').innerText();
  must(sheet.includes('张建国') && sheet.includes('630.00'), 'the posting shows name and amount');
  must(!/\d{17}[\dX]/.test(sheet) && !/1\d{10}(?!\d)/.test(sheet.replace(/受理单位和电话.*/s, '')) && !sheet.includes('病'), 'the posting shows no number, phone or illness');
  await seen(wang.page, 'posting');
}

async function notYet(caseId) {
  const wang = await cast.person('wang.fang');
  await wang.go(`/documents/${caseId}`);
  const off = wang.page.locator('.actions [aria-disabled=true]').filter({ hasText: '公示期满' });
  must(await off.count() === 1, 'the button stays visible while the posting runs');
  const reason = await wang.page.locator('#why-close-posting').innerText().catch(() => '');
  must(reason.includes('12') || reason.includes('公示'), `and says from when it can be pressed (${reason})`);
  const status = await wang.send(`/documents/${caseId}/actions/close-posting`);
  must(status >= 400, `a posting cannot be closed early (status ${status})`);
}

async function confirming(caseId) {
  const wang = await cast.person('wang.fang');
  const zhao = await cast.person('zhao.min');
  await wang.press(caseId, 'close-posting');
  chapter('赵敏 confirms');
  await refusedTo('wang.fang', caseId, 'confirm');
  await refusedTo('chen.li', caseId, 'confirm');
  await zhao.go(`/documents/${caseId}`);
  must((await zhao.text()).includes('630.00'), 'the trial stands beside the case');
  await seen(zhao.page, 'case-confirming');
  await zhao.press(caseId, 'confirm');
  await seen(zhao.page, 'case-confirmed');
  const link = zhao.page.locator('aside a[href^="/decisions/"]').first();
  return (await link.getAttribute('href')).split('/').pop();
}

async function explaining(household, caseId, decision) {
  chapter('why, recalculated, and the printed letter');
  const zhao = await cast.person('zhao.min');
  await zhao.go(`/decisions/${decision}`);
  const why = await zhao.text();
  must(why.includes('630.00'), 'the why page names the amount');
  must(/57号/.test(why), 'and the articles');
  must(why.includes('未核实'), 'and marks parameters nobody has confirmed');
  must(why.includes('1,800.00'), 'and the facts');
  await seen(zhao.page, 'why');
  await zhao.page.locator('form[action$="/replay"] button').click();
  await zhao.page.waitForLoadState('load');
  must((await zhao.text()).includes('逐字节一致'), 'running it again gives the same bytes');
  await zhao.go(`/documents/${caseId}`);
  const notices = await zhao.page.locator('aside a[href^="/notices/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  must(notices.length >= 2, 'posting and letter stand with the case');
  let letters = 0;
  for (const notice of notices) {
    await zhao.go(notice);
    const sheet = await zhao.page.locator('.sheet').innerText();
    if (!sheet.includes('确认告知书')) continue;
    letters += 1;
    must(sheet.includes('张建国') && sheet.includes('630.00'), 'the letter names applicant and amount');
    await seen(zhao.page, 'letter');
    const paper = await zhao.page.pdf({ format: 'A4', printBackground: true, preferCSSPageSize: true });
    must(paper.subarray(0, 5).toString() === '%PDF-' && paper.length > 10_000, 'it prints');
    writeFileSync(new URL('./screenshots/letter.pdf', import.meta.url), paper);
  }
  must(letters === 1, 'there is one letter');
  await zhao.go(`/households/${household}?tab=decisions`);
  must((await zhao.text()).includes('630.00'), 'the file shows the payment');
  await seen(zhao.page, 'household-decided');
  await zhao.go('/decisions');
  await seen(zhao.page, 'decisions');
  await otherCounty(household, caseId, decision, notices);
}

/** An officer of another county finds nothing by any page, count, search or export. */
async function otherCounty(household, caseId, decision = '1', notices = ['/notices/1']) {
  chapter('officers of 无为市 find nothing');
  for (const login of ['ma.jun', 'ding.lei']) {
    const other = await cast.person(login);
    const paths = [`/households/${household}`, `/households/${household}/edit`, `/households/${household}/new/dibao/application`,
      `/documents/${caseId}`, `/documents/${caseId}/actions/edit`, `/decisions/${decision}`, ...notices];
    for (const path of paths) must([403, 404].includes(await other.status(path)), `${login} gets nothing at ${path}`);
    for (const words of ['zjg', '张建国', 'NL-000001']) {
      await other.go(`/households?q=${encodeURIComponent(words)}`);
      must(await other.page.locator('main table').count() === 0, `${login} finds nothing for ${words}`);
    }
    await other.go('/worklist');
    must(await other.page.locator('main table').count() === 0, `${login} has no work of another county`);
    for (const path of ['/worklist.csv', '/decisions.csv']) {
      const file = await other.download(path);
      must(file.status === 200 && !file.body.toString().includes('张'), `${login} exports nothing at ${path}`);
    }
  }
}

async function administering() {
  chapter('console, users, audit, figures');
  const pages = {
    'he.zhi': ['/plugins', '/parameters', '/calendar'],
    'sun.jing': ['/users'],
    'zhou.min': ['/audit'],
    'xu.ning': ['/figures'],
  };
  for (const [login, paths] of Object.entries(pages)) {
    const person = await cast.person(login);
    for (const path of paths) {
      must(await person.go(path) === 200, `${login} opens ${path}`);
      await seen(person.page, path.slice(1));
    }
    must([403, 404].includes(await person.status('/households')), `${login} sees no families`);
  }
  const he = await cast.person('he.zhi');
  await he.go('/plugins');
  await he.page.locator('main .card a[href^="/plugins/"]').first().click();
  await he.page.waitForLoadState('load');
  must((await he.text()).includes('用于'), 'what a package asks for stands there as sentences');
  await seen(he.page, 'plugin');
  const wang = await cast.person('wang.fang');
  for (const link of await wang.page.locator('nav.menu a[href^="/measures/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))) {
    must(await wang.go(link) === 200, `the menu's ${link} opens`);
    await seen(wang.page, `measure-${link.split('/').pop()}`);
  }
  await wang.go('/help');
  await seen(wang.page, 'help');
  must(await wang.go('/households/999999') === 404, 'what is not there is a calm 404');
  await seen(wang.page, 'not-found');
}

/** Scripts off: searching, applying and pressing work as plain links and forms. */
async function withoutScripts() {
  chapter('scripts off');
  const wang = await cast.person('wang.fang', { javaScriptEnabled: false });
  await wang.go('/households?q=lxy');
  const row = wang.page.locator('main tr').filter({ hasText: 'NL-000002' });
  await row.locator('a').first().click();
  await wang.page.waitForLoadState('load');
  const household = wang.path.split('/').pop();
  await wang.go(`/households/${household}/new/dibao/application`);
  await fill(wang.page, server.today, COMPLETE);
  await wang.submit();
  const found = wang.path.match(/^\/documents\/(\d+)$/);
  must(found, 'an application can be entered without scripts');
  if (found) {
    await wang.press(found[1], 'submit');
    await wang.press(found[1], 'accept');
    must((await wang.text()).includes('谁办'), 'and goes on to acceptance');
  }
}
