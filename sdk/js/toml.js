// The part of TOML that manifests and scenarios are written in, for tests in node: tables, arrays of tables, inline tables, arrays,
// texts, whole numbers, yes and no. What it does not know it refuses, with the line. The packer reads the files with a full reader.

export function parse(source) {
  const root = {};
  let table = root;
  let at = 0;

  const fail = (what) => {
    throw new SyntaxError(`line ${source.slice(0, at).split("\n").length}: ${what}`);
  };
  const peek = () => source[at];
  const blanks = (newlines) => {
    for (;;) {
      if (peek() === "#") while (at < source.length && peek() !== "\n") at += 1;
      else if (peek() === " " || peek() === "\t" || (newlines && (peek() === "\n" || peek() === "\r"))) at += 1;
      else return;
    }
  };
  const expect = (mark) => {
    if (!source.startsWith(mark, at)) fail(`expected ${mark}, found ${JSON.stringify(source.slice(at, at + 10))}`);
    at += mark.length;
  };

  const text = () => {
    if (source.startsWith('"""', at) || source.startsWith("'''", at)) {
      const mark = source.slice(at, at + 3);
      const end = source.indexOf(mark, at + 3);
      if (end < 0) fail(`${mark} without an end`);
      const inside = source.slice(at + 3, end).replace(/^\r?\n/, "");
      at = end + 3;
      return mark === '"""' ? unescape(inside.replace(/\\\r?\n\s*/g, "")) : inside;
    }
    const mark = peek();
    let end = at + 1;
    while (source[end] !== mark) {
      if (end >= source.length || source[end] === "\n") fail("a text without an end");
      end += mark === '"' && source[end] === "\\" ? 2 : 1;
    }
    const inside = source.slice(at + 1, end);
    at = end + 1;
    return mark === '"' ? unescape(inside) : inside;
  };
  const unescape = (words) =>
    words.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (_, code) => {
      const plain = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", b: "\b", f: "\f" }[code];
      if (plain !== undefined) return plain;
      if (code.length === 1) return fail(`\\${code} is no escape`);
      return String.fromCodePoint(parseInt(code.slice(1), 16));
    });

  const name = () => {
    const path = [];
    for (;;) {
      blanks(false);
      if (peek() === '"' || peek() === "'") path.push(text());
      else {
        const found = /^[A-Za-z0-9_-]+/.exec(source.slice(at, at + 200));
        if (!found) fail("expected a name");
        path.push(found[0]);
        at += found[0].length;
      }
      blanks(false);
      if (peek() !== ".") return path;
      at += 1;
    }
  };

  const value = () => {
    blanks(false);
    if (peek() === '"' || peek() === "'") return text();
    if (peek() === "[") {
      at += 1;
      const list = [];
      for (;;) {
        blanks(true);
        if (peek() === "]") break;
        list.push(value());
        blanks(true);
        if (peek() === ",") at += 1;
        else break;
      }
      blanks(true);
      expect("]");
      return list;
    }
    if (peek() === "{") {
      at += 1;
      const inline = {};
      for (;;) {
        blanks(true);
        if (peek() === "}") break;
        put(inline, name());
        blanks(true);
        if (peek() === ",") at += 1;
        else break;
      }
      blanks(true);
      expect("}");
      return inline;
    }
    const word = /^[^\s,\]}#]+/.exec(source.slice(at, at + 200))?.[0] ?? fail("expected a value");
    at += word.length;
    if (word === "true" || word === "false") return word === "true";
    if (/^[+-]?\d[\d_]*$/.test(word)) return Number(word.replace(/_/g, ""));
    at -= word.length;
    return fail(`${word} is no text, whole number, true or false`);
  };

  const descend = (into, key) => {
    const next = (into[key] ??= {});
    return Array.isArray(next) ? next[next.length - 1] : next;
  };
  const put = (into, path) => {
    blanks(false);
    expect("=");
    const last = path.pop();
    const target = path.reduce(descend, into);
    if (last in target) fail(`${last} is there twice`);
    target[last] = value();
  };

  for (;;) {
    blanks(true);
    if (at >= source.length) return root;
    if (peek() === "[") {
      const list = source.startsWith("[[", at);
      expect(list ? "[[" : "[");
      const path = name();
      expect(list ? "]]" : "]");
      const last = path.pop();
      const target = path.reduce(descend, root);
      if (list) {
        (target[last] ??= []).push({});
        table = target[last][target[last].length - 1];
      } else {
        table = descend(target, last);
      }
    } else {
      put(table, name());
    }
    blanks(false);
    if (at < source.length && peek() !== "\n" && peek() !== "\r") fail("one thing a line");
  }
}
