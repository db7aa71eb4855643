// The cast at their browsers: each has a window of her own, signs in once a day, and presses buttons by the words on them.
import { WIDE } from './looks.mjs';
import { fill } from './clerk.mjs';

export class Cast {
  constructor(browser, server, password) {
    this.browser = browser;
    this.server = server;
    this.password = password;
    this.people = new Map();
  }

  /** Someone's window, signed in. */
  async person(login, options = {}) {
    const key = login + (options.javaScriptEnabled === false ? ' without scripts' : '');
    if (!this.people.has(key)) {
      const context = await this.browser.newContext({ viewport: WIDE, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options });
      const page = await context.newPage();
      page.on('dialog', (dialog) => dialog.accept());
      const person = new Person(login, page, this.server);
      await person.signIn(this.password);
      this.people.set(key, person);
    }
    return this.people.get(key);
  }

  /** Everybody goes home: the next day they sign in again. */
  async goHome() {
    for (const person of this.people.values()) await person.page.context().close();
    this.people.clear();
  }
}

export class Person {
  constructor(login, page, server) {
    this.login = login;
    this.page = page;
    this.server = server;
  }

  async signIn(password) {
    await this.go('/sign-in');
    await this.page.locator('#login').fill(this.login);
    await this.page.locator('#password').fill(password);
    await this.page.locator('main button').click();
    await this.page.waitForURL((url) => url.pathname !== '/sign-in');
  }

  /** Opens a page; returns the status. */
  async go(path) {
    const answer = await this.page.goto(this.server.url + path, { waitUntil: 'load' });
    return answer?.status() ?? 0;
  }

  get path() {
    return new URL(this.page.url()).pathname;
  }

  text() {
    return this.page.locator('main').innerText();
  }

  /** Presses a button of a case, fills in the form if it asks one. Throws with what the page says when it is refused. */
  async press(caseId, action, answers = {}) {
    const path = `/documents/${caseId}`;
    await this.go(path);
    const link = this.page.locator(`a[href="${path}/actions/${action}"]`);
    if (await link.count() > 0) {
      await link.first().click();
      await fill(this.page, this.server.today, answers);
      await this.submit();
    } else {
      const button = this.page.locator(`form[action="${path}/actions/${action}"] button`);
      if (await button.count() === 0) throw new Error(`${this.login} finds no button ${action} on ${path}:\n${await this.text()}`);
      await Promise.all([this.page.waitForLoadState('load'), button.first().click()]);
    }
    await this.page.waitForURL((url) => url.pathname === path, { timeout: 15_000 }).catch(async () => {
      throw new Error(`${action} was refused for ${this.login}:\n${await this.text()}`);
    });
  }

  async submit() {
    await this.page.locator('#the-form button.main').click();
    await this.page.waitForLoadState('load');
  }

  /** Sends a form past the buttons, as a script would; returns the status. */
  async send(path, form = {}) {
    const answer = await this.page.request.post(this.server.url + path, {
      multipart: { _key: '', ...form }, headers: { origin: this.server.url }, maxRedirects: 0,
    });
    return answer.status();
  }

  async status(path) {
    const answer = await this.page.request.get(this.server.url + path, { maxRedirects: 0 });
    return answer.status();
  }

  async download(path) {
    const answer = await this.page.request.get(this.server.url + path, { maxRedirects: 0 });
    return { status: answer.status(), body: await answer.body() };
  }
}
