import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { internal } from '@linli/errors';
import { createCalendar, type Calendar, type YearData } from './calendar';
import { assertLocalDate } from './local-date';

const dataFolder = path.join(__dirname, '../data');

/** The calendar on the reviewed files of `data/`. Reads them at each call: call it once, in the composition root. */
export function loadCalendar(): Calendar {
  return createCalendar(readYears());
}

/** The reviewed years in order, each checked for shape. @throws AppError internal CALENDAR_DATA_INVALID. */
export function readYears(): YearData[] {
  const files = readdirSync(dataFolder).filter((file) => /^\d{4}\.json$/.test(file));
  return files.sort().map((file) => yearOfFile(file, readFileSync(path.join(dataFolder, file), 'utf8')));
}

function yearOfFile(file: string, text: string): YearData {
  const data: unknown = JSON.parse(text);
  if (isRecord(data) && data['year'] === Number(file.slice(0, 4)) && isDays(data['rest']) && isDays(data['work']) && isRecord(data['reviewed'])) {
    return { year: data['year'], rest: data['rest'], work: data['work'] };
  }
  throw internal('CALENDAR_DATA_INVALID', 'a calendar file is malformed or not reviewed', { details: { file } });
}

function isDays(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.entries(value).every(([day, name]) => assertLocalDate(day) === day && typeof name === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
