import { readFileSync } from 'node:fs';
import path from 'node:path';
import chineseDays from 'chinese-days';
import { loadCalendar, readYears } from './load-calendar';
import { addDays, weekdayOf } from './local-date';

const years = readYears();
const calendar = loadCalendar();

interface YearFile {
  citation: string;
  source: string[];
  reviewed: { on: string; note: string };
  corrected: Record<string, string>;
}

function fileOf(year: number): YearFile {
  return JSON.parse(readFileSync(path.join(__dirname, `../data/${year}.json`), 'utf8')) as YearFile;
}

describe('the vendored years', () => {
  it('are 2004 to 2026 without a gap', () => {
    expect(years.map(({ year }) => year)).toEqual(Array.from({ length: 23 }, (_, index) => 2004 + index));
  });

  it.each(years.map((data) => [data.year, data] as const))('%i has a source, a review and the structure the law gives', (year, data) => {
    const file = fileOf(year);
    expect(file.citation).toContain(String(year));
    expect(file.source.length).toBeGreaterThan(0);
    expect(file.reviewed.on).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    // Made-up working days are weekend days, else they would not need to be listed.
    expect(Object.keys(data.work).filter((day) => weekdayOf(day) % 6 !== 0)).toEqual([]);
    for (const day of [`${year}-01-01`, `${year}-05-01`, `${year}-10-01`, `${year}-10-02`, `${year}-10-03`]) expect(data.rest).toHaveProperty(day);
    const kinds = ['元旦', '春节', '劳动节', '国庆节', ...(year < 2008 ? [] : ['清明', '端午'])];
    // In 2020 Mid-autumn was National Day, and the notice names the eight days together.
    if (year >= 2008 && year !== 2020) kinds.push('中秋');
    expect([...new Set(Object.values(data.rest))]).toEqual(expect.arrayContaining(kinds));
    // 365 days less 104 weekend days and 10, 11 or 13 holidays by law, give or take where the weekends fall.
    const working = daysOf(year).filter((day) => calendar.isWorkingDay(day).working).length;
    expect(working).toBeGreaterThanOrEqual(247);
    expect(working).toBeLessThanOrEqual(254);
  });

  it('differ from chinese-days only where a correction says why', () => {
    const differing = years.flatMap(({ year }) => daysOf(year)).filter((day) => chineseDays.isWorkday(day) !== calendar.isWorkingDay(day).working);
    const corrected = years.flatMap(({ year }) => Object.keys(fileOf(year).corrected));
    expect(differing).toEqual(corrected);
    expect(corrected).toEqual(['2005-12-31']);
  });

  it('are all that chinese-days knows: a new year there means a notice to review here', () => {
    const holidaysOf = (year: number) => chineseDays.getHolidaysInRange(`${year}-01-01`, `${year}-12-31`, false);
    expect(holidaysOf(calendar.lastYear)).not.toEqual([]);
    expect(holidaysOf(calendar.lastYear + 1)).toEqual([]);
  });
});

function daysOf(year: number): string[] {
  const all: string[] = [];
  for (let day = `${year}-01-01`; day.startsWith(String(year)); day = addDays(day, 1)) all.push(day);
  return all;
}
