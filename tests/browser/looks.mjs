// What every page must stand: no accessibility violation axe can find, no sideways scrolling at 360 px and at 200 % zoom, and
// a picture for people to look at.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = new URL('./screenshots/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

export const WIDE = { width: 1366, height: 768 };
const PHONE = { width: 360, height: 740 };
// 200 % on an office screen leaves half the pixels.
const ZOOMED = { width: 683, height: 384 };

/** Problems of the page as it stands, as sentences. Leaves the window wide. */
export async function look(page, name) {
  const problems = [];
  await page.setViewportSize(WIDE);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  for (const [what, size] of [['360 px', PHONE], ['200 %', ZOOMED]]) {
    await page.setViewportSize(size);
    const over = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width + 1) return null;
      const scrolls = (element) => element && (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
      const wide = [...document.querySelectorAll('body *')].find((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.right > width + 1 && !scrolls(element.parentElement);
      });
      return `${document.documentElement.scrollWidth} > ${width}, first at ${wide ? wide.tagName + '.' + wide.className : '?'}`;
    });
    if (over) problems.push(`${name}: scrolls sideways at ${what} (${over})`);
    if (what === '360 px') await page.screenshot({ path: join(folder, `${name}-360.png`), fullPage: true });
  }
  await page.setViewportSize(WIDE);
  problems.push(...await accessible(page, name));
  return problems;
}

/** What axe finds, by WCAG 2.1 A and AA. The page's policy forbids foreign scripts, so axe comes in through the debugger. */
async function accessible(page, name) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
    resultTypes: ['violations'],
  }));
  return found.violations.map((violation) =>
    `${name}: ${violation.id}: ${violation.help} (${violation.nodes.length} times, first ${violation.nodes[0].target.join(' ')})`);
}
