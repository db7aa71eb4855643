// Three months of a county's payments in a real browser: from decisions to reconciled money, with an account that fails, a death, a
// household that is stopped and a standard that is approved late. What must be paid is worked out here, from what the roster says of
// the families, and compared to the fen with the file for the bank. Started by `cargo xtask test --only browser`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fill } from './clerk.mjs';
import { cast, chapter, must, play, seen, server, surroundings } from './stage.mjs';

const { DOUDI_BINARY, DOUDI_CITY } = surroundings('DOUDI_BINARY', 'DOUDI_CITY');

function same(found, expected, what) {
  must(found === expected, `${what}: ${found}, expected ${expected}`);
}

// What the roster says: how many count, and what they have a month, in fen. The rest is arithmetic.
const FAMILIES = {
  张建国: { people: 3, income: 150_000 },
  李秀英: { people: 1, income: 6_200 },
  赵来娣: { people: 2, income: 13_000 },
  刘小红: { people: 2, income: 120_000 },
  孙卫东: { people: 1, income: 0 },
};
const OLD = 71_000;
const NEW = 75_000;
const due = (name, standard) => standard * FAMILIES[name].people - FAMILIES[name].income;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const all = Object.keys(FAMILIES);
/** 孙卫东 is stopped from August; 李秀英 dies on 20 July, which is found in late August. */
const AUGUST = all.filter((name) => name !== '孙卫东');
const SEPTEMBER = AUGUST.filter((name) => name !== '李秀英');
const raised = (name) => due(name, NEW) - due(name, OLD);
const EXPECTED = {
  7: all.map((name) => due(name, OLD)),
  8: AUGUST.map((name) => due(name, OLD)),
  9: [
    ...SEPTEMBER.map((name) => due(name, NEW)),
    ...all.map(raised),
    ...SEPTEMBER.map(raised),
  ],
};
const OVERPAID = due('李秀英', OLD);

const yuan = (fen) => {
  const digits = (Math.abs(fen) / 100).toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fen < 0 ? `-${digits}` : digits;
};

/** 合计 of a row of the file for the bank. */
const fen = (row) => Math.round(Number(row['合计'].replace(/[^\d.-]/g, '')) * 100);

await play(async () => {
  await july();
  await august();
  await september();
  nothingGivenUp();
});

/** Everybody goes home, and the server comes back on another legal date. */
async function on(day) {
  await cast.goHome();
  await server.on(day);
}

/** The roster of the month, once the worker has drawn it. */
async function rosterOf(month) {
  const chen = await cast.person('chen.li');
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await chen.go(`/measures/disbursement/month?month=${month}`);
    const link = chen.page.locator('main a[href^="/documents/"]').first();
    if (await link.count() > 0 && (await chen.text()).includes('待校验')) return (await link.getAttribute('href')).split('/').pop();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`no roster of ${month}:\n${await chen.text()}`);
}

async function refusedTo(login, roster, action) {
  const person = await cast.person(login);
  const status = await person.send(`/documents/${roster}/actions/${action}`);
  must(status === 403 || status === 404, `${login} may not ${action} (status ${status})`);
}

/** Made, reviewed and sent by three people; passed and paid by finance under the same totals. */
async function pay(roster, lines, total) {
  const chen = await cast.person('chen.li');
  await chen.go(`/documents/${roster}`);
  const page = await chen.text();
  must(page.includes(yuan(total)), `the roster comes to ${yuan(total)}`);
  await seen(chen.page, 'roster');
  await chen.press(roster, 'submit');
  await refusedTo('chen.li', roster, 'approve');
  await (await cast.person('zhao.min')).press(roster, 'approve');
  await refusedTo('chen.li', roster, 'send');
  await refusedTo('zhao.min', roster, 'send');
  await (await cast.person('fang.ting')).press(roster, 'send');
  const finance = await cast.person('qian.cheng');
  await refusedTo('chen.li', roster, 'pass');
  await finance.go(`/documents/${roster}/actions/pass`);
  await fill(finance.page, server.today, { 笔数: String(lines), 总额: (total / 100 - 0.01).toFixed(2) });
  await finance.submit();
  must((await finance.text()).includes('控制总额不一致'), 'a fen less does not pass');
  await finance.press(roster, 'pass', { 笔数: String(lines), 总额: (total / 100).toFixed(2) });
  await finance.press(roster, 'allocate', { 拨付金额: (total / 100).toFixed(2), 支付凭证号: `2022-${roster}` });
}

