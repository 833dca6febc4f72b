import { Secret } from './secret';

export interface EnvReader {
  text(name: string, fallback?: string): string;
  /** Secrets have no default: a process without its secret must not start. */
  secret(name: string): Secret;
  secretOrNone(name: string): Secret | undefined;
  /** An absolute URL, kept as the text that was given. */
  url(name: string, fallback?: string): string;
  secretUrl(name: string): Secret;
  /** 0 means any free port. */
  port(name: string, fallback?: number): number;
  integer(name: string, range: { fallback?: number; min?: number; max?: number }): number;
  /** `true` or `false`. */
  flag(name: string, fallback?: boolean): boolean;
  oneOf<const V extends string>(name: string, values: readonly V[], fallback?: V): V;
  /** Comma-separated, at least one member. */
  list(name: string, fallback?: readonly string[]): readonly string[];
}

/** Names every bad variable at once; values are never part of the message. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`bad configuration: ${problems.join('; ')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads a process's variables once into a frozen object.
 * @throws ConfigError listing all bad variables together.
 */
export function readConfig<T extends object>(env: NodeJS.ProcessEnv, read: (env: EnvReader) => T): Readonly<T> {
  const problems: string[] = [];
  const config = read(createReader(env, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

function createReader(env: NodeJS.ProcessEnv, problems: string[]): EnvReader {
  // A bad variable is noted and a stand-in returned, so that reading goes on to the next one.
  // eslint-disable-next-line max-params -- private, and each call is one line of the table below
  function take<T>(name: string, fallback: T | undefined, standIn: T, parse: (raw: string) => T | string): T {
    const raw = env[name];
    if (raw === undefined || raw === '') {
      if (fallback === undefined) problems.push(`${name} is missing`);
      return fallback ?? standIn;
    }
    const parsed = parse(raw);
    if (typeof parsed === 'string' && typeof standIn !== 'string') {
      problems.push(`${name} ${parsed}`);
      return standIn;
    }
    return parsed as T;
  }

  // eslint-disable-next-line max-params -- as take
  function checked(name: string, fallback: string | undefined, isValid: (raw: string) => boolean, complaint: string): string {
    const value = take(name, fallback, '', (raw) => raw);
    if (value !== '' && !isValid(value)) problems.push(`${name} ${complaint}`);
    return value;
  }

  const integer: EnvReader['integer'] = (name, { fallback, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }) =>
    take(name, fallback, 0, (raw) => {
      const value = /^-?\d+$/.test(raw) ? Number(raw) : NaN;
      return value >= min && value <= max ? value : `must be a whole number from ${min} to ${max}`;
    });

  return {
    text: (name, fallback) => take(name, fallback, '', (raw) => raw),
    secret: (name) => new Secret(take(name, undefined, '', (raw) => raw)),
    secretOrNone: (name) => (env[name] ? new Secret(env[name]) : undefined),
    url: (name, fallback) => checked(name, fallback, URL.canParse, 'must be an absolute URL'),
    secretUrl: (name) => new Secret(checked(name, undefined, URL.canParse, 'must be an absolute URL')),
    port: (name, fallback) => integer(name, { ...(fallback === undefined ? {} : { fallback }), min: 0, max: 65_535 }),
    integer,
    flag: (name, fallback) =>
      take(name, fallback, false, (raw) => (raw === 'true' ? true : raw === 'false' ? false : 'must be true or false')),
    oneOf: (name, values, fallback) =>
      checked(name, fallback, (raw) => (values as readonly string[]).includes(raw), `must be one of ${values.join(', ')}`) as (typeof values)[number],
    list: (name, fallback) =>
      take<readonly string[]>(name, fallback, [], (raw) => {
        const members = raw.split(',').map((member) => member.trim()).filter((member) => member !== '');
        return members.length > 0 ? members : 'must name at least one member';
      }),
  };
}
