// Why a call gives no answer. A refusal is an answer by rule: the person reads it and can mend it. Anything else that is thrown is
// a bug of the plugin, and the kernel says so with the plugin's name.

/** One thing wrong: the field, and a Chinese sentence that says how to mend it. */
export function problem(field, message, code = "invalid") {
  return { field, code, message };
}

export class Refusal extends Error {
  constructor(message, { code = "refused", problems = [] } = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.problems = problems;
  }

  /** The input is wrong. */
  static invalid(message, problems = []) {
    return new Refusal(message, { code: "invalid", problems });
  }

  static notFound(message) {
    return new Refusal(message, { code: "not-found" });
  }

  /** An action, page, form, job, feed or topic the plugin does not know: manifest and code disagree. */
  static unknown(what, name) {
    return new Refusal(`插件没有${what}“${name}”，请联系插件的提供者`, { code: "unknown" });
  }
}

/** What the kernel answered a read with, as a refusal that may be caught or passed on. */
export function refusalOf(thrown) {
  if (thrown instanceof Refusal) return thrown;
  const error = thrown?.payload ?? thrown?.val ?? thrown;
  if (error && typeof error.code === "string" && typeof error.message === "string") {
    return new Refusal(error.message, { code: error.code, problems: error.problems ?? [] });
  }
  return null;
}