/** The file for the bank, as rows of its own columns. */
async function bankFile(roster) {
  const chen = await cast.person('chen.li');
  await chen.go(`/documents/${roster}`);
  const link = chen.page.locator('main a').filter({ hasText: '下载银行代发文件' }).first();
  const file = await chen.download(await link.getAttribute('href'));
  same(file.status, 200, 'the file for the bank');
  const [heading, ...rows] = file.body.toString('utf8').replace(/^\uFEFF/, '').trim().split(/\r?\n/).map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [heading[index], cell.replace(/^"|"$/g, '')])));
}

/** The bank's answer, uploaded by the county. `failing` are account holders whose money comes back. */
async function bankAnswers(roster, rows, day, failing = []) {
  const chen = await cast.person('chen.li');
  const lines = rows.map((row) => {
    const fails = failing.includes(row['户名']);
    return [row['流水号'], (fen(row) / 100).toFixed(2), fails ? '失败' : '成功', fails ? '销户' : '', day].join(',');
  });
  await chen.go(`/documents/${roster}`);
  await chen.page.locator('main a').filter({ hasText: '上传银行回盘文件' }).first().click();
  await chen.page.waitForLoadState('load');
  const content = Buffer.from(`流水号,金额,结果,原因,日期\n${lines.join('\n')}\n`, 'utf8');
  await chen.page.locator('main input[type=file]').first().setInputFiles({ name: '回盘.csv', mimeType: 'text/csv', buffer: content });
  await seen(chen.page, 'bank-return');
  await chen.page.locator('main form[enctype] button').first().click();
  await chen.page.waitForLoadState('load');
  await chen.page.locator('main form[action$="/run"] button').first().click();
  await chen.page.waitForLoadState('load');
  const told = await chen.text();
  must(/有错误（行）\s*0/.test(told), `the return file is taken whole:\n${told.slice(0, 400)}`);
}

async function july() {
  chapter('July: five families, three people, finance');
  await on('2022-07-04');
  const roster = await rosterOf('2022-07');
  const total = sum(EXPECTED[7]);
  await on('2022-07-05');
  await pay(roster, EXPECTED[7].length, total);
  const rows = await bankFile(roster);
  same(sum(rows.map(fen)), total, 'July in the file for the bank');
  same(rows.map(fen).sort((a, b) => a - b).join(), [...EXPECTED[7]].sort((a, b) => a - b).join(), 'each amount of July');

  chapter('one account is closed: mended by the town, sent again');
  await on('2022-07-12');
  await bankAnswers(roster, rows, '2022-07-12', ['刘小红']);
  const chen = await cast.person('chen.li');
  await refused(chen, roster, 'reissue', '没有已更正账户');
  const wang = await cast.person('wang.fang');
  await wang.go('/measures/disbursement/exceptions');
  await seen(wang.page, 'exceptions');
  const failure = (await wang.page.locator('main a[href^="/documents/"]').first().getAttribute('href')).split('/').pop();
  await wang.press(failure, 'mend', { 核实情况: '已换新卡' });
  await chen.press(roster, 'reissue');
  const again = await bankFile(roster);
  same(again.length, 1, 'one line goes again');
  same(fen(again[0]), due('刘小红', OLD), 'for its own amount');
  await bankAnswers(roster, again, '2022-07-12');
  await chen.press(roster, 'reconcile');
  await seen(chen.page, 'roster-reconciled');
  await chen.press(roster, 'archive');

  chapter('孙卫东 has found work and is stopped from August');
  await stop('孙卫东', '2022-07-18', 2_000);
}

/** All that was due was done, in the end. */
function nothingGivenUp() {
  const list = spawnSync(DOUDI_BINARY, ['job', 'list', '--county', '340223'], {
    env: { ...process.env, DOUDI_DATA: DOUDI_CITY, DOUDI_TODAY: server.today }, encoding: 'utf8',
  });
  must(list.stdout.includes('已停止重试 0 项'), `due work was given up:\n${list.stdout}${list.stderr}`);
}

async function refused(person, roster, action, words) {
  let told = '';
  await person.press(roster, action).catch((error) => { told = String(error); });
  must(told.includes(words) || (await person.text()).includes(words), `${action} is refused: ${words}`);
}

async function householdOf(person, head) {
  await person.go(`/households?q=${encodeURIComponent(head)}`);
  const href = await person.page.locator('main table a[href^="/households/"]').first().getAttribute('href');
  return href.split('/').pop();
}

