// A careful clerk at the keyboard: fills in what a form requires, choosing the first sensible answer, and presses the button.
// Knows kinds of fields, not the fields of any measure.
import { Buffer } from 'node:buffer';

// One grey point: a photograph as far as a form can tell.
const PHOTO = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200817' +
  '7cd72b60000000049454e44ae426082', 'hex');

/** Ticks every box of a field. */
export const ALL = Symbol('all');

/**
 * Fills the required fields of the form that are still empty. `answers` are given by label first: text, the words
 * of an option, or ALL.
 */
export async function fill(page, today, answers = {}) {
  const form = page.locator('#the-form');
  for (const [label, answer] of Object.entries(answers)) await type(form, label, answer);
  // Twice: an answer may bring up fields that depend on it.
  for (let round = 0; round < 2; round += 1) {
    for (const box of await form.locator('.field').all()) {
      if (!(await box.isVisible())) continue;
      if (await box.locator('.must').count() === 0) continue;
      await complete(page, box, today);
    }
  }
}

async function type(form, label, answer) {
  const box = form.locator('.field').filter({ hasText: label }).first();
  const ticks = box.locator('input[type=radio], input[type=checkbox]');
  if (answer === ALL) {
    for (const tick of await ticks.all()) await tick.check();
  } else if (await ticks.count() > 0) {
    // 是, or 吴强（镇街经办）: the word as a whole, or before a bracket.
    await box.getByLabel(new RegExp(`^${answer}(（|$)`)).check();
  } else if (await box.locator('select').count() > 0) {
    const value = await box.locator('option').filter({ hasText: answer }).first().getAttribute('value');
    await box.locator('select').selectOption(value);
  } else {
    await box.locator('input, textarea').first().fill(answer);
  }
}

async function complete(page, box, today) {
  const radios = box.locator('input[type=radio]');
  if (await radios.count() > 0) {
    if (await box.locator('input[type=radio]:checked').count() === 0) await radios.first().check();
    return;
  }
  const files = box.locator('input[type=file]');
  const ticks = box.locator('input[type=checkbox]');
  if (await files.count() > 0) {
    if (await box.locator('input[type=checkbox]:checked').count() > 0) return;
    if (await ticks.count() > 0) await ticks.first().check();
    else await files.first().setInputFiles({ name: '照片.png', mimeType: 'image/png', buffer: PHOTO });
    return;
  }
  if (await ticks.count() > 0) {
    for (const tick of await ticks.all()) await tick.check();
    return;
  }
  const select = box.locator('select');
  if (await select.count() > 0) {
    if (await select.inputValue() !== '') return;
    const taken = await page.locator('#the-form select').evaluateAll((all) => all.map((one) => one.value));
    const values = await select.locator('option').evaluateAll((all) => all.map((one) => one.value).filter(Boolean));
    // Two officers in one form are two people.
    await select.selectOption(values.find((value) => !taken.includes(value)) ?? values[0]);
    return;
  }
  const input = box.locator('input, textarea').first();
  if (await input.inputValue() !== '') return;
  const kind = await input.getAttribute('type');
  await input.fill(kind === 'date' ? today : kind === 'number' || await input.getAttribute('inputmode') === 'decimal' ? '0' : '属实');
}
