// Writes data/<year>.json from the installed chinese-days, with the corrections found in review.
// Run it by hand when a new notice is out (`node scripts/vendor-calendar.mjs 2027 <url of the notice>`), compare the
// file with the notice's text, then fill in `reviewed`. At run time nothing reads chinese-days.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// Days where the notice's text and chinese-days disagree; the text wins.
const corrections = {
  '2005-12-31': { work: '元旦', why: 'the notice for 2006 makes Saturday 2005-12-31 a working day' },
};

const [year, source] = process.argv.slice(2);
if (!/^\d{4}$/.test(year ?? '')) {
  process.stderr.write('usage: vendor-calendar.mjs <year> <url of the notice>\n');
  process.exit(1);
}
const target = new URL(`../data/${year}.json`, import.meta.url);
const before = existsSync(target) ? JSON.parse(readFileSync(target, 'utf8')) : {};
const published = require(`chinese-days/dist/years/${year}.json`);
const rest = names(published.holidays);
const work = names(published.workdays);
const corrected = {};
for (const [date, { work: name, why }] of Object.entries(corrections)) {
  if (!date.startsWith(year)) continue;
  work[date] = name;
  corrected[date] = why;
}
const file = {
  year: Number(year),
  citation: `国务院办公厅关于${year}年部分节假日安排的通知`,
  source: source === undefined ? (before.source ?? []) : source.split(','),
  reviewed: before.reviewed ?? null,
  corrected,
  rest,
  work,
};
writeFileSync(target, `${JSON.stringify(file, null, 2)}\n`);

/** `"Spring Festival,春节,4"` → `春节`, dates in order. */
function names(days) {
  const sorted = Object.entries(days).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([date, text]) => [date, text.split(',')[1]]));
}
