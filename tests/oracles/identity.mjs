// Identity numbers from stdin, one a line; for each: what npm id-validator says, as JSON. Its list of places is old (it calls new
// counties 未知地区), and it takes any day up to 31 in any month: it is an oracle for the check character, not for dates.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(`${process.env.DOUDI_ORACLES}/`);
const Validator = require('id-validator');
const places = require('id-validator/src/GB2260.js');
const validator = new Validator(places);

for await (const number of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify({ valid: validator.isValid(number) === true }));
}
