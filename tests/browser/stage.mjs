// What every story stands on: the surroundings `cargo xtask test --only browser` prepares, a browser, the server, the cast; and what a
// story says: chapters, checks that must hold, how many there were. Something that does not hold lets the story go on and the run fail.
import { chromium } from 'playwright-core';
import { look } from './looks.mjs';
import { Cast } from './people.mjs';
import { Server, freePort } from './server.mjs';

/** Values of the environment by name; whoever starts a story by hand is told how it is meant. */
export function surroundings(...names) {
  for (const name of names) {
    if (process.env[name]) continue;
    console.error(`${name} is not set. Start this with: cargo xtask test --only browser`);
    process.exit(2);
  }
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

const { DOUDI_CHROMIUM, DOUDI_BINARY, DOUDI_CITY, DOUDI_PASSWORD } =
  surroundings('DOUDI_CHROMIUM', 'DOUDI_BINARY', 'DOUDI_CITY', 'DOUDI_PASSWORD');

const problems = [];
let checks = 0;

/** Something that must be so. */
export function must(right, what) {
  checks += 1;
  if (!right) {
    problems.push(what);
    console.log(`  ✗ ${what}`);
  }
}

/** A page that must stand every look: accessible, and nothing sticks out at two widths. */
export async function seen(page, name) {
  for (const problem of await look(page, name)) must(false, problem);
  checks += 3;
}

export function chapter(words) {
  console.log(`· ${words}`);
}

export const browser = await chromium.launch({
  executablePath: DOUDI_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
export const server = new Server(DOUDI_BINARY, DOUDI_CITY, await freePort());
export const cast = new Cast(browser, server, DOUDI_PASSWORD);

/** Plays a story to its end or to where it breaks, tells what did not hold, and ends the program. */
export async function play(story, broken = async () => {}) {
  try {
    await story();
  } catch (error) {
    problems.push(String(error.stack ?? error));
    await broken();
    if (server.log) console.error(server.log.slice(-4_000));
  } finally {
    await browser.close();
    await server.stop();
  }
  console.log(`${checks} checks, ${problems.length} problems`);
  for (const problem of problems) console.log(`  ✗ ${problem}`);
  process.exit(problems.length === 0 ? 0 : 1);
}