async function stop(head, day, wage) {
  await on(day);
  const wang = await cast.person('wang.fang');
  const household = await householdOf(wang, head);
  await wang.go(`/households/${household}/new/dibao/recheck`);
  await fill(wang.page, server.today, { 事由: '就业' });
  await wang.submit();
  const recheck = wang.path.split('/').pop();
  await wang.press(recheck, 'record-finding', { 核实事项: '工资性收入', 金额: String(wage), 起始日期: day });
  await wang.press(recheck, 'check', { 另一名调查人: '吴强', 在场成员是否签字: '是' });
  const zhao = await cast.person('zhao.min');
  await zhao.press(recheck, 'decide');
  must((await zhao.text()).includes('停发'), `${head} is stopped`);
}

async function august() {
  chapter('August: one household fewer');
  await on('2022-08-04');
  const roster = await rosterOf('2022-08');
  const total = sum(EXPECTED[8]);
  await on('2022-08-05');
  await pay(roster, EXPECTED[8].length, total);
  const rows = await bankFile(roster);
  same(sum(rows.map(fen)), total, 'August in the file for the bank');
  const chen = await cast.person('chen.li');
  await chen.go('/measures/disbursement/changes?month=2022-08&kind=stopped');
  must((await chen.text()).includes(yuan(due('孙卫东', OLD))), 'the changes name who is stopped');
  await seen(chen.page, 'changes');
  await on('2022-08-12');
  await bankAnswers(roster, rows, '2022-08-12');
  await (await cast.person('chen.li')).press(roster, 'reconcile');

  chapter('the standard is approved on 20 August with effect from July; a death of July is found');
  await on('2022-08-26');
  const file = join(DOUDI_CITY, 'july.toml');
  writeFileSync(file, `plugin = "dibao"\n\n[[parameter]]\ncode = "standard"\nvalue = ${NEW}\nfrom = "2022-07-01"\nsource = "演示用：8月20日批准，7月起执行"\n`);
  const entered = spawnSync(DOUDI_BINARY, ['parameter', 'import', file, '--county', '340223'], {
    env: { ...process.env, DOUDI_DATA: DOUDI_CITY, DOUDI_TODAY: '2022-08-26' }, encoding: 'utf8',
  });
  must(entered.status === 0, `the standard is entered: ${entered.stdout}${entered.stderr}`);
  await death('李秀英', '2022-07-20');
}

async function death(head, day) {
  const wang = await cast.person('wang.fang');
  const household = await householdOf(wang, head);
  await wang.go(`/households/${household}`);
  const member = await wang.page.locator(`main a[href^="/households/${household}/members/"]:not([href$="/new"])`).first().getAttribute('href');
  await wang.go(member);
  const form = wang.page.locator('form[action$="/death"]');
  await form.locator('input[name=day]').fill(day);
  await form.locator('button').click();
  await wang.page.waitForLoadState('load');
  let change = null;
  for (let attempt = 0; attempt < 40 && change === null; attempt += 1) {
    await wang.go(`/households/${household}?tab=documents`);
    const links = wang.page.locator('main tr').filter({ hasText: '变更' }).locator('a[href^="/documents/"]');
    if (await links.count() > 0) change = (await links.first().getAttribute('href')).split('/').pop();
    else await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (change === null) throw new Error('the death opened no change');
  await wang.press(change, 'verify', { 最后一次发放的月份: '2022-08-12' });
  await (await cast.person('zhao.min')).press(change, 'confirm');
}

async function september() {
  chapter('September: the new standard, July and August made good, nothing taken off');
  await on('2022-09-01');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await on('2022-09-02');
  const roster = await rosterOf('2022-09');
  const total = sum(EXPECTED[9]);
  await on('2022-09-05');
  await pay(roster, EXPECTED[9].length, total);
  const rows = await bankFile(roster);
  same(sum(rows.map(fen)), total, 'September in the file for the bank');
  same(rows.map(fen).sort((a, b) => a - b).join(), [...EXPECTED[9]].sort((a, b) => a - b).join(), 'each amount of September');
  const chen = await cast.person('chen.li');
  await chen.go('/measures/disbursement/exceptions?kind=overpayment');
  must((await chen.text()).includes(yuan(OVERPAID)), `${yuan(OVERPAID)} paid after the death are to be recovered`);
  await seen(chen.page, 'overpayment');
  await on('2022-09-14');
  await bankAnswers(roster, rows, '2022-09-14');
  const again = await cast.person('chen.li');
  await again.press(roster, 'reconcile');
  await again.go('/measures/disbursement/month?month=2022-09');
  must((await again.text()).includes('已对账'), 'the month is reconciled');
  await seen(again.page, 'month');
}
