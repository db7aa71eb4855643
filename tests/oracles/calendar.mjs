// Every day of the years given (first and last): the date and 1 if it is worked, by chinese-days.
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.DOUDI_ORACLES}/`);
const days = require('chinese-days');
const isWorkday = days.isWorkday ?? days.default.isWorkday;
const [first, last] = process.argv.slice(2).map(Number);
for (let day = new Date(Date.UTC(first, 0, 1)); day.getUTCFullYear() <= last; day.setUTCDate(day.getUTCDate() + 1)) {
  const text = day.toISOString().slice(0, 10);
  console.log(text, isWorkday(text) ? 1 : 0);
}
