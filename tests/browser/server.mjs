// The server of the story: the real program on a prepared city, on a free port, at a legal date we choose. Moving on in time
// is stopping it and starting it on a later day, as no test clock is open to the web.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** A port nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  constructor(binary, city, port) {
    this.binary = binary;
    this.city = city;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts on a legal date, after stopping what runs. */
  async on(today) {
    await this.stop();
    this.today = today;
    this.log = '';
    this.process = spawn(this.binary, ['serve', '--bind', '127.0.0.1', '--port', String(this.port)], {
      env: { ...process.env, DOUDI_DATA: this.city, DOUDI_TODAY: today },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (text) => { this.log = (this.log + text).slice(-20_000); };
    this.process.stdout.on('data', keep);
    this.process.stderr.on('data', keep);
    let ended = null;
    this.process.once('exit', (code) => { ended = code ?? 'a signal'; });
    const until = Date.now() + 60_000;
    while (Date.now() < until) {
      if (ended !== null) throw new Error(`the server ended with ${ended}:\n${this.log}`);
      const ready = await fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the server did not answer within a minute:\n${this.log}`);
  }

  async stop() {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    const timer = setTimeout(() => running.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  }
}
